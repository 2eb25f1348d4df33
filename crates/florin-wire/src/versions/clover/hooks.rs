//! A payment intent may call other products when it changes.
//!
//! Deliberately absent: those products.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_11_17,
    name: "payment intents have hooks",
    objects: &["payment_intent"],
    added: &["hooks"],
    ..Change::NOTHING
};
