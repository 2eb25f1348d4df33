//! A payment intent carries what an industry wants to know of a payment.
//!
//! Deliberately absent: its contents.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "payment intents carry details of the purchase",
    objects: &["payment_intent"],
    added: &["payment_details"],
    ..Change::NOTHING
};
