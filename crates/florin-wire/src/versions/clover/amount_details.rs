//! The amount of a payment is told in parts: lines, discount, shipping and tax.
//!
//! Deliberately absent: the tip, which is older, and the lines as objects of their own.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "amounts are told in parts",
    objects: &["payment_intent"],
    added: &[
        "amount_details.discount_amount",
        "amount_details.line_items",
        "amount_details.shipping",
        "amount_details.tax",
    ],
    ..Change::NOTHING
};

pub(super) const ERROR: Change = Change {
    version: ApiVersion::Clover2026_01_28,
    name: "parts that do not add up are told",
    objects: &["payment_intent"],
    added: &["amount_details.error"],
    ..Change::NOTHING
};
