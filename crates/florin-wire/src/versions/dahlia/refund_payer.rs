//! A refund names the customer and the payment method that it goes to.
//!
//! Deliberately absent: the destination details, which are older.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_07_29,
    name: "refunds name customer and payment method",
    objects: &["refund"],
    added: &["customer", "customer_account", "payment_method"],
    ..Change::NOTHING
};
