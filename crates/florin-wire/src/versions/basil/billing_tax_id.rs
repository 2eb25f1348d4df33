//! Billing details may carry the tax number of the buyer.
//!
//! Deliberately absent: the tax ids of a customer, which are objects.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_04_30,
    name: "billing details carry a tax number",
    objects: &["charge", "payment_method"],
    added: &["billing_details.tax_id"],
    ..Change::NOTHING
};
