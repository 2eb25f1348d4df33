//! One-time tokens for cards.

use super::run;
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::CreateToken;
use florin_engine::{Kind, Response};
use florin_render::parse;

/// A new token.
pub async fn create(exchange: &Exchange) -> Response {
    let card = cards::token_card(exchange).await;
    let operation = card.map(|card| CreateToken {
        card,
        billing: parse::legacy_billing(&exchange.params, "card"),
        client_ip: None,
    });
    run(exchange, operation).await
}

/// One token.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Token, exchange.id(), "token")
        .await
}
