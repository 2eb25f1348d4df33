//! Who says nothing of payment methods lets them be chosen automatically. Before, it was cards.
//!
//! Deliberately absent: checkout sessions and payment links, which chose by themselves already.

use serde_json::{Map, Value};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2023_08_16,
    name: "payment methods are automatic unless something else is said",
    forward: Some(Forward {
        routes: &["POST /v1/payment_intents", "POST /v1/setup_intents"],
        apply: Some(take_cards),
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

/// What says which methods there are.
const SAID: [&str; 5] = [
    "payment_method_configuration",
    "excluded_payment_method_types",
    "payment_method_types",
    "allowed_payment_method_types",
    "automatic_payment_methods",
];

fn take_cards(params: &mut Map<String, Value>) {
    if !SAID.iter().any(|name| params.contains_key(*name)) {
        let cards = Value::from(vec!["card"]);
        params.insert("payment_method_types".to_owned(), cards);
    }
}
