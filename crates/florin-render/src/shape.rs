//! Building a wire hash member by member, in the order in which the members are put.
//!
//! The maps keep their order, so the renderers put `id`, `object` and then the rest alphabetically. The number
//! of members is known beforehand, so a map never grows twice. Deliberately absent: sorting.

use florin_domain::payments::Metadata;
use serde_json::{Map, Value};

/// A hash in the making.
pub(crate) struct Shape {
    members: Map<String, Value>,
}

impl Shape {
    /// An object of the API. `members` is about how many it will have.
    pub(crate) fn object(id: &str, object: &str, members: usize) -> Shape {
        let mut shape = Shape::hash(members);
        shape.put("id", id).put("object", object);
        shape
    }

    /// A plain hash inside an object.
    pub(crate) fn hash(members: usize) -> Shape {
        Shape {
            members: Map::with_capacity(members),
        }
    }

    /// Adds a member; a `None` is null.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<Value>) -> &mut Shape {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a member that is null in Florin.
    pub(crate) fn null(&mut self, name: &str) -> &mut Shape {
        self.put(name, Value::Null)
    }

    /// Adds a member that is left out when it has no value.
    pub(crate) fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) -> &mut Shape {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    /// The finished hash.
    pub(crate) fn done(self) -> Value {
        Value::Object(self.members)
    }
}

/// A list of texts.
pub(crate) fn texts<T: AsRef<str>>(items: &[T]) -> Value {
    items
        .iter()
        .map(|item| Value::from(item.as_ref()))
        .collect()
}

/// Metadata as a hash.
pub(crate) fn metadata(held: &Metadata) -> Value {
    let pairs = held
        .iter()
        .map(|(key, value)| (key.clone(), Value::from(value.as_str())));
    Value::Object(pairs.collect())
}

/// An empty hash.
pub(crate) fn empty() -> Value {
    Value::Object(Map::new())
}
