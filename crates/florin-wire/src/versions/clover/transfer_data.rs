//! The transfer data of a payment intent became optional where it was nullable.
//!
//! Deliberately absent: the transfer.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_12_15,
    name: "transfer data is optional",
    objects: &["payment_intent"],
    restored: &["transfer_data"],
    ..Change::NOTHING
};
