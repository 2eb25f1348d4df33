//! A checkout session tells whether the buyer may pay in another currency, and what is asked of the card.
//!
//! Deliberately absent: payments in another currency.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_11_20,
    name: "checkout sessions tell of adaptive pricing",
    objects: &["checkout.session"],
    added: &[
        "adaptive_pricing",
        "payment_method_options.card.request_extended_authorization",
        "payment_method_options.card.request_incremental_authorization",
        "payment_method_options.card.request_multicapture",
        "payment_method_options.card.request_overcapture",
    ],
    ..Change::NOTHING
};
