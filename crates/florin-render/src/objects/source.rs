//! The wire object of a source: a payment method under its older name.
//!
//! Deliberately absent: sources of anything but a card.

use super::card::title;
use super::payment_method::is_without_3ds;
use crate::View;
use crate::echo;
use crate::receipt::place;
use crate::shape::{Shape, metadata};
use florin_domain::payments::PaymentMethod;
use florin_wire::Node;

/// The client secret of a source: a keyed hash of its place, so that nothing is stored for it.
pub fn source_secret(method: &PaymentMethod, view: &View<'_>) -> String {
    let place = format!("{}/source", place(view, &method.id));
    format!("src_client_secret_{}", (view.seal)(&place))
}

/// Renders a source.
pub fn render_old_source<'a>(method: &'a PaymentMethod, view: &View<'_>) -> Node<'a> {
    let redisplay = method.allow_redisplay.as_deref().unwrap_or("unspecified");
    let status = if method.consumed || method.detached {
        "consumed"
    } else {
        "chargeable"
    };
    let mut shape = Shape::object(&method.id, "source", 18);
    shape
        .put("allow_redisplay", redisplay)
        .null("amount")
        .put("card", card(method))
        .put("client_secret", source_secret(method, view))
        .put("created", method.created.0)
        .null("currency");
    if let Some(customer) = method.customer.as_deref() {
        shape.put("customer", customer);
    }
    shape
        .put("flow", "none")
        .put("livemode", view.live)
        .put("metadata", metadata(&method.metadata))
        .put("owner", owner(method))
        .null("statement_descriptor")
        .put("status", status)
        .put("type", "card")
        .put("usage", "reusable");
    shape.done()
}

fn owner(method: &PaymentMethod) -> Node<'_> {
    let billing = &method.billing;
    let mut shape = Shape::hash(8);
    shape
        .put("address", echo::address(echo::hash(billing, "address")))
        .put("email", echo::member(billing, "email"))
        .put("name", echo::member(billing, "name"))
        .put("phone", echo::member(billing, "phone"))
        .null("verified_address")
        .null("verified_email")
        .null("verified_name")
        .null("verified_phone");
    shape.done()
}

fn card(method: &PaymentMethod) -> Node<'_> {
    let card = &method.card;
    let mut shape = Shape::hash(14);
    shape
        .put("address_line1_check", method.checks.line1.wire())
        .put("address_zip_check", method.checks.postal_code.wire())
        .put("brand", title(&card.brand))
        .put("country", card.country.as_deref())
        .put("cvc_check", method.checks.cvc.wire())
        .null("dynamic_last4")
        .put("exp_month", card.exp_month)
        .put("exp_year", card.exp_year)
        .put("fingerprint", card.fingerprint.as_str())
        .put("funding", card.funding.as_str())
        .put("last4", card.last4.as_str())
        .put("name", echo::member(&method.billing, "name"))
        .put(
            "three_d_secure",
            if is_without_3ds(&method.source) {
                "not_supported"
            } else {
                "optional"
            },
        )
        .null("tokenization_method");
    shape.done()
}
