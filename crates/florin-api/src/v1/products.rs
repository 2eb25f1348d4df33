//! Products.

use super::{page, run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateProduct, DeleteProduct, UpdateProduct};
use florin_engine::read::{LIVING, ListQuery, ProductWish, Sieve};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;
use florin_wire::Params;
use serde_json::Value;

/// A page of products.
pub async fn list(exchange: &Exchange) -> Response {
    let query = ListQuery::newest(&exchange.caller.scope, Kind::Product, 1);
    let query = match parse::wanted_activity(&exchange.params) {
        Some(wanted) => query.with("active", wanted),
        None => query.with("state", LIVING),
    };
    let query = match exchange.params.list("ids") {
        Some(ids) => {
            let ids = ids.iter().filter_map(Value::as_str).map(str::to_owned);
            query.named(ids.collect())
        }
        None => query,
    };
    let wish = wish(&exchange.params);
    match wish == ProductWish::default() {
        true => page::answer(exchange, query).await,
        false => page::sifted(exchange, query, Sieve::Product(wish)).await,
    }
}

/// Which products a list wants.
fn wish(params: &Params) -> ProductWish {
    ProductWish {
        shippable: params.flag("shippable"),
        is_good: params.text("type").map(|kind| kind == "good"),
        url: params.text("url").map(str::to_owned),
    }
}

/// A new product.
pub async fn create(exchange: &Exchange) -> Response {
    let command = parse::new_product(&exchange.params).map_err(Halt::from);
    run(exchange, command.map(|command| CreateProduct { command })).await
}

/// One product.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Product, exchange.id(), "id")
        .await
}

/// A changed product.
pub async fn update(exchange: &Exchange) -> Response {
    let command = parse::product_patch(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        command.map(|command| UpdateProduct {
            id: exchange.id().to_owned(),
            command,
            default_price: text(exchange, "default_price"),
        }),
    )
    .await
}

/// The end of a product.
pub async fn delete(exchange: &Exchange) -> Response {
    run(
        exchange,
        Ok(DeleteProduct {
            id: exchange.id().to_owned(),
        }),
    )
    .await
}
