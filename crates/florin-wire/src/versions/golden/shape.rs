//! Holding the golden pairs against the published descriptions, where these are at hand.
//!
//! Shape: `FLORIN_WIRE_SPEC` names the folder of the descriptions, or a file in it; without it the tests
//! say that they were not run. An object must have every required field and no unknown one, all the way
//! down. Deliberately absent: formats, lengths and the values of enums.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::super::version::ApiVersion;
use super::{PAIRS, changes, pair};

/// Fields that objects carry in the declarations or on the wire and that the descriptions leave out.
const UNPUBLISHED: [&str; 3] = ["payment_intent.source", "charge.source", "list.total_count"];

/// Fields of `2024-04-10` are rightly in its description; the chain takes them from `2023-10-16`.
const SAME_DATE: ApiVersion = ApiVersion::V2024_04_10;

/// The older description lets the options of every payment method type share one hash, so it knows
/// this field although the declarations of its date do not.
const SHARED: [&str; 1] = ["payment_method_options.card_present.capture_method"];

struct Spec(Value);

fn spec(name: &str) -> Option<Spec> {
    let Some(given) = std::env::var_os("FLORIN_WIRE_SPEC").map(PathBuf::from) else {
        eprintln!("not run: FLORIN_WIRE_SPEC names no folder with {name}");
        return None;
    };
    let folder = if given.is_dir() {
        given
    } else {
        given.parent()?.to_owned()
    };
    let text = std::fs::read_to_string(folder.join(name)).expect("the description can be read");
    let spec = serde_json::from_str(&text).expect("the description is JSON");
    Some(Spec(spec))
}

impl Spec {
    fn schema(&self, name: &str) -> Option<&Value> {
        self.0["components"]["schemas"].get(name)
    }

    /// Follows references and opens unions: the schemas that a value may have.
    fn options<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            return self
                .schema(name)
                .map_or(Vec::new(), |found| self.options(found));
        }
        for union in ["anyOf", "oneOf", "allOf"] {
            if let Some(members) = schema[union].as_array() {
                let opened = members.iter().flat_map(|member| self.options(member));
                return opened.collect();
            }
        }
        vec![schema]
    }

    /// Checks a value against a schema; the error names the place.
    fn check(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        if value.is_null() {
            return self.check_null(schema, place);
        }
        let mut failure = format!("{place}: no schema fits");
        for option in self.options(schema) {
            match self.check_one(option, value, place) {
                Ok(()) => return Ok(()),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn check_null(&self, schema: &Value, place: &str) -> Result<(), String> {
        let options = self.options(schema);
        let nullable = |schema: &Value| schema["nullable"] == true;
        if nullable(schema) || options.into_iter().any(nullable) {
            return Ok(());
        }
        Err(format!("{place}: must not be null"))
    }

    fn check_one(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        match (schema["type"].as_str(), value) {
            (Some("array"), Value::Array(elements)) => elements
                .iter()
                .try_for_each(|element| self.check(&schema["items"], element, place)),
            (Some("object"), Value::Object(object)) => self.check_object(schema, object, place),
            (Some("string"), Value::String(_))
            | (Some("boolean"), Value::Bool(_))
            | (Some("integer" | "number"), Value::Number(_))
            | (None, _) => Ok(()),
            _ => Err(format!("{place}: another type is wanted")),
        }
    }

    fn check_object(
        &self,
        schema: &Value,
        object: &Map<String, Value>,
        place: &str,
    ) -> Result<(), String> {
        let Some(fields) = schema["properties"]
            .as_object()
            .filter(|all| !all.is_empty())
        else {
            return Ok(());
        };
        let place = object
            .get("object")
            .and_then(Value::as_str)
            .unwrap_or(place);
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if !object.contains_key(name) {
                return Err(format!("{place}.{name}: required"));
            }
        }
        for (name, value) in object {
            let inner = format!("{place}.{name}");
            match fields.get(name) {
                Some(field) => self.check(field, value, &inner)?,
                None if UNPUBLISHED.contains(&inner.as_str()) => {}
                None => return Err(format!("{inner}: unknown")),
            }
        }
        Ok(())
    }

    /// Whether the schema knows the dotted path.
    fn knows(&self, schema: &Value, path: &str) -> bool {
        let (head, rest) = match path.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (path, None),
        };
        let mut options = self.options(schema).into_iter();
        options.any(|option| {
            let field = &option["properties"][head.trim_end_matches("[]")];
            let inner = if head.ends_with("[]") {
                &field["items"]
            } else {
                field
            };
            !inner.is_null() && rest.is_none_or(|rest| self.knows(inner, rest))
        })
    }
}

#[test]
fn the_realistic_pairs_have_the_described_shapes() {
    let halves = [
        (spec("spec3-2024-04-10.json"), "older"),
        (spec("spec3-endive.json"), "newer"),
    ];
    for (spec, half) in halves {
        let Some(spec) = spec else { return };
        let real = PAIRS.iter().filter(|(name, _)| spec.schema(name).is_some());
        for (name, text) in real {
            let (newer, older) = pair(text);
            let object = if half == "older" { older } else { newer };
            let schema = spec.schema(name).unwrap_or(&Value::Null);
            assert_eq!(spec.check(schema, &object, name), Ok(()), "{half} {name}");
            let inside = &object["data"]["object"];
            if let Some(schema) = inside["object"].as_str().and_then(|kind| spec.schema(kind)) {
                assert_eq!(spec.check(schema, inside, name), Ok(()), "{half} {name}");
            }
        }
    }
}

#[test]
fn added_fields_are_in_the_newest_description_and_not_in_the_older_one() {
    let (Some(newest), Some(older)) = (spec("spec3-endive.json"), spec("spec3-2024-04-10.json"))
    else {
        return;
    };
    let mut wrong = BTreeSet::new();
    for change in changes() {
        for path in change.added {
            let knows = |spec: &Spec, kind: &&&str| {
                let schema = spec.schema(kind);
                schema.is_some_and(|schema| spec.knows(schema, path))
            };
            let kinds = change.objects.iter();
            let now = kinds.clone().any(|kind| knows(&newest, &kind));
            if !now && !change.concerns("error") {
                wrong.insert(format!("{path}: not in the newest description"));
            }
            let before = kinds.clone().any(|kind| knows(&older, &kind));
            if before && change.version > SAME_DATE && !SHARED.contains(path) {
                wrong.insert(format!("{path}: already in the older description"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
