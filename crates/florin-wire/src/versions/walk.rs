//! Walking an object back: every nested object is found and brought to the asked version.
//!
//! Shape: an object is changed first, then what it holds is visited, so each object is visited once and
//! meets the changes newest first. Metadata belongs to the merchant and is never entered: a merchant
//! may well write `object` into it. Deliberately absent: copies; the object is changed in place.

use serde_json::{Map, Value};

use super::change::Change;
use super::path;
use super::version::ApiVersion;

/// How deep the walk goes. Four expansions of our own objects stay far above it.
const DEPTH_MAX: usize = 64;

/// Brings an object that was rendered in the newest version to the shape of the version `to`.
///
/// Nested objects are found by their `object` field: expanded fields, elements of lists, the object of
/// an event and those inside an error body. The changed keys of an event are walked as a part of their
/// object, and the `api_version` of an event becomes `to`. For the newest version nothing is touched or
/// visited; a version older than the chain gets the oldest shape that the chain reaches.
pub fn walk_back(object: &mut Value, to: ApiVersion) {
    walk_through(object, super::changes(), to);
}

/// [`walk_back`] through the given changes, which run from newest to oldest.
pub(super) fn walk_through(
    object: &mut Value,
    changes: impl Iterator<Item = &'static Change>,
    to: ApiVersion,
) {
    let newer: Vec<&Change> = changes.take_while(|change| change.version > to).collect();
    if newer.is_empty() {
        return;
    }
    let walk = Walk { newer, to };
    if let Some(Value::Object(error)) = object.get_mut("error") {
        walk.undo(error, "error");
    }
    walk.visit(object, 0);
}

/// The changes to undo, newest first, and where they lead.
struct Walk {
    newer: Vec<&'static Change>,
    to: ApiVersion,
}

impl Walk {
    fn visit(&self, value: &mut Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        match value {
            Value::Array(elements) => {
                for element in elements {
                    self.visit(element, depth + 1);
                }
            }
            Value::Object(object) => self.visit_object(object, depth),
            _ => {}
        }
    }

    fn visit_object(&self, object: &mut Map<String, Value>, depth: usize) {
        let kind = kind_of(object).map(str::to_owned);
        if let Some(kind) = &kind {
            self.undo(object, kind);
        }
        if kind.as_deref() == Some("event") {
            self.finish_event(object);
        }
        for (name, inner) in object.iter_mut() {
            if name != "metadata" {
                self.visit(inner, depth + 1);
            }
        }
    }

    /// Undoes every change that concerns a whole object of this kind.
    fn undo(&self, object: &mut Map<String, Value>, kind: &str) {
        for change in self.concerning(kind) {
            for path in change.added {
                path::remove(object, path);
            }
            for path in change.restored {
                path::restore(object, path);
            }
            if let Some(back) = change.back {
                back(object);
            }
        }
    }

    /// Undoes changes on the old values of an object: put into the rest of it, so that a change can look at what did
    /// not change, and taken out again. Fields leave and are translated, none is put back.
    fn undo_part(&self, part: &mut Map<String, Value>, rest: Map<String, Value>, kind: &str) {
        let mut whole = rest;
        lay_over(&mut whole, part);
        self.undo(&mut whole, kind);
        pick(part, &mut whole);
    }

    fn concerning(&self, kind: &str) -> impl Iterator<Item = &'static Change> {
        let newer = self.newer.iter().copied();
        newer.filter(move |change| change.concerns(kind))
    }

    /// An event says in which version it shows its object, and its old values are parts of that object.
    fn finish_event(&self, event: &mut Map<String, Value>) {
        if let Some(version) = event.get_mut("api_version") {
            *version = Value::from(self.to.as_str());
        }
        let Some(Value::Object(data)) = event.get_mut("data") else {
            return;
        };
        let shown = data.get("object").and_then(Value::as_object);
        let Some((shown, kind)) = shown.and_then(|shown| Some((shown, kind_of(shown)?.to_owned())))
        else {
            return;
        };
        let rest = shown.clone();
        if let Some(Value::Object(part)) = data.get_mut("previous_attributes") {
            self.undo_part(part, rest, &kind);
        }
    }
}

/// Puts old values in the place of the new ones. A hash of which only a part is given keeps its other members.
fn lay_over(whole: &mut Map<String, Value>, part: &Map<String, Value>) {
    for (name, old) in part {
        match (whole.get_mut(name), old) {
            (Some(Value::Object(held)), Value::Object(old)) => lay_over(held, old),
            _ => {
                whole.insert(name.clone(), old.clone());
            }
        }
    }
}

/// Takes from a whole what the part names; what the whole has no more leaves the part.
fn pick(part: &mut Map<String, Value>, whole: &mut Map<String, Value>) {
    part.retain(|name, _| whole.contains_key(name));
    for (name, value) in part.iter_mut() {
        match (value, whole.get_mut(name)) {
            (Value::Object(part), Some(Value::Object(whole))) => pick(part, whole),
            (value, Some(whole)) => *value = whole.take(),
            (_, None) => {}
        }
    }
}

fn kind_of(object: &Map<String, Value>) -> Option<&str> {
    object.get("object").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::super::version::NEWEST;
    use super::*;
    use serde_json::json;

    fn walked(mut object: Value, to: ApiVersion) -> Value {
        walk_back(&mut object, to);
        object
    }

    #[test]
    fn the_newest_version_is_left_alone() {
        let charge = json!({"object": "charge", "billing_details": {"tax_id": "x"}});
        assert_eq!(walked(charge.clone(), NEWEST), charge);
    }

    #[test]
    fn lists_error_bodies_and_expansions_are_entered() {
        let intent = json!({"object": "payment_intent", "hooks": {}, "transfer_data": null, "invoice": null});
        let old = json!({"object": "payment_intent", "transfer_data": null, "invoice": null});
        let given = json!({
            "object": "list", "data": [intent.clone()], "has_more": false, "url": "/v1/payment_intents"
        });
        let wanted = json!({
            "object": "list", "data": [old.clone()], "has_more": false, "url": "/v1/payment_intents"
        });
        assert_eq!(walked(given, ApiVersion::V2023_10_16), wanted);
        let given = json!({"error": {"type": "card_error", "advice_code": "try_again_later", "payment_intent": intent}});
        let wanted = json!({"error": {"type": "card_error", "payment_intent": old}});
        assert_eq!(walked(given, ApiVersion::V2023_10_16), wanted);
    }

    #[test]
    fn a_step_keeps_what_the_asked_version_already_had() {
        let intent = json!({"object": "payment_intent", "hooks": {}, "payment_record": null});
        let left = walked(intent, ApiVersion::Clover2025_11_17);
        assert!(left.get("hooks").is_some());
        assert!(left.get("payment_record").is_none());
        assert!(left.get("invoice").is_none());
    }

    #[test]
    fn metadata_is_never_entered() {
        let metadata = json!({"object": "payment_intent", "hooks": "mine"});
        let given = json!({"object": "product", "metadata": metadata});
        assert_eq!(walked(given.clone(), ApiVersion::V2023_10_16), given);
    }

    #[test]
    fn old_values_are_translated_with_the_rest_of_their_object() {
        let charge = json!({
            "object": "charge", "amount": 1000, "amount_captured": 600, "amount_refunded": 200,
            "refunded": false, "status": "succeeded", "metadata": {"a": "1", "b": "2"},
            "payment_method_details": {"card": {"multicapture": {"status": "unavailable"}}}
        });
        let old = json!({"amount_refunded": 0, "metadata": {"b": "1"}});
        let given =
            json!({"object": "event", "data": {"object": charge, "previous_attributes": old}});
        let left = walked(given, ApiVersion::Acacia2025_02_24);
        assert_eq!(left["data"]["object"]["amount_refunded"], 600);
        assert_eq!(
            left["data"]["previous_attributes"],
            json!({"amount_refunded": 400, "metadata": {"b": "1"}})
        );
    }

    #[test]
    fn old_values_of_an_event_gain_no_keys() {
        let given = json!({
            "object": "event",
            "api_version": NEWEST.as_str(),
            "data": {
                "object": {"object": "charge", "invoice": null},
                "previous_attributes": {"presentment_details": {}, "paid": false}
            }
        });
        let left = walked(given, ApiVersion::V2023_10_16);
        assert_eq!(left["data"]["previous_attributes"], json!({"paid": false}));
        assert_eq!(left["api_version"], "2023-10-16");
    }
}
