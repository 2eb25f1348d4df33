//! The wire object of a payment method domain.
//!
//! It says of every wallet that the API names whether Florin can offer it there. Deliberately absent: verification of a domain by a
//! wallet's own company, because no such wallet is offered yet.

use crate::View;
use crate::shape::Shape;
use florin_domain::payments::PaymentMethodDomain;
use florin_wire::Node;

/// Of what the API names, this needs no verified domain and is offered.
const OFFERED: &str = "paypal";
/// What the API names, and what its users call it.
const NAMED: [(&str, &str); 6] = [
    ("amazon_pay", "Amazon Pay"),
    ("apple_pay", "Apple Pay"),
    ("google_pay", "Google Pay"),
    ("klarna", "Klarna"),
    ("link", "Link"),
    (OFFERED, "PayPal"),
];

/// Renders a domain.
pub(crate) fn render<'a>(domain: &'a PaymentMethodDomain, view: &View<'_>) -> Node<'a> {
    let mut shape = Shape::object(&domain.id, "payment_method_domain", 6 + NAMED.len());
    shape
        .put("created", domain.created.0)
        .put("domain_name", domain.domain_name.as_str())
        .put("enabled", !domain.disabled)
        .put("livemode", view.live);
    for (word, name) in NAMED {
        shape.put(word, standing(word, name));
    }
    shape.done()
}

fn standing(word: &str, name: &str) -> Node<'static> {
    let mut shape = Shape::hash(2);
    if word == OFFERED {
        shape.put("status", "active");
        return shape.done();
    }
    let mut details = Shape::hash(1);
    details.put(
        "error_message",
        format!("Florin does not offer {name} yet."),
    );
    shape
        .put("status", "inactive")
        .put("status_details", details.done());
    shape.done()
}
