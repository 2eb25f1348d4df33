//! A card payment tells how a stored card is used: for a plan, by instalments, or unscheduled.
//!
//! Deliberately absent: `setup_future_usage`, which is older and coarser.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_10_28,
    name: "card payments tell how a stored card is used",
    objects: &["charge", "payment_intent", "setup_intent"],
    added: &[
        "payment_method_details.card.setup_credential_usage",
        "payment_method_details.card.stored_credential_usage",
        "payment_method_options.card.setup_credential_usage",
        "payment_method_options.card.stored_credential_usage",
    ],
    ..Change::NOTHING
};
