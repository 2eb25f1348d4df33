//! The wire object of a confirmation token.
//!
//! Deliberately absent: mandates, which no payment method of Florin needs.

use super::payment_method;
use crate::View;
use crate::echo;
use crate::shape::Shape;
use florin_domain::payments::{ConfirmationToken, FutureUsage};
use florin_wire::Node;

/// Renders a token.
pub(crate) fn render<'a>(token: &'a ConfirmationToken, view: &View<'_>) -> Node<'a> {
    let used_by = |prefix: &str| token.used_by.as_deref().filter(|id| id.starts_with(prefix));
    let mut shape = Shape::object(&token.id, "confirmation_token", 15);
    shape
        .put("created", token.created.0)
        .put("expires_at", token.expires().0)
        .put("livemode", view.live)
        .null("mandate_data")
        .null("metadata")
        .put("payment_intent", used_by("pi_"))
        .put("payment_method_options", options(token))
        .put(
            "payment_method_preview",
            payment_method::preview(&token.method),
        )
        .put("return_url", token.return_url.as_deref())
        .put(
            "setup_future_usage",
            token.setup_future_usage.map(FutureUsage::word),
        )
        .put("setup_intent", used_by("seti_"))
        .put("shipping", echo::shipping(&token.echo))
        .put("use_stripe_sdk", true);
    shape.done()
}

fn options(token: &ConfirmationToken) -> Node<'static> {
    if !token.method.kind.is_card() {
        return Node::Null;
    }
    let mut card = Shape::hash(1);
    card.null("cvc_token");
    let mut shape = Shape::hash(1);
    shape.put("card", card.done());
    shape.done()
}
