//! Dotted paths into an object: removing a field, putting a field back.
//!
//! Shape: `a.b` goes into the hash `a`; `a[].b` goes into every hash of the list `a`. A path that meets
//! something else ends there without effect. Deliberately absent: reading and writing of values.

use serde_json::{Map, Value};

/// Removes the field at `path` and keeps the order of the others.
pub(super) fn remove(object: &mut Map<String, Value>, path: &str) {
    at_parent(object, path, &mut |parent, name| {
        parent.shift_remove(name);
    });
}

/// Puts `null` at `path` where the parent exists and the field does not.
pub(super) fn restore(object: &mut Map<String, Value>, path: &str) {
    at_parent(object, path, &mut |parent, name| {
        if !parent.contains_key(name) {
            parent.insert(name.to_owned(), Value::Null);
        }
    });
}

/// Calls `act` with each hash that the path leads to and the last name of the path.
fn at_parent(
    object: &mut Map<String, Value>,
    path: &str,
    act: &mut dyn FnMut(&mut Map<String, Value>, &str),
) {
    let Some((head, rest)) = path.split_once('.') else {
        return act(object, path);
    };
    match head.strip_suffix("[]") {
        None => {
            if let Some(Value::Object(inner)) = object.get_mut(head) {
                at_parent(inner, rest, act);
            }
        }
        Some(name) => {
            let elements = object.get_mut(name).and_then(Value::as_array_mut);
            for element in elements.into_iter().flatten() {
                if let Value::Object(inner) = element {
                    at_parent(inner, rest, act);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn after(mut value: Value, act: impl FnOnce(&mut Map<String, Value>)) -> Value {
        if let Value::Object(object) = &mut value {
            act(object);
        }
        value
    }

    #[test]
    fn removes_in_hashes_and_lists_and_keeps_the_order() {
        let given =
            json!({"a": 1, "b": {"c": 2, "d": 3, "e": 4}, "f": [{"g": 5, "h": 6}, null, 7]});
        let left = after(given, |object| {
            remove(object, "b.c");
            remove(object, "f[].g");
            remove(object, "a.x.y");
            remove(object, "missing");
        });
        let wanted = r#"{"a":1,"b":{"d":3,"e":4},"f":[{"h":6},null,7]}"#;
        assert_eq!(left.to_string(), wanted);
    }

    #[test]
    fn restores_only_below_an_existing_parent_and_never_overwrites() {
        let given = json!({"a": {"b": 1}, "n": null});
        let left = after(given, |object| {
            for path in ["a.b", "a.c", "n.c", "x.c", "d"] {
                restore(object, path);
            }
        });
        assert_eq!(
            left,
            json!({"a": {"b": 1, "c": null}, "n": null, "d": null})
        );
    }
}
