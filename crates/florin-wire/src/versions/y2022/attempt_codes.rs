//! Errors say more closely why a try did not pay. Before, one code stood for all of it.
//!
//! Which older code stands for the newer ones was not published; the general one is what clients of that time know.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2022_11_15,
    name: "errors say why a try did not pay",
    objects: &["error", "payment_intent", "charge"],
    back: Some(show_general),
    ..Change::NOTHING
};

const NEWER: [&str; 5] = [
    "payment_intent_payment_attempt_expired",
    "payment_method_customer_decline",
    "payment_method_not_available",
    "payment_method_provider_decline",
    "payment_method_provider_timeout",
];
const GENERAL: &str = "payment_intent_payment_attempt_failed";

fn show_general(object: &mut Map<String, Value>) {
    let last = object.get_mut("last_payment_error");
    if let Some(Value::Object(error)) = last {
        generalize(error, "code");
    }
    generalize(object, "code");
    generalize(object, "failure_code");
}

fn generalize(object: &mut Map<String, Value>, member: &str) {
    let code = object.get(member).and_then(Value::as_str);
    let Some(code) = code.filter(|code| NEWER.contains(code)).map(str::to_owned) else {
        return;
    };
    if let Some(Value::String(page)) = object.get_mut("doc_url") {
        *page = page.replace(&code, GENERAL);
    }
    object.insert(member.to_owned(), Value::from(GENERAL));
}
