//! The wire object of a one-time token.
//!
//! Deliberately absent: tokens of anything but a card.

use super::card;
use crate::View;
use crate::shape::Shape;
use florin_domain::cards::{Check, Checks};
use florin_domain::payments::Token;
use florin_wire::Node;

/// Renders a token. Its card has no record, so the card's id follows from the token's.
pub(crate) fn render<'a>(token: &'a Token, view: &View<'_>) -> Node<'a> {
    let cvc = if token.cvc_given {
        Check::Unchecked
    } else {
        Check::NotProvided
    };
    let tail = token.id.strip_prefix("tok_").unwrap_or(&token.id);
    let card = card::render(&card::Parts {
        id: format!("card_{tail}").into(),
        card: &token.card,
        billing: &token.billing,
        checks: Checks {
            cvc,
            ..Checks::default()
        },
        owner: None,
    });
    let mut shape = Shape::object(&token.id, "token", 8);
    shape
        .put("card", card)
        .put("client_ip", token.client_ip.as_deref())
        .put("created", token.created.0)
        .put("livemode", view.live)
        .put("type", "card")
        .put("used", token.used);
    shape.done()
}
