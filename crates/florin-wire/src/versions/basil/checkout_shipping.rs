//! Where a checkout session is shipped to stands in what was collected, and no longer beside it.
//!
//! Deliberately absent: the telephone number and the carrier, which the older hash had room for.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "shipping of checkout sessions is in what was collected",
    objects: &["checkout.session"],
    back: Some(show_beside),
    ..Change::NOTHING
};

fn show_beside(session: &mut Map<String, Value>) {
    let collected = session.get("collected_information");
    let details = collected.and_then(|collected| collected.get("shipping_details"));
    let details = details.cloned().unwrap_or_default();
    session.insert("shipping_details".to_owned(), details);
}
