//! Disputes, read only for now.

use super::page;
use crate::pipeline::Exchange;
use florin_engine::{Kind, Response};

/// A page of disputes.
pub async fn list(exchange: &Exchange) -> Response {
    page::list(
        exchange,
        Kind::Dispute,
        &[("charge", "charge"), ("payment_intent", "payment_intent")],
    )
    .await
}

/// One dispute.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Dispute, exchange.id(), "dispute")
        .await
}
