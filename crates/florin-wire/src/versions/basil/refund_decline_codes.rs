//! A refund to PayPal shows the code with which it was declined, as refunds to banks did before.
//!
//! Deliberately absent: banks.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_05_28,
    name: "refunds to PayPal show the decline code",
    objects: &["refund"],
    added: &["destination_details.paypal.network_decline_code"],
    ..Change::NOTHING
};
