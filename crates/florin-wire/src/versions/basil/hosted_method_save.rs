//! An account chooses whether the hosted invoice page offers to save a payment method.
//!
//! Deliberately absent: the page.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "hosted invoices may save a payment method",
    objects: &["account"],
    added: &["settings.invoices.hosted_payment_method_save"],
    ..Change::NOTHING
};
