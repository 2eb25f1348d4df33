//! Refunds, also under their charge.

use super::{exclusive, page, run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{CancelRefund, CreateRefund, RefundOf, UpdateRefund};
use florin_engine::read::ListQuery;
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;
use florin_wire::WireError;

/// A page of refunds.
pub async fn list(exchange: &Exchange) -> Response {
    page::list(
        exchange,
        Kind::Refund,
        &[("charge", "charge"), ("payment_intent", "payment_intent")],
    )
    .await
}

/// A page of the refunds of a charge.
pub async fn list_of_charge(exchange: &Exchange) -> Response {
    if let Err(response) = exchange
        .engine
        .must_exist(&exchange.caller, Kind::Charge, exchange.id(), "charge")
        .await
    {
        return response;
    }
    let query =
        ListQuery::newest(&exchange.caller.scope, Kind::Refund, 1).with("charge", exchange.id());
    page::answer(exchange, query).await
}

/// A new refund of a charge or an intent.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = (|| {
        exclusive(exchange, "charge", "payment_intent")?;
        let (of, named_by) = match (text(exchange, "charge"), text(exchange, "payment_intent")) {
            (Some(charge), _) => (RefundOf::Charge(charge), "charge"),
            (None, Some(intent)) => (RefundOf::Intent(intent), "payment_intent"),
            (None, None) => {
                let message = "One of the following params should be provided for this request: payment_intent or charge.";
                return Err(WireError::invalid(message)
                    .with_code("parameter_missing")
                    .into());
            }
        };
        Ok(CreateRefund {
            of,
            command: parse::refund(&exchange.params, named_by)?,
        })
    })();
    run(exchange, operation).await
}

/// A new refund of the charge that the URL names.
pub async fn create_for_charge(exchange: &Exchange) -> Response {
    let command = parse::refund(&exchange.params, "charge").map_err(Halt::from);
    let of = RefundOf::ChargeInUrl(exchange.id().to_owned(), text(exchange, "payment_intent"));
    run(
        exchange,
        command.map(|command| CreateRefund { of, command }),
    )
    .await
}

/// One refund.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Refund, exchange.id(), "id")
        .await
}

/// One refund of a charge.
pub async fn retrieve_of_charge(exchange: &Exchange) -> Response {
    let id = exchange.path.get(1).map_or("", String::as_str);
    exchange
        .engine
        .retrieve_owned(
            &exchange.caller,
            (Kind::Refund, id),
            (Kind::Charge, exchange.id()),
        )
        .await
}

/// Metadata.
pub async fn update(exchange: &Exchange) -> Response {
    let metadata = parse::metadata(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        metadata.map(|metadata| UpdateRefund {
            id: exchange.id().to_owned(),
            metadata,
        }),
    )
    .await
}

/// Takes a refund back.
pub async fn cancel(exchange: &Exchange) -> Response {
    run(
        exchange,
        Ok(CancelRefund {
            id: exchange.id().to_owned(),
        }),
    )
    .await
}
