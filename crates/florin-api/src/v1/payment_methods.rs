//! Payment methods.

use super::{page, run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::{AttachMethod, CreateMethod, DetachMethod, UpdateMethod};
use florin_engine::read::ListQuery;
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of payment methods.
pub async fn list(exchange: &Exchange) -> Response {
    // Nothing else can be kept.
    if exchange
        .params
        .text("type")
        .is_some_and(|kind| kind != "card")
    {
        return page::empty(exchange);
    }
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::PaymentMethod, 1);
    if let Some(customer) = exchange.params.text("customer") {
        if let Err(response) = exchange
            .engine
            .must_exist_in_body(&exchange.caller, Kind::Customer, customer, "customer")
            .await
        {
            return response;
        }
        query = query.with("customer", customer);
    }
    page::methods(exchange, query).await
}

/// A new payment method from a card or a token.
pub async fn create(exchange: &Exchange) -> Response {
    let source = cards::method_data(exchange, "", "card").await;
    run(exchange, source.map(|source| CreateMethod { source })).await
}

/// One payment method.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(
            &exchange.caller,
            Kind::PaymentMethod,
            exchange.id(),
            "payment_method",
        )
        .await
}

/// A changed payment method.
pub async fn update(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let mut details = parse::method(&exchange.params, "")?;
        let params = &exchange.params;
        if params.has("card.exp_month") || params.has("card.exp_year") {
            let stored = exchange
                .engine
                .card_expiry(&exchange.caller, exchange.id())
                .await?;
            let month = params.int("card.exp_month").unwrap_or(i64::from(stored.0));
            let year = params.int("card.exp_year").unwrap_or(i64::from(stored.1));
            let expiry = cards::parse_expiry(month, year, &exchange.engine)?;
            details.card.exp_month = expiry.month();
            details.card.exp_year = expiry.year();
        }
        Ok(UpdateMethod {
            id: exchange.id().to_owned(),
            details,
        })
    }
    .await;
    run(exchange, operation).await
}

/// Saves a payment method with a customer.
pub async fn attach(exchange: &Exchange) -> Response {
    let customer = text(exchange, "customer").unwrap_or_default();
    run(
        exchange,
        Ok(AttachMethod {
            id: exchange.id().to_owned(),
            customer,
        }),
    )
    .await
}

/// Takes a payment method from its customer.
pub async fn detach(exchange: &Exchange) -> Response {
    let operation = DetachMethod {
        id: exchange.id().to_owned(),
        session: text(exchange, "customer_session"),
    };
    run(exchange, Ok(operation)).await
}
