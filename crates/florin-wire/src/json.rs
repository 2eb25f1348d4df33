//! JSON bodies in, pretty JSON out.
//!
//! [`parse_json`] gives the same raw tree as the form codec, except that numbers, booleans and null keep
//! their type; it holds the same limits and refuses a name that stands twice in one object. [`print()`]
//! writes replies. Deliberately absent: parameter checks.

use crate::error::WireError;
use crate::limits::{BODY_BYTES_MAX, KEYS_MAX, NESTING_MAX};
use crate::place::param_of;
pub use crate::print::print;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Parses a JSON body. An empty one (or only white space) is an empty tree.
///
/// # Errors
/// 413 above [`BODY_BYTES_MAX`]; 400 for malformed JSON (with line and column), a top level that is not
/// an object, a repeated name, a NUL character, text that is not UTF-8, and more than [`KEYS_MAX`]
/// values or [`NESTING_MAX`] levels.
pub fn parse_json(body: &[u8]) -> Result<Map<String, Value>, WireError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(WireError::too_large());
    }
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    let mut reader = Reader::default();
    let mut source = serde_json::Deserializer::from_slice(body);
    let parsed = Seed {
        reader: &mut reader,
        depth: 0,
    }
    .deserialize(&mut source)
    .and_then(|value| source.end().map(|()| value));
    match parsed {
        Ok(Value::Object(tree)) => Ok(tree),
        Ok(_) => Err(WireError::invalid("The JSON body must be an object.")),
        Err(error) => Err(reader.error(body, &error)),
    }
}

/// What the parser knows beyond the tree that it builds.
#[derive(Default)]
struct Reader {
    values: usize,
    flaw: Option<Flaw>,
    /// The path of the error, innermost step first; filled only while an error travels up.
    trail: Vec<String>,
}

/// Why a body that may be valid JSON is refused.
#[derive(Clone, Copy)]
enum Flaw {
    TooDeep,
    TooMany,
    Repeated,
    Nul,
}

impl Reader {
    fn refuse<E: serde::de::Error>(&mut self, flaw: Flaw) -> E {
        self.flaw = Some(flaw);
        E::custom("refused")
    }

    fn count<E: serde::de::Error>(&mut self, value: Value) -> Result<Value, E> {
        self.values += 1;
        if self.values > KEYS_MAX {
            Err(self.refuse(Flaw::TooMany))
        } else {
            Ok(value)
        }
    }

    fn text<E: serde::de::Error>(&mut self, text: String) -> Result<Value, E> {
        if text.as_bytes().contains(&0) {
            return Err(self.refuse(Flaw::Nul));
        }
        self.count(Value::String(text))
    }

    fn error(&self, body: &[u8], error: &serde_json::Error) -> WireError {
        let param = param_of(self.trail.iter().rev().map(String::as_str));
        let refused = match self.flaw {
            Some(Flaw::TooMany) => {
                let message = format!("The request has too many parameters: at most {KEYS_MAX}.");
                return WireError::invalid(message);
            }
            Some(Flaw::TooDeep) => {
                let first = param_of(self.trail.last().map(String::as_str));
                let message =
                    format!("'{first}' is nested too deeply: at most {NESTING_MAX} levels.");
                return WireError::invalid(message).with_param(first);
            }
            Some(Flaw::Repeated) => format!("The parameter '{param}' was sent more than once."),
            Some(Flaw::Nul) => format!("'{param}' must not contain a NUL character."),
            None if std::str::from_utf8(body).is_err() => {
                "The JSON body is not valid UTF-8.".to_owned()
            }
            None => {
                let (line, column) = (error.line(), error.column());
                let message =
                    format!("The JSON body is malformed at line {line}, column {column}.");
                return WireError::invalid(message);
            }
        };
        let refused = WireError::invalid(refused);
        if param.is_empty() {
            refused
        } else {
            refused.with_param(param)
        }
    }
}

struct Seed<'r> {
    reader: &'r mut Reader,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        if self.depth > NESTING_MAX {
            return Err(self.reader.refuse(Flaw::TooDeep));
        }
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.reader.count(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.reader.count(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.reader.count(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.reader.count(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.reader.count(value.into())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.reader.text(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.reader.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let Seed { reader, depth } = self;
        let mut items = Vec::new();
        loop {
            let seed = Seed {
                reader: &mut *reader,
                depth: depth + 1,
            };
            match source.next_element_seed(seed) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => {
                    reader.trail.push(items.len().to_string());
                    return Err(error);
                }
            }
        }
        if items.is_empty() {
            reader.count(Value::Array(items))
        } else {
            Ok(Value::Array(items))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let Seed { reader, depth } = self;
        let mut map = Map::new();
        while let Some(name) = source.next_key::<String>()? {
            let flaw = if map.contains_key(&name) {
                Some(Flaw::Repeated)
            } else if name.as_bytes().contains(&0) {
                Some(Flaw::Nul)
            } else {
                None
            };
            let value = match flaw {
                Some(flaw) => Err(reader.refuse(flaw)),
                None => source.next_value_seed(Seed {
                    reader: &mut *reader,
                    depth: depth + 1,
                }),
            };
            match value {
                Ok(value) => map.insert(name, value),
                Err(error) => {
                    reader.trail.push(name);
                    return Err(error);
                }
            };
        }
        if map.is_empty() {
            reader.count(Value::Object(map))
        } else {
            Ok(Value::Object(map))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn native_types_are_kept() {
        let body = br#" {"a": 1, "b": -2.5, "c": [true, null], "d": {"e": "\u00fc"}} "#;
        let expected = json!({"a": 1, "b": -2.5, "c": [true, null], "d": {"e": "ü"}});
        assert_eq!(parse_json(body).map(Value::Object), Ok(expected));
        assert_eq!(parse_json(b" \n"), Ok(Map::new()));
    }

    #[test]
    fn what_no_body_may_contain() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(9), "}".repeat(9));
        let cases: [(&[u8], Option<&str>, &str); 14] = [
            (b"[1]", None, "must be an object"),
            (b"7", None, "must be an object"),
            (b"{", None, "line 1, column 1."),
            (b"{\n  \"a\": x\n}", None, "line 2, column 8."),
            (b"{} {}", None, "malformed"),
            (b"{\"a\": 1e999}", None, "malformed"),
            (b"{\"a\": \"\\ud800\"}", None, "malformed"),
            (br#"{"a": 1, "a": 2}"#, Some("a"), "more than once"),
            (
                br#"{"a": [{"b": 1, "b": 2}]}"#,
                Some("a[0][b]"),
                "more than once",
            ),
            (br#"{"a": {"b": "\u0000"}}"#, Some("a[b]"), "NUL"),
            (br#"{"\u0000": 1}"#, Some("\0"), "NUL"),
            (b"{\"a\": [\"\xff\"]}", Some("a[0]"), "UTF-8"),
            (b"{\"\xff\": 1}", None, "UTF-8"),
            (deep.as_bytes(), Some("a"), "nested too deeply"),
        ];
        for (body, param, part) in cases {
            let error = parse_json(body).expect_err("a flawed body");
            assert!(error.message.contains(part), "{error}");
            assert_eq!((error.param.as_deref(), error.code), (param, None));
            assert_eq!(error.status, 400);
        }
    }

    #[test]
    fn the_limits_hold_on_both_sides() {
        let list = |count: usize| format!("{{\"a\": [{}]}}", vec!["{}"; count].join(","));
        assert!(parse_json(list(KEYS_MAX).as_bytes()).is_ok());
        assert!(parse_json(list(KEYS_MAX + 1).as_bytes()).is_err());
        let nested = |count: usize| format!("{}1{}", r#"{"a":"#.repeat(count), "}".repeat(count));
        assert!(parse_json(nested(NESTING_MAX).as_bytes()).is_ok());
        assert!(parse_json(nested(NESTING_MAX + 1).as_bytes()).is_err());
        assert!(parse_json("[".repeat(500_000).as_bytes()).is_err());
        let body = vec![b' '; BODY_BYTES_MAX + 1];
        assert_eq!(parse_json(&body).map_err(|error| error.status), Err(413));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[^\u{0}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::btree_map("[^\u{0}]{0,6}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_printed_object_is_read_back(
            members in prop::collection::btree_map("[^\u{0}]{0,6}", any_value(), 0..5),
        ) {
            let before: Map<String, Value> = members.into_iter().collect();
            let printed = print(&Value::Object(before.clone()));
            prop_assert_eq!(parse_json(&printed), Ok(before));
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_json(&body);
        }

        #[test]
        fn no_shape_makes_it_panic(body in "[a0{}:,\"\\[\\]\\\\ ]{0,60}") {
            let _ = parse_json(body.as_bytes());
        }
    }
}
