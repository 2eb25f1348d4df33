//! A card payment shows the id that links it with the payments before it.
//!
//! Deliberately absent: the id of the network transaction.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_06_24,
    name: "card payments show the transaction link",
    objects: &["charge"],
    added: &["payment_method_details.card.transaction_link_id"],
    ..Change::NOTHING
};
