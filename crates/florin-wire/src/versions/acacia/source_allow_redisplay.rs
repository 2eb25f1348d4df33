//! Cards and sources say whether they may be shown again, as payment methods did before.
//!
//! Deliberately absent: payment methods.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "cards and sources tell whether they may be shown again",
    objects: &["card", "source"],
    added: &["allow_redisplay"],
    ..Change::NOTHING
};
