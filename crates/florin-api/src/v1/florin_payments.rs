//! The simple front door, outside of `/v1`.

use super::{run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{CancelFrontPayment, CreateFrontPayment, RefundFrontPayment};
use florin_engine::{FrontBy, Halt, Response};
use florin_render::parse;

/// A new payment, or the one that stands for its order.
pub async fn create(exchange: &Exchange) -> Response {
    let wish = parse::front_payment(&exchange.params).map_err(Halt::from);
    run(exchange, wish.map(|wish| CreateFrontPayment { wish })).await
}

/// The payment of an order.
pub async fn of_order(exchange: &Exchange) -> Response {
    let order = text(exchange, "order_id").unwrap_or_default();
    let by = FrontBy::Order(&order);
    exchange.engine.front_payment(&exchange.caller, by).await
}

/// One payment.
pub async fn retrieve(exchange: &Exchange) -> Response {
    let by = FrontBy::Id(exchange.id());
    exchange.engine.front_payment(&exchange.caller, by).await
}

/// Gives it up.
pub async fn cancel(exchange: &Exchange) -> Response {
    let id = exchange.id().to_owned();
    run(exchange, Ok(CancelFrontPayment { id })).await
}

/// Gives the money back.
pub async fn refund(exchange: &Exchange) -> Response {
    let operation = RefundFrontPayment {
        id: exchange.id().to_owned(),
        amount: exchange.params.int("amount"),
    };
    run(exchange, Ok(operation)).await
}
