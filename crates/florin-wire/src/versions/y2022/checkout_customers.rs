//! A checkout session makes a customer only where it needs one. Before, it made one for each payment.
//!
//! Deliberately absent: payment links, whose older default was not published.

use serde_json::{Map, Value};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2022_08_01,
    name: "checkout sessions make customers only where they need one",
    forward: Some(Forward {
        routes: &["POST /v1/checkout/sessions"],
        apply: Some(make_always),
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

fn make_always(params: &mut Map<String, Value>) {
    let pays = params.get("mode").and_then(Value::as_str) == Some("payment");
    let said = ["customer", "customer_creation"];
    if pays && !said.iter().any(|name| params.contains_key(*name)) {
        params.insert("customer_creation".to_owned(), Value::from("always"));
    }
}
