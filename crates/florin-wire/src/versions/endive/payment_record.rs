//! A payment intent points at its payment record.
//!
//! Deliberately absent: payment records.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "payment intents point at a payment record",
    objects: &["payment_intent"],
    added: &["payment_record"],
    ..Change::NOTHING
};
