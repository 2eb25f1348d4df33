//! A payment at the simple front door: a session, told in the words of a shop.
//!
//! It belongs to no version of the wire. Deliberately absent: everything that a shop does not ask for; the session has it.

use crate::View;
use crate::shape::Shape;
use florin_domain::checkout::CheckoutSession;
use florin_domain::payments::{Charge, PaymentIntent};
use florin_wire::Node;

/// Renders a session for the front door. `secret` is that of the endpoint that was made for it, shown once.
pub fn render_front<'a>(
    session: &'a CheckoutSession,
    around: (Option<&PaymentIntent>, Option<&Charge>),
    secret: Option<&'a str>,
    view: &View<'_>,
) -> Node<'a> {
    let (intent, charge) = around;
    let status = session.front_status(intent, charge);
    let page = format!("{}/c/pay/{}", view.base_url, session.id);
    let description = session.lines.first().map(|line| line.name.as_str());
    let mut shape = Shape::object(&session.id, "florin.payment", 19);
    shape
        .put("amount", session.totals.total)
        .put(
            "amount_refunded",
            charge.map_or(0, |charge| charge.amount_refunded),
        )
        .put("created", session.created.0)
        .put(
            "currency",
            session.currency.map(|asset| asset.as_str().to_owned()),
        )
        .put("customer_email", session.buyer_email())
        .put("declines", session.declines)
        .put("description", description)
        .put("expires_at", session.expires.0)
        .put("livemode", view.live)
        .put("order_id", session.order.as_deref())
        .put("payment_intent", session.intent.as_deref())
        .put("qr_svg_url", format!("{page}/qr.svg"))
        .put("result", status.result())
        .put("status", status.word())
        .put("url", page)
        .put_some("webhook_secret", secret);
    shape.done()
}
