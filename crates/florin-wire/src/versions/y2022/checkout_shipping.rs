//! What a checkout session ships, and for how much, has clearer names.
//!
//! Deliberately absent: the carrier, which the older hash had room for.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2022_08_01,
    name: "shipping of checkout sessions has clearer names",
    objects: &["checkout.session"],
    back: Some(show_older),
    ..Change::NOTHING
};

fn show_older(session: &mut Map<String, Value>) {
    let details = session.remove("shipping_details").unwrap_or_default();
    session.insert("shipping".to_owned(), details);
    let cost = session.remove("shipping_cost");
    let rate = cost.and_then(|mut cost| Some(cost.get_mut("shipping_rate")?.take()));
    session.insert("shipping_rate".to_owned(), rate.unwrap_or_default());
}
