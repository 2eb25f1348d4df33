//! A card that was presented to a reader names the languages that it prefers.
//!
//! Deliberately absent: the copy below `generated_from`, which was declared with the field in it.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "presented cards name their preferred languages",
    objects: &["charge", "payment_method"],
    added: &[
        "payment_method_details.card_present.preferred_locales",
        "card_present.preferred_locales",
    ],
    ..Change::NOTHING
};
