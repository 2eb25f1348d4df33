//! Sources: the older name of payment methods. Only cards.

use super::{run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::CreateSource;
use florin_engine::{Halt, MethodDetails, MethodSource, Response};
use florin_render::parse;
use florin_wire::WireError;

/// A new source from a card or a token.
pub async fn create(exchange: &Exchange) -> Response {
    let operation = asked(exchange).await;
    run(exchange, operation.map(|source| CreateSource { source })).await
}

async fn asked(exchange: &Exchange) -> Result<MethodSource, Halt> {
    let params = &exchange.params;
    let kind = params.text("type").unwrap_or_default();
    if kind != "card" {
        let message = format!(
            "Sources of type {kind:?} are not available, only card. For everything else make a payment method."
        );
        return Err(WireError::invalid(message).with_param("type").into());
    }
    if params.text("usage") == Some("single_use") {
        return Err(WireError::unsupported("usage").into());
    }
    let details = MethodDetails {
        billing: params.object("owner").cloned().unwrap_or_default(),
        ..parse::method(params, "")?
    };
    if let Some(id) = text(exchange, "token") {
        let details = Box::new(details);
        let param = "token";
        return Ok(MethodSource::Token { id, param, details });
    }
    let card = cards::sealed(exchange, "card", "src_").await?;
    Ok(MethodSource::Card(Box::new(card), Box::new(details)))
}

/// One source.
pub async fn retrieve(exchange: &Exchange) -> Response {
    let (engine, caller) = (&exchange.engine, &exchange.caller);
    engine.source(caller, exchange.id()).await
}
