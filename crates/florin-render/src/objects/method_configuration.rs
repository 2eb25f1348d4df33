//! The wire object of a configuration of payment methods.
//!
//! It shows the types that Florin knows. Deliberately absent: all others, which nothing could switch on.

use crate::View;
use crate::shape::Shape;
use florin_domain::MethodType;
use florin_domain::payments::MethodConfiguration;
use florin_wire::Node;

/// Renders a configuration.
pub(crate) fn render<'a>(held: &'a MethodConfiguration, view: &View<'_>) -> Node<'a> {
    let members = 8 + MethodType::ALL.len();
    let mut shape = Shape::object(&held.id, "payment_method_configuration", members);
    shape
        .put("active", !held.inactive)
        .null("application")
        .put("is_default", held.is_default)
        .put("livemode", view.live)
        .put("name", held.name.as_str())
        .null("parent");
    for kind in MethodType::ALL {
        shape.put(kind.word(), switch(held, *kind));
    }
    shape.done()
}

/// From which configuration Florin chooses: one that was named, or the default one.
pub(super) fn details<'a>(named: Option<&'a str>, view: &View<'_>) -> Node<'a> {
    let id = named.map_or_else(
        || Node::from(MethodConfiguration::default_of(view.account, view.live)),
        Node::from,
    );
    let mut shape = Shape::hash(2);
    shape.put("id", id).null("parent");
    shape.done()
}

fn switch(held: &MethodConfiguration, kind: MethodType) -> Node<'static> {
    let word = |on: bool| if on { "on" } else { "off" };
    let mut preference = Shape::hash(3);
    preference
        .null("overridable")
        .put("preference", held.preference(kind).map_or("none", word))
        .put("value", word(held.is_on(kind)));
    let mut shape = Shape::hash(2);
    shape
        .put("available", held.is_on(kind) && !held.inactive)
        .put("display_preference", preference.done());
    shape.done()
}
