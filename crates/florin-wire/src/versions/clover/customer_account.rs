//! An account of the second generation may stand where a customer stood.
//!
//! Deliberately absent: such accounts; `customer` stays as it was.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_12_15,
    name: "accounts may stand in for customers",
    objects: &[
        "checkout.session",
        "customer",
        "discount",
        "payment_intent",
        "payment_method",
        "setup_attempt",
        "setup_intent",
        "tax_id",
    ],
    added: &["customer_account", "owner.customer_account"],
    ..Change::NOTHING
};
