//! `GET /v1/account`: the account of the key.

use crate::pipeline::Exchange;
use florin_engine::Response;

/// The account of the key.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange.engine.own_account(&exchange.caller).await
}
