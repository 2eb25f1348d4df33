//! A card payment shows the authorization code of the issuer.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "card payments show the authorization code",
    objects: &["charge"],
    added: &["payment_method_details.card.authorization_code"],
    ..Change::NOTHING
};
