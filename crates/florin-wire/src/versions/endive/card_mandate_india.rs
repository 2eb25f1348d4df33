//! A card mandate shows what Indian rules ask for.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "card mandates show Indian details",
    objects: &["mandate"],
    added: &["payment_method_details.card.india"],
    ..Change::NOTHING
};
