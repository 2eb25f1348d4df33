//! A product has no attributes, which were a part of orders.
//!
//! Deliberately absent: its caption, which only goods for orders had.

use serde_json::{Map, Value};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2023_08_16,
    name: "products have no attributes",
    objects: &["product"],
    back: Some(show_none),
    forward: Some(Forward {
        routes: &["POST /v1/products", "POST /v1/products/*"],
        dropped: &["attributes", "caption", "deactivate_on"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

fn show_none(product: &mut Map<String, Value>) {
    if !product.contains_key("deleted") {
        let none = Value::Array(Vec::new());
        product.entry("attributes").or_insert(none);
    }
}
