//! Disputes of other payments than card payments: the `card` hash became optional.
//!
//! Deliberately absent: the hashes of the other types, which carry the name of their type.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "disputes of other payment method types",
    objects: &["dispute"],
    restored: &["payment_method_details.card"],
    ..Change::NOTHING
};
