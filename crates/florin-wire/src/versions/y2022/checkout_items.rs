//! A checkout session sells prices. Before, a line item could name its amount itself, and a shipping rate stood in a list of ids.
//!
//! Deliberately absent: items of subscriptions. An error about such an item has its newer name.

use serde_json::{Map, Value, json};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2022_08_01,
    name: "checkout sessions sell prices alone",
    forward: Some(Forward {
        routes: &["POST /v1/checkout/sessions"],
        apply: Some(take_amounts),
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

fn take_amounts(params: &mut Map<String, Value>) {
    match params.get_mut("line_items") {
        Some(Value::Array(items)) => items.iter_mut().for_each(priced),
        Some(Value::Object(items)) => items.values_mut().for_each(priced),
        _ => {}
    }
    // Who sends both is told of the one that is not known any more.
    if params.contains_key("shipping_options") {
        return;
    }
    let rates = match params.remove("shipping_rates") {
        Some(Value::Array(rates)) => rates,
        Some(Value::Object(rates)) => rates.into_iter().map(|(_, rate)| rate).collect(),
        Some(other) => {
            params.insert("shipping_rates".to_owned(), other);
            return;
        }
        None => return,
    };
    let options: Vec<Value> = rates
        .into_iter()
        .map(|rate| json!({ "shipping_rate": rate }))
        .collect();
    params.insert("shipping_options".to_owned(), Value::from(options));
}

/// An item with an amount of its own is one with a price of its own.
fn priced(item: &mut Value) {
    let Some(item) = item.as_object_mut() else {
        return;
    };
    let is_newer = item.contains_key("price") || item.contains_key("price_data");
    if is_newer || !(item.contains_key("amount") || item.contains_key("name")) {
        return;
    }
    let mut taken = |pairs: &[(&str, &str)]| -> Map<String, Value> {
        let moved = pairs
            .iter()
            .filter_map(|(older, newer)| Some(((*newer).to_owned(), item.remove(*older)?)));
        moved.collect()
    };
    let product = taken(&[
        ("name", "name"),
        ("description", "description"),
        ("images", "images"),
    ]);
    let mut price = taken(&[("currency", "currency"), ("amount", "unit_amount")]);
    price.insert("product_data".to_owned(), Value::Object(product));
    item.insert("price_data".to_owned(), Value::Object(price));
}
