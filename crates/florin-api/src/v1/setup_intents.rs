//! Set-up intents.

use super::{TOKEN, only_with_confirm, page, run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::{CancelSetup, ConfirmSetup, CreateSetup, UpdateSetup};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of set-up intents.
pub async fn list(exchange: &Exchange) -> Response {
    page::list(
        exchange,
        Kind::SetupIntent,
        &[
            ("customer", "customer"),
            ("payment_method", "payment_method"),
        ],
    )
    .await
}

/// A new set-up, perhaps confirmed at once.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let params = &exchange.params;
        let create = parse::create_setup(params)?;
        let command = parse::setup(params)?;
        let method = cards::method(exchange).await?;
        let confirm = params.flag("confirm").unwrap_or(false);
        let token = text(exchange, TOKEN);
        if !confirm {
            only_with_confirm(params, "SetupIntent", &[TOKEN])?;
        }
        Ok(CreateSetup {
            create,
            command,
            customer: text(exchange, "customer"),
            method,
            token,
            confirm,
        })
    }
    .await;
    run(exchange, operation).await
}

/// One set-up.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::SetupIntent, exchange.id(), "intent")
        .await
}

/// A changed set-up.
pub async fn update(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::setup(&exchange.params)?;
        let method = cards::method(exchange).await?;
        Ok(UpdateSetup {
            id: exchange.id().to_owned(),
            command,
            customer: text(exchange, "customer"),
            method,
        })
    }
    .await;
    run(exchange, operation).await
}

/// Verifies the card.
pub async fn confirm(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::setup(&exchange.params)?;
        let method = cards::method(exchange).await?;
        Ok(ConfirmSetup {
            id: exchange.id().to_owned(),
            token: text(exchange, TOKEN),
            command,
            method,
        })
    }
    .await;
    run(exchange, operation).await
}

/// Gives up.
pub async fn cancel(exchange: &Exchange) -> Response {
    let operation = parse::cancel_reason(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        operation.map(|reason| CancelSetup {
            id: exchange.id().to_owned(),
            reason,
        }),
    )
    .await
}

/// Micro-deposits verify bank accounts only; no set-up has one.
pub async fn verify_microdeposits(exchange: &Exchange) -> Response {
    let message = "This SetupIntent does not wait for the verification of micro-deposits.";
    exchange
        .engine
        .wrong_state(&exchange.caller, Kind::SetupIntent, exchange.id(), message)
        .await
}
