//! Tax rates.

use super::{page, run};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateTaxRate, UpdateTaxRate};
use florin_engine::read::ListQuery;
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of tax rates.
pub async fn list(exchange: &Exchange) -> Response {
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::TaxRate, 1);
    if let Some(wanted) = parse::wanted_activity(&exchange.params) {
        query = query.with("active", wanted);
    }
    if let Some(wanted) = parse::wanted_inclusion(&exchange.params) {
        query = query.with("inclusive", wanted);
    }
    page::answer(exchange, query).await
}

/// A new tax rate.
pub async fn create(exchange: &Exchange) -> Response {
    let command = parse::new_tax_rate(&exchange.params).map_err(Halt::from);
    run(exchange, command.map(|command| CreateTaxRate { command })).await
}

/// One tax rate.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::TaxRate, exchange.id(), "tax_rate")
        .await
}

/// A changed tax rate.
pub async fn update(exchange: &Exchange) -> Response {
    run(
        exchange,
        Ok(UpdateTaxRate {
            id: exchange.id().to_owned(),
            command: parse::tax_rate_patch(&exchange.params),
        }),
    )
    .await
}
