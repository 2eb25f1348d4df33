//! A card dispute names the network.
//!
//! Deliberately absent: the brand, which is older.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_07_29,
    name: "card disputes name the network",
    objects: &["dispute"],
    added: &["payment_method_details.card.network"],
    ..Change::NOTHING
};
