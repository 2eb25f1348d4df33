//! Shipping rates.

use super::{page, run};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateShippingRate, UpdateShippingRate};
use florin_engine::read::ListQuery;
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of shipping rates.
pub async fn list(exchange: &Exchange) -> Response {
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::ShippingRate, 1);
    if let Some(wanted) = parse::wanted_activity(&exchange.params) {
        query = query.with("active", wanted);
    }
    if let Some(wanted) = exchange.params.text("currency") {
        query = query.with("currency", wanted);
    }
    page::answer(exchange, query).await
}

/// A new shipping rate.
pub async fn create(exchange: &Exchange) -> Response {
    let command = parse::new_shipping_rate(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        command.map(|command| CreateShippingRate { command }),
    )
    .await
}

/// One shipping rate.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(
            &exchange.caller,
            Kind::ShippingRate,
            exchange.id(),
            "shipping_rate_token",
        )
        .await
}

/// A changed shipping rate.
pub async fn update(exchange: &Exchange) -> Response {
    let operation = parse::shipping_rate_patch(&exchange.params);
    let operation = operation.map(|command| UpdateShippingRate {
        id: exchange.id().to_owned(),
        command,
    });
    run(exchange, operation.map_err(Halt::from)).await
}
