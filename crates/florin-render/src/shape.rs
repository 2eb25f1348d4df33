//! Building a wire hash member by member, in the order in which the members are put.
//!
//! Hashes keep their order, so the renderers put `id`, `object` and then the rest alphabetically. The number
//! of members is known beforehand, so a hash never grows twice. Deliberately absent: sorting.

use florin_domain::payments::Metadata;
use florin_wire::Node;
use std::borrow::Cow;

/// A hash in the making.
pub(crate) struct Shape<'a> {
    members: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Shape<'a> {
    /// An object of the API. `members` is about how many it will have.
    pub(crate) fn object(id: &'a str, object: &'static str, members: usize) -> Shape<'a> {
        let mut shape = Shape::hash(members);
        shape.put("id", id).put("object", object);
        shape
    }

    /// A plain hash inside an object.
    pub(crate) fn hash(members: usize) -> Shape<'a> {
        Shape {
            members: Vec::with_capacity(members),
        }
    }

    /// Adds a member, which must not be there yet; a `None` is null.
    pub(crate) fn put(&mut self, name: &'static str, value: impl Into<Node<'a>>) -> &mut Self {
        debug_assert!(
            self.members.iter().all(|(known, _)| known != name),
            "{name} twice"
        );
        self.members.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// Adds a member that is null in Florin.
    pub(crate) fn null(&mut self, name: &'static str) -> &mut Self {
        self.put(name, Node::Null)
    }

    /// Adds a member that is left out when it has no value.
    pub(crate) fn put_some(
        &mut self,
        name: &'static str,
        value: Option<impl Into<Node<'a>>>,
    ) -> &mut Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    /// The finished hash.
    pub(crate) fn done(self) -> Node<'a> {
        Node::Hash(self.members)
    }
}

/// A list of texts.
pub(crate) fn texts<T: AsRef<str>>(items: &[T]) -> Node<'_> {
    let items = items.iter().map(|item| Node::from(item.as_ref()));
    Node::List(items.collect())
}

/// A list of words that live longer than their list.
pub(crate) fn words<'a>(items: &[&'a str]) -> Node<'a> {
    Node::List(items.iter().map(|item| Node::from(*item)).collect())
}

/// Metadata as a hash.
pub(crate) fn metadata(held: &Metadata) -> Node<'_> {
    let pairs = held
        .iter()
        .map(|(key, value)| (Cow::Borrowed(key.as_str()), Node::from(value.as_str())));
    Node::Hash(pairs.collect())
}

/// An empty hash.
pub(crate) fn empty() -> Node<'static> {
    Node::Hash(Vec::new())
}
