//! An application fee names what it was taken from.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "application fees name their source",
    objects: &["application_fee"],
    added: &["fee_source"],
    ..Change::NOTHING
};
