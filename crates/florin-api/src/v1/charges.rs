//! Charges.

use super::{page, run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::{CaptureCharge, CreateCharge, UpdateCharge};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of charges.
pub async fn list(exchange: &Exchange) -> Response {
    if exchange.params.has("transfer_group") {
        return page::empty(exchange);
    }
    page::list(
        exchange,
        Kind::Charge,
        &[
            ("customer", "customer"),
            ("payment_intent", "payment_intent"),
        ],
    )
    .await
}

/// The direct legacy charge.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::create_charge(&exchange.params)?;
        let method = cards::source(exchange).await?;
        Ok(CreateCharge {
            command,
            customer: text(exchange, "customer"),
            method,
        })
    }
    .await;
    run(exchange, operation).await
}

/// One charge.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Charge, exchange.id(), "charge")
        .await
}

/// The descriptive parts.
pub async fn update(exchange: &Exchange) -> Response {
    let operation = parse::update_charge(&exchange.params).map_err(Halt::from);
    let operation = operation.map(|(description, (metadata, echo))| UpdateCharge {
        id: exchange.id().to_owned(),
        description,
        metadata,
        echo,
    });
    run(exchange, operation).await
}

/// Takes authorized money.
pub async fn capture(exchange: &Exchange) -> Response {
    let operation = parse::capture(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        operation.map(|command| CaptureCharge {
            id: exchange.id().to_owned(),
            command,
        }),
    )
    .await
}
