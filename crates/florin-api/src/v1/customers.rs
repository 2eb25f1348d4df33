//! Customers and their payment methods.

use super::{page, run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateCustomer, DeleteCustomer, UpdateCustomer};
use florin_engine::read::{LIVING, ListQuery};
use florin_engine::{Halt, Kind, MethodSource, Response};
use florin_render::parse;

/// A page of customers.
pub async fn list(exchange: &Exchange) -> Response {
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::Customer, 1);
    query = match exchange.params.text("email") {
        Some(email) => query.with("email", email),
        None => query.with("state", LIVING),
    };
    page::answer(exchange, query).await
}

/// The payment method for invoices: `Some(None)` takes it away.
fn default_method(exchange: &Exchange) -> Option<Option<String>> {
    const PATH: &str = "invoice_settings.default_payment_method";
    if exchange.params.is_unset(PATH) {
        return Some(None);
    }
    text(exchange, PATH).map(Some)
}

/// A new customer.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::customer(&exchange.params)?;
        let method = text(exchange, "payment_method").map(|id| MethodSource::Id {
            id,
            param: "payment_method",
        });
        let source = cards::source(exchange).await?;
        Ok(CreateCustomer {
            command,
            method,
            source,
            default_method: default_method(exchange),
        })
    }
    .await;
    run(exchange, operation).await
}

/// One customer.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Customer, exchange.id(), "id")
        .await
}

/// A changed customer.
pub async fn update(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::customer(&exchange.params)?;
        let source = cards::source(exchange).await?;
        Ok(UpdateCustomer {
            id: exchange.id().to_owned(),
            command,
            source,
            default_method: default_method(exchange),
        })
    }
    .await;
    run(exchange, operation).await
}

/// The end of a customer.
pub async fn delete(exchange: &Exchange) -> Response {
    run(
        exchange,
        Ok(DeleteCustomer {
            id: exchange.id().to_owned(),
        }),
    )
    .await
}

/// The payment methods of a customer.
pub async fn list_methods(exchange: &Exchange) -> Response {
    if exchange
        .params
        .text("type")
        .is_some_and(|kind| kind != "card")
    {
        return page::empty(exchange);
    }
    if let Err(response) = exchange
        .engine
        .must_exist(&exchange.caller, Kind::Customer, exchange.id(), "customer")
        .await
    {
        return response;
    }
    let query = ListQuery::newest(&exchange.caller.scope, Kind::PaymentMethod, 1)
        .with("customer", exchange.id());
    page::methods(exchange, query).await
}

/// One payment method of a customer.
pub async fn retrieve_method(exchange: &Exchange) -> Response {
    let id = exchange.path.get(1).map_or("", String::as_str);
    exchange
        .engine
        .retrieve_owned(
            &exchange.caller,
            (Kind::PaymentMethod, id),
            (Kind::Customer, exchange.id()),
        )
        .await
}
