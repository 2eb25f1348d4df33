//! An attempt tells whether the card was given by mail or telephone.
//!
//! Deliberately absent: charges.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_04_22,
    name: "attempts tell mail and telephone orders",
    objects: &["setup_attempt"],
    added: &["payment_method_details.card.moto"],
    ..Change::NOTHING
};
