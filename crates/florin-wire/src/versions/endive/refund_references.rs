//! Refunds of deferred payments show the reference of the partner.
//!
//! Deliberately absent: cards, which had one before.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_10_28,
    name: "refunds show the reference of the partner",
    objects: &["refund"],
    added: &[
        "destination_details.afterpay_clearpay.reference",
        "destination_details.afterpay_clearpay.reference_status",
        "destination_details.klarna.reference",
        "destination_details.klarna.reference_status",
        "destination_details.paypal.reference",
        "destination_details.paypal.reference_status",
    ],
    ..Change::NOTHING
};
