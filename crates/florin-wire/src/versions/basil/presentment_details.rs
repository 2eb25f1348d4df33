//! A payment in another currency than that of the account shows what the customer saw.
//!
//! Deliberately absent: exchange rates.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "payments show what the customer saw",
    objects: &["charge", "checkout.session", "payment_intent", "refund"],
    added: &["presentment_details"],
    ..Change::NOTHING
};
