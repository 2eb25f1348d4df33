//! A card payment shows the id that the network gave it.
//!
//! Deliberately absent: presented cards, which showed it before.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "card payments show the network transaction",
    objects: &["charge"],
    added: &["payment_method_details.card.network_transaction_id"],
    ..Change::NOTHING
};
