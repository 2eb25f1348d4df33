//! Prices.

use super::{page, run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreatePrice, UpdatePrice};
use florin_engine::read::{ListQuery, Sieve};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of prices.
pub async fn list(exchange: &Exchange) -> Response {
    let params = &exchange.params;
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::Price, 1);
    if let Some(product) = params.text("product") {
        if let Err(response) = exchange
            .engine
            .must_exist_in_body(&exchange.caller, Kind::Product, product, "product")
            .await
        {
            return response;
        }
        query = query.with("product", product);
    }
    if let Some(wanted) = parse::wanted_activity(params) {
        query = query.with("active", wanted);
    }
    for name in ["type", "currency"] {
        if let Some(wanted) = params.text(name) {
            query = query.with(name, wanted);
        }
    }
    match parse::lookup_keys(params) {
        Ok(None) => {}
        Ok(Some(keys)) if keys.is_empty() => return page::empty(exchange),
        Ok(Some(keys)) => query.filters.push(("lookup_key", keys)),
        Err(error) => return exchange.fail(&error),
    }
    if !params.has("recurring") {
        return page::answer(exchange, query).await;
    }
    // There is no usage that is metered, so that no price is charged by it.
    if params.text("recurring.usage_type") == Some("metered") || params.has("recurring.meter") {
        return page::empty(exchange);
    }
    let interval = params.text("recurring.interval").map(str::to_owned);
    page::sifted(exchange, query, Sieve::Recurring(interval)).await
}

/// A new price.
pub async fn create(exchange: &Exchange) -> Response {
    let params = &exchange.params;
    let operation = parse::new_price(params).map(|(product, command)| CreatePrice {
        product,
        command,
        lookup_key: text(exchange, "lookup_key"),
        transfer_lookup_key: params.flag("transfer_lookup_key").unwrap_or(false),
    });
    run(exchange, operation.map_err(Halt::from)).await
}

/// One price.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Price, exchange.id(), "price")
        .await
}

/// A changed price.
pub async fn update(exchange: &Exchange) -> Response {
    let operation = parse::price_patch(&exchange.params).map(|command| UpdatePrice {
        id: exchange.id().to_owned(),
        command,
    });
    run(exchange, operation.map_err(Halt::from)).await
}
