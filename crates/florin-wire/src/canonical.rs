//! Deterministic bytes of a tree, for hashing.
//!
//! Two trees have the same bytes exactly if they are equal up to the order of object members. Every
//! part carries its length, so that no choice of keys or values can imitate another tree. The bytes
//! may contain card data: hash them, never store or log them. Deliberately absent: a way back.

use serde_json::{Map, Value};

/// The canonical bytes of a raw tree.
pub fn canonical(raw: &Map<String, Value>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write_object(&mut out, raw);
    out
}

pub(crate) fn write_object(out: &mut Vec<u8>, map: &Map<String, Value>) {
    let mut members: Vec<(&String, &Value)> = map.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    write_head(out, b'm', members.len());
    for (name, value) in members {
        write_text(out, b's', name);
        write_value(out, value);
    }
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(b'n'),
        Value::Bool(flag) => out.push(if *flag { b't' } else { b'f' }),
        Value::Number(number) => write_text(out, b'i', &number.to_string()),
        Value::String(text) => write_text(out, b's', text),
        Value::Array(items) => {
            write_head(out, b'l', items.len());
            items.iter().for_each(|item| write_value(out, item));
        }
        Value::Object(map) => write_object(out, map),
    }
}

fn write_text(out: &mut Vec<u8>, tag: u8, text: &str) {
    write_head(out, tag, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn write_head(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    out.extend_from_slice(length.to_string().as_bytes());
    out.push(b':');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bytes(value: Value) -> Vec<u8> {
        match value {
            Value::Object(map) => canonical(&map),
            other => panic!("not an object: {other}"),
        }
    }

    #[test]
    fn the_order_of_members_does_not_count() {
        let one = bytes(json!({"b": {"y": 1, "x": [true]}, "a": null}));
        let two = bytes(json!({"a": null, "b": {"x": [true], "y": 1}}));
        assert_eq!(one, two);
    }

    #[test]
    fn trees_that_differ_have_other_bytes() {
        let trees = [
            json!({}),
            json!({"a": "1"}),
            json!({"a": 1}),
            json!({"a": ["1"]}),
            json!({"a": {"0": "1"}}),
            json!({"a": "1s1:b"}),
            json!({"a": "", "b": "1"}),
            json!({"a": ["1", "2"]}),
            json!({"a": ["2", "1"]}),
        ];
        let all: std::collections::BTreeSet<_> = trees.iter().cloned().map(bytes).collect();
        assert_eq!(all.len(), trees.len());
    }
}
