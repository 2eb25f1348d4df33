//! A reply in the making: what a renderer makes and a printer prints.
//!
//! A hash is a list of members in their order and texts are borrowed where they can be, so that nothing is hashed, looked
//! up or copied on the way from a record to the bytes of a reply. Deliberately absent: changing what was made; whatever
//! wants to (expansions, older versions) takes it as a JSON value ([`Node::into_value`]).

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A JSON value that borrows what it shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// A hash: members in their order, each name once.
    Hash(Vec<(Cow<'a, str>, Node<'a>)>),
    /// What is a JSON value already.
    Value(Cow<'a, Value>),
}

impl Node<'_> {
    /// The same as a JSON value, which can be changed.
    pub fn into_value(self) -> Value {
        match self {
            Node::Null => Value::Null,
            Node::Flag(flag) => Value::from(flag),
            Node::Number(number) => Value::from(number),
            Node::Text(text) => Value::from(text.into_owned()),
            Node::List(items) => items.into_iter().map(Node::into_value).collect(),
            Node::Hash(members) => {
                let mut map = Map::with_capacity(members.len());
                for (name, member) in members {
                    map.insert(name.into_owned(), member.into_value());
                }
                Value::Object(map)
            }
            Node::Value(value) => value.into_owned(),
        }
    }
}

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Value {
        node.into_value()
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Null => serializer.serialize_unit(),
            Node::Flag(flag) => serializer.serialize_bool(*flag),
            Node::Number(number) => serializer.serialize_i64(*number),
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(items) => items.serialize(serializer),
            Node::Hash(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
            Node::Value(value) => value.serialize(serializer),
        }
    }
}

impl From<bool> for Node<'_> {
    fn from(flag: bool) -> Self {
        Node::Flag(flag)
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl From<$type> for Node<'_> {
            fn from(number: $type) -> Self {
                Node::Number(i64::from(number))
            }
        })*
    };
}

numbers!(i64, i32, u32, u16, u8);

impl<'a> From<&'a str> for Node<'a> {
    fn from(text: &'a str) -> Self {
        Node::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Node<'_> {
    fn from(text: String) -> Self {
        Node::Text(Cow::Owned(text))
    }
}

impl From<Value> for Node<'_> {
    fn from(value: Value) -> Self {
        Node::Value(Cow::Owned(value))
    }
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        Node::Value(Cow::Borrowed(value))
    }
}

impl<'a, T: Into<Node<'a>>> From<Vec<T>> for Node<'a> {
    fn from(items: Vec<T>) -> Self {
        Node::List(items.into_iter().map(Into::into).collect())
    }
}

impl<'a, T: Into<Node<'a>>> From<Option<T>> for Node<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Node::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print;
    use serde_json::json;

    #[test]
    fn a_node_is_printed_like_the_value_that_it_is() {
        let sent = json!({"z": [1, {"a": null}], "b": "ü\n"});
        let node = Node::Hash(vec![
            ("id".into(), "pi_1".into()),
            ("amount".into(), Node::from(-2_000_i64)),
            ("live".into(), false.into()),
            ("none".into(), None::<&str>.into()),
            ("empty".into(), Node::Hash(Vec::new())),
            ("list".into(), vec!["card", "x\"y"].into()),
            ("no_list".into(), Vec::<Node<'_>>::new().into()),
            ("sent".into(), (&sent).into()),
            ("inner".into(), Node::Hash(vec![("n".into(), 7_u8.into())])),
        ]);
        let printed = print(&node);
        let value = node.into_value();
        assert_eq!(
            String::from_utf8_lossy(&printed),
            String::from_utf8_lossy(&print(&value))
        );
        assert_eq!(value["sent"], sent);
        assert_eq!(value["inner"], json!({"n": 7}));
    }
}
