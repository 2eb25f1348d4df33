//! The form codec: `a[b][c]=v`, `a[]=x`, `items[0][price]=p` to a raw tree.
//!
//! A raw tree holds texts, objects and lists. `a[]` makes a list, and every other key makes an object,
//! numbers too: only the parameter table knows whether `{"0": ..}` is meant as a list. `a[][x]=1`
//! starts a new element as soon as the last one already has an `x`. Work is linear in the bytes.
//! Deliberately absent: types, and multipart bodies.

use crate::error::WireError;
use crate::limits::{BODY_BYTES_MAX, KEYS_MAX, NESTING_MAX};
use crate::place::{param_of, shown};
use serde_json::map::Entry;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Parses a form body or a query string. An empty one is an empty tree.
///
/// # Errors
/// 413 above [`BODY_BYTES_MAX`]; 400 for a name that is not well formed, a broken escape, text that is
/// not UTF-8 or holds a NUL, a name sent twice or in two shapes, and more than [`KEYS_MAX`] pairs or
/// [`NESTING_MAX`] levels.
pub fn parse_form(body: &[u8]) -> Result<Map<String, Value>, WireError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(WireError::too_large());
    }
    let mut tree = Map::new();
    let mut pairs = 0_usize;
    for pair in body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        pairs += 1;
        if pairs > KEYS_MAX {
            let message = format!("The request has too many parameters: at most {KEYS_MAX}.");
            return Err(WireError::invalid(message));
        }
        add_pair(&mut tree, pair)?;
    }
    Ok(tree)
}

fn add_pair(tree: &mut Map<String, Value>, pair: &[u8]) -> Result<(), WireError> {
    let equals = pair.iter().position(|byte| *byte == b'=');
    let (name, value) = match equals {
        Some(at) => (&pair[..at], &pair[at + 1..]),
        None => (pair, &[][..]),
    };
    let name = decode(name).map_err(|flaw| WireError::invalid(flaw.message("parameter name")))?;
    let path = Path::parse(&name)?;
    let value = decode(value).map_err(|flaw| {
        let param = param_of(path.segments().iter().copied());
        WireError::invalid(flaw.message(&format!("value of '{param}'"))).with_param(param)
    })?;
    let (first, rest) = path.split();
    put(tree, first, rest, value.into_owned()).map_err(|clash| clash.error(&path))
}

/// What can be wrong with percent-encoded text.
enum Flaw {
    Escape,
    Encoding,
    Nul,
}

impl Flaw {
    fn message(&self, what: &str) -> String {
        match self {
            Flaw::Escape => format!("Invalid percent-encoding in the {what}."),
            Flaw::Encoding => format!("Invalid UTF-8 in the {what}."),
            Flaw::Nul => format!("The {what} must not contain a NUL character."),
        }
    }
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Flaw> {
    let plain = !bytes.iter().any(|byte| matches!(byte, b'%' | b'+'));
    let text = if plain {
        Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| Flaw::Encoding)?)
    } else {
        Cow::Owned(String::from_utf8(unescape(bytes)?).map_err(|_| Flaw::Encoding)?)
    };
    if text.as_bytes().contains(&0) {
        Err(Flaw::Nul)
    } else {
        Ok(text)
    }
}

fn unescape(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = hex(rest.next()).ok_or(Flaw::Escape)?;
                let low = hex(rest.next()).ok_or(Flaw::Escape)?;
                high * 16 + low
            }
            other => *other,
        });
    }
    Ok(out)
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    match *byte? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        letter @ b'a'..=b'f' => Some(letter - b'a' + 10),
        letter @ b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}

/// A parameter name taken apart; always one segment or more. The empty segment is `[]`.
struct Path<'a> {
    segments: [&'a str; NESTING_MAX],
    length: usize,
}

impl<'a> Path<'a> {
    fn parse(name: &'a str) -> Result<Self, WireError> {
        let malformed = || {
            let param = shown(name);
            WireError::invalid(format!("Invalid parameter name: {param}")).with_param(param)
        };
        let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
        if first.is_empty() || first.contains(']') {
            return Err(malformed());
        }
        let mut path = Path {
            segments: [""; NESTING_MAX],
            length: 1,
        };
        path.segments[0] = first;
        while !rest.is_empty() {
            let inner = rest.strip_prefix('[').ok_or_else(malformed)?;
            let (segment, after) = inner.split_once(']').ok_or_else(malformed)?;
            if segment.contains('[') {
                return Err(malformed());
            }
            let slot = path
                .segments
                .get_mut(path.length)
                .ok_or_else(|| too_deep(first))?;
            *slot = segment;
            path.length += 1;
            rest = after;
        }
        Ok(path)
    }

    fn segments(&self) -> &[&'a str] {
        &self.segments[..self.length]
    }

    fn split(&self) -> (&'a str, &[&'a str]) {
        (self.segments[0], &self.segments[1..self.length])
    }
}

fn too_deep(first: &str) -> WireError {
    let param = shown(first);
    let message = format!("'{param}' is nested too deeply: at most {NESTING_MAX} levels.");
    WireError::invalid(message).with_param(param)
}

/// Two pairs that cannot stand in one tree. `below` counts the segments under the place of the clash.
struct Clash {
    below: usize,
    repeated: bool,
}

impl Clash {
    fn error(&self, path: &Path<'_>) -> WireError {
        let all = path.segments();
        let param = param_of(all[..all.len() - self.below].iter().copied());
        let message = if self.repeated {
            format!("The parameter '{param}' was sent more than once.")
        } else {
            format!("The parameter '{param}' was sent in two shapes that exclude each other.")
        };
        WireError::invalid(message).with_param(param)
    }
}

fn put(
    map: &mut Map<String, Value>,
    name: &str,
    rest: &[&str],
    value: String,
) -> Result<(), Clash> {
    match map.entry(name) {
        Entry::Occupied(taken) if rest.is_empty() => Err(Clash {
            below: 0,
            repeated: taken.get().is_string(),
        }),
        Entry::Occupied(taken) => put_in(taken.into_mut(), rest, value),
        Entry::Vacant(free) if rest.is_empty() => {
            free.insert(Value::String(value));
            Ok(())
        }
        Entry::Vacant(free) => put_in(free.insert(container(rest)), rest, value),
    }
}

fn put_in(slot: &mut Value, rest: &[&str], value: String) -> Result<(), Clash> {
    match (slot, rest) {
        (Value::Array(items), ["", after @ ..]) => push(items, after, value),
        (Value::Object(map), [name, after @ ..]) if !name.is_empty() => {
            put(map, name, after, value)
        }
        _ => Err(Clash {
            below: rest.len(),
            repeated: false,
        }),
    }
}

fn push(items: &mut Vec<Value>, rest: &[&str], value: String) -> Result<(), Clash> {
    if rest.is_empty() {
        items.push(Value::String(value));
        return Ok(());
    }
    match items.last_mut() {
        Some(last) if has_room(last, rest) => put_in(last, rest, value),
        _ => {
            let mut element = container(rest);
            put_in(&mut element, rest, value)?;
            items.push(element);
            Ok(())
        }
    }
}

/// Whether a list element can take one more value, or the value begins the next element.
fn has_room(element: &Value, rest: &[&str]) -> bool {
    match (element, rest) {
        (Value::Array(_), ["", ..]) => true,
        (Value::Object(map), [name, after @ ..]) if !name.is_empty() => match map.get(*name) {
            Some(taken) => !after.is_empty() && has_room(taken, after),
            None => true,
        },
        _ => false,
    }
}

fn container(rest: &[&str]) -> Value {
    if rest.first().is_some_and(|segment| segment.is_empty()) {
        Value::Array(Vec::new())
    } else {
        Value::Object(Map::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::fmt::Write;

    fn tree(body: &str) -> Value {
        Value::Object(parse_form(body.as_bytes()).expect("a well-formed body"))
    }

    #[test]
    fn the_shapes_of_the_wire() {
        let cases = [
            ("", json!({})),
            ("&a=1&&b&", json!({"a": "1", "b": ""})),
            ("a=x+y%20z%2B%C3%BC&b==", json!({"a": "x y z+ü", "b": "="})),
            (
                "a[b][c]=1&a[b][d]=2",
                json!({"a": {"b": {"c": "1", "d": "2"}}}),
            ),
            ("a%5Bb%5D=1", json!({"a": {"b": "1"}})),
            ("a[]=x&a[]=y", json!({"a": ["x", "y"]})),
            ("a[1]=y&a[0]=x", json!({"a": {"1": "y", "0": "x"}})),
            (
                "i[0][p]=x&i[0][q]=1",
                json!({"i": {"0": {"p": "x", "q": "1"}}}),
            ),
            (
                "i[][p]=x&i[][q]=1&i[][p]=y",
                json!({"i": [{"p": "x", "q": "1"}, {"p": "y"}]}),
            ),
            (
                "i[][p][q]=1&i[][p][r]=2&i[][p][q]=3",
                json!({"i": [{"p": {"q": "1", "r": "2"}}, {"p": {"q": "3"}}]}),
            ),
            ("i[][t][]=1&i[][t][]=2", json!({"i": [{"t": ["1", "2"]}]})),
            (
                "metadata[a b]=1&metadata[6735]=",
                json!({"metadata": {"a b": "1", "6735": ""}}),
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(tree(body), expected, "{body}");
        }
    }

    #[test]
    fn what_no_form_may_contain() {
        let deep = "a".to_owned() + &"[b]".repeat(NESTING_MAX) + "=1";
        let cases: [(&[u8], Option<&str>, &str); 16] = [
            (b"a=%zz", Some("a"), "percent-encoding"),
            (b"a[b]=%4", Some("a[b]"), "percent-encoding"),
            (b"%=1", None, "percent-encoding"),
            (b"a[b][]=%ff", Some("a[b][]"), "UTF-8"),
            (b"a=\xc3", Some("a"), "UTF-8"),
            (b"\xff=1", None, "UTF-8"),
            (b"a=%00", Some("a"), "NUL"),
            (b"a%00=1", None, "NUL"),
            (b"[a]=1", Some("[a]"), "name"),
            (b"a[b=1", Some("a[b"), "name"),
            (b"a]=1", Some("a]"), "name"),
            (b"a[b]c=1", Some("a[b]c"), "name"),
            (b"metadata[a[b]]=1", Some("metadata[a[b]]"), "name"),
            (b"a=1&a=1", Some("a"), "more than once"),
            (b"x[y]=1&x[y]=2", Some("x[y]"), "more than once"),
            (deep.as_bytes(), Some("a"), "nested too deeply"),
        ];
        for (body, param, part) in cases {
            let error = parse_form(body).expect_err("a flawed body");
            assert_eq!(error.param.as_deref(), param, "{error}");
            assert!(error.message.contains(part), "{error}");
            assert_eq!((error.status, error.code), (400, None));
        }
    }

    #[test]
    fn shapes_that_exclude_each_other_name_their_parameter() {
        let cases = [
            ("a=1&a[b]=2", "a"),
            ("a[b]=2&a=1", "a"),
            ("a[]=1&a[x]=2", "a"),
            ("a[0]=1&a[]=2", "a"),
            ("a[]=1&a=2", "a"),
            ("a[b]=1&a[b][c]=2", "a[b]"),
            ("a[b][c]=1&a[b][]=2", "a[b]"),
        ];
        for (body, param) in cases {
            let error = parse_form(body.as_bytes()).expect_err("two shapes");
            assert_eq!(error.param.as_deref(), Some(param), "{body}");
            assert!(error.message.contains("two shapes"), "{error}");
        }
    }

    #[test]
    fn the_limits_hold_on_both_sides() {
        let pairs = |count: usize| {
            (0..count).fold(String::new(), |mut body, n| {
                let _ = write!(body, "k{n}=&");
                body
            })
        };
        assert_eq!(
            parse_form(pairs(KEYS_MAX).as_bytes()).map(|tree| tree.len()),
            Ok(KEYS_MAX)
        );
        assert!(parse_form(pairs(KEYS_MAX + 1).as_bytes()).is_err());
        let deepest = "a".to_owned() + &"[b]".repeat(NESTING_MAX - 1) + "=1";
        assert!(parse_form(deepest.as_bytes()).is_ok());
        let mut body = b"a=".to_vec();
        body.resize(BODY_BYTES_MAX, b'x');
        assert!(parse_form(&body).is_ok());
        body.push(b'x');
        assert_eq!(parse_form(&body).map_err(|error| error.status), Err(413));
    }

    fn encode(text: &str) -> String {
        text.bytes().fold(String::new(), |mut out, byte| {
            let _ = match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'_' => write!(out, "{}", char::from(byte)),
                b' ' => write!(out, "+"),
                _ => write!(out, "%{byte:02X}"),
            };
            out
        })
    }

    fn print_form(prefix: &str, value: &Value, out: &mut String) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    let name = encode(name);
                    let path = if prefix.is_empty() {
                        name
                    } else {
                        format!("{prefix}[{name}]")
                    };
                    print_form(&path, inner, out);
                }
            }
            Value::Array(items) => {
                items
                    .iter()
                    .for_each(|item| print_form(&format!("{prefix}[]"), item, out));
            }
            Value::String(text) => {
                let _ = write!(out, "{prefix}={}&", encode(text));
            }
            other => panic!("not a raw value: {other}"),
        }
    }

    fn raw_value() -> impl Strategy<Value = Value> {
        let text = "[^\u{0}]{0,12}".prop_map(Value::String);
        let texts = prop::collection::vec("[^\u{0}]{0,6}".prop_map(Value::String), 1..4);
        let leaf = prop_oneof![3 => text, 1 => texts.prop_map(Value::Array)];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop::collection::btree_map("[^\u{0}\\[\\]]{1,8}", inner, 1..4)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
        })
    }

    proptest! {
        #[test]
        fn a_printed_tree_is_read_back(
            members in prop::collection::btree_map("[^\u{0}\\[\\]]{1,8}", raw_value(), 0..5),
        ) {
            let before: Map<String, Value> = members.into_iter().collect();
            let mut body = String::new();
            print_form("", &Value::Object(before.clone()), &mut body);
            prop_assert_eq!(parse_form(body.as_bytes()), Ok(before));
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse_form(&body);
        }

        #[test]
        fn no_shape_makes_it_panic(body in "[ab0%5\\[\\]=&+\u{0}]{0,80}") {
            let _ = parse_form(body.as_bytes());
        }
    }
}
