//! The golden pairs: what the newest version shows and what `2023-10-16` shows of the same object. A file may say besides
//! what the oldest version shows.
//!
//! Shape: the plain files hold one realistic object each, with every field that its newest description
//! requires; the `_rare` files hold every field that changed beside one that did not. The older halves
//! were derived from the type declarations that pin the version, not from the chain. Deliberately
//! absent: pairs of the versions between, which the same changes serve.

mod shape;

use serde_json::Value;

use super::version::{ApiVersion, NEWEST, OLDEST, SUPPORTED};
use super::{changes, walk, walk_back, walk_forward};

const OLD: ApiVersion = ApiVersion::V2023_10_16;

/// What the oldest version shows, where a file says it.
fn oldest(text: &str) -> Option<Value> {
    let mut pair: Value = serde_json::from_str(text).expect("a golden file is JSON");
    Some(pair["oldest"].take()).filter(|oldest| !oldest.is_null())
}

macro_rules! pairs {
    ($($name:literal,)+) => {
        const PAIRS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("golden/", $name, ".json")))),+];
    };
}

pairs! {
    "account", "account_rare", "application_fee_rare", "balance", "balance_rare",
    "balance_transaction", "balance_transaction_rare", "card_rare", "charge", "charge_canceled",
    "charge_given_back", "charge_open", "charge_partly_captured", "charge_rare",
    "charge_uncaptured", "checkout.session", "checkout_session_rare", "customer", "customer_rare",
    "checkout_session_shipping", "charge_expired", "discount_rare", "dispute", "dispute_klarna", "dispute_rare", "early_fraud_warning", "event",
    "item_rare", "mandate_rare", "payment_intent", "payment_intent_expired", "payment_intent_rare", "payment_method",
    "payment_method_rare", "person_rare", "price_rare", "product_rare", "product_attributes", "refund", "refund_rare",
    "setup_attempt_rare", "setup_intent", "setup_intent_rare", "source_rare", "tax_id_rare",
    "tax_rate_rare", "token", "webhook_endpoint",
}

/// One pair, newer half first.
fn pair(text: &str) -> (Value, Value) {
    let mut pair: Value = serde_json::from_str(text).expect("a golden file is JSON");
    (pair["newer"].take(), pair["older"].take())
}

fn walked(object: &Value, to: ApiVersion) -> Value {
    let mut object = object.clone();
    walk_back(&mut object, to);
    object
}

#[test]
fn every_pair_holds() {
    for (name, text) in PAIRS {
        let (newer, older) = pair(text);
        assert_ne!((newer.is_null(), older.is_null()), (true, true), "{name}");
        assert_eq!(walked(&newer, OLD), older, "{name}");
        assert_eq!(walked(&newer, NEWEST), newer, "{name}");
        if let Some(oldest) = oldest(text) {
            assert_eq!(walked(&newer, OLDEST), oldest, "{name}");
        }
    }
}

/// Leaves one change out of the walk to the version below it: some pair must notice.
#[test]
fn every_change_of_shape_is_noticed_by_a_pair() {
    let shaped = changes().filter(|change| !change.objects.is_empty());
    for change in shaped {
        let below = ApiVersion::ALL[change.version as usize - 1];
        let noticed = PAIRS.iter().any(|(_, text)| {
            let (mut newer, _) = pair(text);
            let whole = walked(&newer, below);
            let others = changes().filter(|other| other.name != change.name);
            walk::walk_through(&mut newer, others, below);
            newer != whole
        });
        assert!(noticed, "no pair shows: {}", change.name);
    }
}

#[test]
fn a_walk_in_two_steps_ends_where_one_step_ends() {
    for (name, text) in PAIRS {
        let (newer, older) = pair(text);
        for halt in SUPPORTED.iter().filter(|halt| **halt >= OLD) {
            let mut object = walked(&newer, *halt);
            let rest = changes().filter(|change| change.version <= *halt);
            walk::walk_through(&mut object, rest, OLD);
            assert_eq!(object, older, "{name} by way of {halt}");
        }
    }
}

#[test]
fn parameters_of_an_older_request_walk_forward() {
    let cases: Value = serde_json::from_str(include_str!("golden/parameters.json")).expect("JSON");
    for case in cases.as_array().expect("a list of cases") {
        let operation = case["operation"].as_str().expect("an operation");
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let mut params = case["older"].as_object().expect("a hash").clone();
        let from = case["version"].as_str().map_or(Ok(OLD), ApiVersion::parse);
        walk_forward(method, path, &mut params, from.expect("a version"));
        assert_eq!(Value::Object(params), case["newer"], "{operation}");
    }
}
