//! The wire object of a payment method.
//!
//! Deliberately absent: wallets, and cards that were made from a card that was present.

use crate::View;
use crate::echo;
use crate::shape::{Shape, metadata, texts};
use florin_base::Timestamp;
use florin_domain::MethodType;
use florin_domain::cards::{CardDetails, CardSource, Checks};
use florin_domain::payments::PaymentMethod;
use florin_wire::Node;

/// The published test card that has no 3-D Secure.
const WITHOUT_3DS: &str = "amex_threeDSecureNotSupported";

/// Renders a payment method.
pub(crate) fn render<'a>(method: &'a PaymentMethod, view: &View<'_>) -> Node<'a> {
    render_as(method, &method.id, method.created, view)
}

/// Renders a payment method whose id and time stand elsewhere, because a snapshot inside another record has none.
pub(super) fn render_as<'a>(
    method: &'a PaymentMethod,
    id: &'a str,
    created: Timestamp,
    view: &View<'_>,
) -> Node<'a> {
    let shape = Shape::object(id, "payment_method", 11);
    filled(shape, method, Some((created, view.live)))
}

/// A payment method that may not be there yet: it has no id.
pub(super) fn preview(method: &PaymentMethod) -> Node<'_> {
    filled(Shape::hash(6), method, None)
}

/// `own` is what only a method has that is there: its time and its mode.
fn filled<'a>(
    mut shape: Shape<'a>,
    method: &'a PaymentMethod,
    own: Option<(Timestamp, bool)>,
) -> Node<'a> {
    let redisplay = method.allow_redisplay.as_deref().unwrap_or("unspecified");
    shape
        .put("allow_redisplay", redisplay)
        .put("billing_details", echo::billing(&method.billing))
        .put_some("card", method.kind.is_card().then(|| card(method)))
        .put_some("created", own.map(|(created, _)| created.0))
        .put("customer", method.customer.as_deref())
        .null("customer_account")
        .put_some("livemode", own.map(|(_, live)| live))
        .put_some("metadata", own.map(|_| metadata(&method.metadata)))
        .put("type", method.kind.word());
    if !method.kind.is_card() {
        shape.put(method.kind.word(), details(method));
    }
    shape.done()
}

/// What is known of a method that is no card: what its payer told.
fn details(method: &PaymentMethod) -> Node<'_> {
    let mut shape = Shape::hash(3);
    match method.kind {
        MethodType::Paypal => {
            shape
                .null("country")
                .put("payer_email", echo::member(&method.billing, "email"))
                .null("payer_id");
        }
        MethodType::Ideal => {
            shape.null("bank").null("bic");
        }
        _ => {}
    }
    shape.done()
}

fn card(method: &PaymentMethod) -> Node<'_> {
    let card = &method.card;
    let fingerprint = Some(card.fingerprint.as_str()).filter(|told| !told.is_empty());
    let mut shape = Shape::hash(14);
    shape
        .put("brand", card.brand.as_str())
        .put("checks", checks(&method.checks))
        .put("country", card.country.as_deref())
        .put("display_brand", display_brand(card.shown_as()))
        .put("exp_month", card.exp_month)
        .put("exp_year", card.exp_year)
        .put("fingerprint", fingerprint)
        .put("funding", card.funding.as_str())
        .null("generated_from")
        .put("last4", card.last4.as_str())
        .put("networks", networks(card))
        .put("regulated_status", "unregulated")
        .put("three_d_secure_usage", three_ds_usage(&method.source))
        .null("wallet");
    shape.done()
}

/// The API has words of its own for this one member.
fn display_brand(brand: &str) -> &str {
    match brand {
        "amex" => "american_express",
        "diners" => "diners_club",
        "eftpos_au" => "eftpos_australia",
        "unionpay" => "union_pay",
        "unknown" => "other",
        other => other,
    }
}

fn networks(card: &CardDetails) -> Node<'_> {
    let mut shape = Shape::hash(2);
    shape
        .put("available", texts(&card.networks))
        .put("preferred", card.preferred.as_deref());
    shape.done()
}

fn three_ds_usage(source: &CardSource) -> Node<'_> {
    let mut shape = Shape::hash(1);
    shape.put("supported", !is_without_3ds(source));
    shape.done()
}

/// Whether a card cannot be authenticated.
pub(super) fn is_without_3ds(source: &CardSource) -> bool {
    matches!(source, CardSource::Published(name) if name == WITHOUT_3DS)
}

/// The verdicts on address and CVC, for payment methods and charges.
pub(super) fn checks(checks: &Checks) -> Node<'_> {
    let mut shape = Shape::hash(3);
    shape
        .put("address_line1_check", checks.line1.wire())
        .put("address_postal_code_check", checks.postal_code.wire())
        .put("cvc_check", checks.cvc.wire());
    shape.done()
}
