//! Checked and typed parameters, as handlers read them.
//!
//! Served and echoed parameters live apart: a handler that reads an echoed one through
//! [`Params::get`] finds nothing, so that the table stays true. Deliberately absent: any printing of
//! values, because a card number may be among them.

use crate::canonical::write_object;
use serde_json::{Map, Value};
use std::fmt;

/// The parameters of one request. Numbers, booleans and lists have their types; [`Value::Null`] stands
/// for a parameter that the request explicitly unset.
#[derive(Clone, Default, PartialEq)]
pub struct Params {
    typed: Map<String, Value>,
    echoed: Map<String, Value>,
}

impl Params {
    /// Parameters that were checked elsewhere, or that a test makes up.
    pub fn new(typed: Map<String, Value>, echoed: Map<String, Value>) -> Self {
        Params { typed, echoed }
    }

    /// The served parameter at a dotted path, `payment_method_data.card.number` or `items.0.price`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut steps = path.split('.');
        let first = self.typed.get(steps.next()?)?;
        steps.try_fold(first, |value, step| match value {
            Value::Object(map) => map.get(step),
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The text at a path, if there is one.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// The whole number at a path, if there is one.
    pub fn int(&self, path: &str) -> Option<i64> {
        self.get(path)?.as_i64()
    }

    /// The boolean at a path, if there is one.
    pub fn flag(&self, path: &str) -> Option<bool> {
        self.get(path)?.as_bool()
    }

    /// Whether the parameter was sent, be it to unset it.
    pub fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// Whether the parameter was sent to unset it.
    pub fn is_unset(&self, path: &str) -> bool {
        self.get(path).is_some_and(Value::is_null)
    }

    /// The object at a path, if there is one.
    pub fn object(&self, path: &str) -> Option<&Map<String, Value>> {
        self.get(path)?.as_object()
    }

    /// The list at a path, if there is one.
    pub fn list(&self, path: &str) -> Option<&Vec<Value>> {
        self.get(path)?.as_array()
    }

    /// The parameter `metadata`: an object whose empty values ask for the removal of their keys, or
    /// null, which asks for the removal of all.
    pub fn metadata(&self) -> Option<&Value> {
        self.get("metadata")
    }

    /// The served parameters as one tree.
    pub fn typed(&self) -> &Map<String, Value> {
        &self.typed
    }

    /// The echoed parameters, nested as on the wire. In a list of served objects each element has its
    /// place here, empty if nothing of it is echoed.
    pub fn echoed(&self) -> &Map<String, Value> {
        &self.echoed
    }

    /// Deterministic bytes of all parameters, for the hash of an idempotency key. The same request as a
    /// form and as JSON has the same bytes. They may contain card data: hash them with a secret key,
    /// never store or log them.
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        write_object(&mut out, &self.typed);
        write_object(&mut out, &self.echoed);
        out
    }
}

/// Prints the names of the top level and never a value.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params")
            .field("typed", &self.typed.keys().collect::<Vec<_>>())
            .field("echoed", &self.echoed.keys().collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn params(typed: Value, echoed: Value) -> Params {
        match (typed, echoed) {
            (Value::Object(typed), Value::Object(echoed)) => Params::new(typed, echoed),
            _ => panic!("not objects"),
        }
    }

    #[test]
    fn paths_reach_into_objects_and_lists() {
        let typed = json!({
            "amount": 5, "confirm": true, "description": null, "metadata": {"a.b": "1"},
            "items": [{"price": "p1"}], "card": {"number": "4242424242424242"},
        });
        let params = params(typed, json!({"shipping": {"name": "x"}}));
        assert_eq!(params.int("amount"), Some(5));
        assert_eq!(params.flag("confirm"), Some(true));
        assert_eq!(params.text("items.0.price"), Some("p1"));
        assert_eq!(params.list("items").map(Vec::len), Some(1));
        assert_eq!(params.object("card").map(Map::len), Some(1));
        assert_eq!(params.metadata(), Some(&json!({"a.b": "1"})));
        assert!(params.has("description") && params.is_unset("description"));
        assert!(!params.has("shipping") && !params.has("items.1") && !params.has("amount.x"));
        assert!(!params.is_unset("amount") && !params.is_unset("absent"));
        assert_eq!(params.echoed()["shipping"]["name"], "x");
    }

    #[test]
    fn no_value_is_printed() {
        let params = params(
            json!({"number": "4242424242424242"}),
            json!({"note": "secret"}),
        );
        let text = format!("{params:?}");
        assert_eq!(text, r#"Params { typed: ["number"], echoed: ["note"] }"#);
    }

    #[test]
    fn served_and_echoed_never_look_alike() {
        let one = params(json!({"a": 1}), json!({}));
        let two = params(json!({}), json!({"a": 1}));
        assert_ne!(one.canonical(), two.canonical());
    }
}
