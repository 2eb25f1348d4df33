//! A card payment shows the electronic commerce indicator that was sent for it.
//!
//! Deliberately absent: the indicator of an authentication, which is older.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "card payments show the commerce indicator",
    objects: &["charge"],
    added: &["payment_method_details.card.electronic_commerce_indicator"],
    ..Change::NOTHING
};
