//! The older wire object of a card, as tokens and the sources of a customer show it.
//!
//! Deliberately absent: cards as records of their own; a customer's source is a payment method in Florin.

use crate::View;
use crate::echo::{self, member};
use crate::shape::{Shape, empty, metadata};
use florin_domain::cards::{CardDetails, Check, Checks};
use florin_domain::payments::PaymentMethod;
use florin_wire::Node;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What a card object is made of.
pub(super) struct Parts<'a> {
    /// The id of the card object.
    pub id: Cow<'a, str>,
    /// The card.
    pub card: &'a CardDetails,
    /// Name and address.
    pub billing: &'a Map<String, Value>,
    /// The verdicts on address and CVC.
    pub checks: Checks,
    /// Its customer, and its metadata; a token has neither.
    pub owner: Option<&'a PaymentMethod>,
}

/// A payment method as the older source of its customer: a card object under the id of the payment method.
pub fn render_source<'a>(method: &'a PaymentMethod, _view: &View<'_>) -> Node<'a> {
    render(&Parts {
        id: Cow::Borrowed(&method.id),
        card: &method.card,
        billing: &method.billing,
        checks: method.checks,
        owner: Some(method),
    })
}

/// Renders a card object.
pub(super) fn render<'a>(parts: &Parts<'a>) -> Node<'a> {
    let Parts {
        id,
        card,
        billing,
        checks,
        owner,
    } = parts;
    let address = echo::hash(billing, "address").unwrap_or(&echo::NOTHING);
    let mut shape = Shape::hash(25);
    shape
        .put("id", Node::Text(id.clone()))
        .put("object", "card")
        .put("address_city", member(address, "city"))
        .put("address_country", member(address, "country"))
        .put("address_line1", member(address, "line1"))
        .put(
            "address_line1_check",
            verdict(checks.line1, address.get("line1")),
        )
        .put("address_line2", member(address, "line2"))
        .put("address_state", member(address, "state"))
        .put("address_zip", member(address, "postal_code"))
        .put(
            "address_zip_check",
            verdict(checks.postal_code, address.get("postal_code")),
        )
        .put("allow_redisplay", "unspecified")
        .put("brand", old_title(&card.brand))
        .put("country", card.country.as_deref());
    if let Some(method) = owner {
        shape.put("customer", method.customer.as_deref());
    }
    shape
        .put("cvc_check", checks.cvc.wire())
        .null("dynamic_last4")
        .put("exp_month", card.exp_month)
        .put("exp_year", card.exp_year)
        .put("fingerprint", card.fingerprint.as_str())
        .put("funding", card.funding.as_str())
        .put("last4", card.last4.as_str())
        .put(
            "metadata",
            owner.map_or(empty(), |method| metadata(&method.metadata)),
        )
        .put("name", member(billing, "name"))
        .put("networks", preference(card))
        .put("regulated_status", "unregulated")
        .null("tokenization_method");
    shape.done()
}

/// A value that nobody has checked yet says so.
fn verdict(check: Check, given: Option<&Value>) -> Option<&'static str> {
    let given = given.is_some_and(|value| !value.is_null());
    check.wire().or(given.then_some("unchecked"))
}

fn preference(card: &CardDetails) -> Node<'_> {
    let mut shape = Shape::hash(1);
    shape.put("preferred", card.preferred.as_deref());
    shape.done()
}

/// The brand for people. This older object writes one of them in its own way.
fn old_title(brand: &str) -> &str {
    match brand {
        "mastercard" => "MasterCard",
        other => title(other),
    }
}

/// The name of a card's network for people.
pub(crate) fn title(brand: &str) -> &'static str {
    match brand {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        "discover" => "Discover",
        "diners" => "Diners Club",
        "jcb" => "JCB",
        "unionpay" => "UnionPay",
        "cartes_bancaires" => "Cartes Bancaires",
        "eftpos_au" => "Eftpos Australia",
        "girocard" => "girocard",
        _ => "Unknown",
    }
}
