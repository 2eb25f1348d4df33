//! Payment intents.

use super::{TOKEN, only_with_confirm, page, run, text};
use crate::cards;
use crate::pipeline::Exchange;
use florin_engine::operations::{
    CancelIntent, CaptureIntent, ConfirmIntent, CreateIntent, IncrementIntent, UpdateIntent,
};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;

/// A page of payment intents.
pub async fn list(exchange: &Exchange) -> Response {
    page::list(exchange, Kind::PaymentIntent, &[("customer", "customer")]).await
}

/// Parameters that only mean something together with `confirm=true`.
const CONFIRM_ONLY: [&str; 5] = [
    TOKEN,
    "off_session",
    "error_on_requires_action",
    "return_url",
    "mandate_data",
];

/// A new payment intent, perhaps confirmed at once.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let params = &exchange.params;
        let confirms = params.flag("confirm").unwrap_or(false);
        if !confirms {
            only_with_confirm(params, "PaymentIntent", &CONFIRM_ONLY)?;
        }
        let command = parse::create_intent(params, exchange.caller.version)?;
        let confirm = confirms
            .then(|| parse::confirm_intent(params, exchange.caller.is_browser()))
            .transpose()?;
        let method = cards::method(exchange).await?;
        Ok(CreateIntent {
            command,
            customer: text(exchange, "customer"),
            method,
            confirm,
            token: text(exchange, TOKEN),
        })
    }
    .await;
    run(exchange, operation).await
}

/// One payment intent.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(
            &exchange.caller,
            Kind::PaymentIntent,
            exchange.id(),
            "intent",
        )
        .await
}

/// A changed payment intent.
pub async fn update(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::update_intent(&exchange.params)?;
        let method = cards::method(exchange).await?;
        Ok(UpdateIntent {
            id: exchange.id().to_owned(),
            command,
            customer: text(exchange, "customer"),
            method,
        })
    }
    .await;
    run(exchange, operation).await
}

/// Asks for the money.
pub async fn confirm(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::confirm_intent(&exchange.params, exchange.caller.is_browser())?;
        let method = cards::method(exchange).await?;
        let descriptive = parse::descriptive(&exchange.params)?;
        Ok(ConfirmIntent {
            id: exchange.id().to_owned(),
            token: text(exchange, TOKEN),
            command,
            descriptive,
            method,
        })
    }
    .await;
    run(exchange, operation).await
}

/// Takes authorized money.
pub async fn capture(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let command = parse::capture(&exchange.params)?;
        let descriptive = parse::descriptive(&exchange.params)?;
        Ok(CaptureIntent {
            id: exchange.id().to_owned(),
            command,
            descriptive,
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
        operation.map(|reason| CancelIntent {
            id: exchange.id().to_owned(),
            reason,
        }),
    )
    .await
}

/// Raises an authorization.
pub async fn increment(exchange: &Exchange) -> Response {
    let operation = parse::increment(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        operation.map(|command| IncrementIntent {
            id: exchange.id().to_owned(),
            command,
        }),
    )
    .await
}

/// Customer balances pay bank transfers only; no intent is one.
pub async fn apply_customer_balance(exchange: &Exchange) -> Response {
    let message = "This PaymentIntent's payment method types do not include customer_balance, so no customer balance can be applied to it.";
    exchange
        .engine
        .wrong_state(
            &exchange.caller,
            Kind::PaymentIntent,
            exchange.id(),
            message,
        )
        .await
}

/// Micro-deposits verify bank accounts only; no intent has one.
pub async fn verify_microdeposits(exchange: &Exchange) -> Response {
    let message = "This PaymentIntent does not wait for the verification of micro-deposits.";
    exchange
        .engine
        .wrong_state(
            &exchange.caller,
            Kind::PaymentIntent,
            exchange.id(),
            message,
        )
        .await
}

/// The line items of the amount's details.
pub async fn line_items(exchange: &Exchange) -> Response {
    match page::page(&exchange.params) {
        Ok(page) => {
            exchange
                .engine
                .line_items(&exchange.caller, exchange.id(), &page)
                .await
        }
        Err(error) => exchange.fail(&error),
    }
}
