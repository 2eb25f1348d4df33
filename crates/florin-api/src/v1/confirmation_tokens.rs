//! Confirmation tokens: what a form collected, on its way to the server that confirms with it.

use super::{run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::CreateConfirmationToken;
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;
use florin_wire::WireError;

/// A new token.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let source = cards::method(exchange).await?;
        Ok(CreateConfirmationToken {
            source: source.ok_or_else(|| WireError::missing("payment_method_data"))?,
            terms: parse::confirmation_terms(&exchange.params)?,
            session: text(exchange, "customer_session"),
        })
    }
    .await;
    run(exchange, operation).await
}

/// The same for a test of a server, without a browser.
pub async fn create_for_test(exchange: &Exchange) -> Response {
    match exchange.caller.scope.live {
        true => exchange.fail(&WireError::invalid(
            "Test helpers are there in test mode only. Use a key that begins with sk_test_.",
        )),
        false => create(exchange).await,
    }
}

/// One token.
pub async fn retrieve(exchange: &Exchange) -> Response {
    let (kind, param) = (Kind::ConfirmationToken, "confirmation_token");
    exchange
        .engine
        .retrieve(&exchange.caller, kind, exchange.id(), param)
        .await
}
