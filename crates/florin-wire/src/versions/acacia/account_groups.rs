//! An account may belong to a group that shares prices.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_10_28,
    name: "accounts belong to groups",
    objects: &["account"],
    added: &["groups"],
    ..Change::NOTHING
};
