//! What a refund asks of the customer became optional where it was nullable.
//!
//! Deliberately absent: the details.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_10_28,
    name: "display details of a refund are optional",
    objects: &["refund"],
    restored: &["next_action.display_details"],
    ..Change::NOTHING
};
