//! Early fraud warnings: read only, because the issuers write them.

use super::page;
use crate::pipeline::Exchange;
use florin_engine::{Kind, Response};

/// A page of warnings.
pub async fn list(exchange: &Exchange) -> Response {
    page::list(
        exchange,
        Kind::EarlyFraudWarning,
        &[("charge", "charge"), ("payment_intent", "payment_intent")],
    )
    .await
}

/// One warning.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(
            &exchange.caller,
            Kind::EarlyFraudWarning,
            exchange.id(),
            "early_fraud_warning",
        )
        .await
}
