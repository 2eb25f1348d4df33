//! A card tells whether its debit fees are regulated.
//!
//! Deliberately absent: the fees.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "cards show whether they are regulated",
    objects: &["card", "charge", "payment_method"],
    added: &[
        "regulated_status",
        "card.regulated_status",
        "payment_method_details.card.regulated_status",
    ],
    ..Change::NOTHING
};
