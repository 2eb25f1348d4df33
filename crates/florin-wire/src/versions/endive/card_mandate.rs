//! The mandate of a card payment can be expanded; before, it was an id.
//!
//! Deliberately absent: the mandates of other payment method types.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "the mandate of a card payment can be expanded",
    objects: &["charge"],
    back: Some(name_mandate),
    ..Change::NOTHING
};

fn name_mandate(charge: &mut Map<String, Value>) {
    let details = charge.get_mut("payment_method_details");
    let card = details.and_then(|details| details.get_mut("card"));
    if let Some(mandate) = card.and_then(|card| card.get_mut("mandate"))
        && let Some(id) = mandate.get_mut("id")
    {
        *mandate = id.take();
    }
}
