//! A card dispute tells an inquiry from a chargeback.
//!
//! Deliberately absent: the status, which says it in other words.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "card disputes show the type of the case",
    objects: &["dispute"],
    added: &["payment_method_details.card.case_type"],
    ..Change::NOTHING
};
