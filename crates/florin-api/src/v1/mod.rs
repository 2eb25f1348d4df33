//! The handlers, one file per resource. Each turns checked parameters into an operation or a question.

pub mod accounts;
pub mod balance;
pub mod charges;
pub mod checkout_sessions;
pub mod confirmation_tokens;
pub mod customer_sessions;
pub mod customers;
pub mod disputes;
pub mod early_fraud_warnings;
pub mod elements;
pub mod events;
pub mod florin_payments;
mod page;
pub mod payment_intents;
pub mod payment_links;
pub mod payment_method_configurations;
pub mod payment_method_domains;
pub mod payment_methods;
pub mod prices;
pub mod products;
pub mod refunds;
pub mod setup_intents;
pub mod shipping_rates;
pub mod sources;
pub mod tax_rates;
pub mod tokens;
pub mod webhook_endpoints;

use crate::pipeline::Exchange;
use florin_engine::{Halt, Operation, Response};
use florin_wire::{Params, WireError};

/// Runs the operation that a handler made of its parameters.
async fn run<O: Operation + 'static>(exchange: &Exchange, operation: Result<O, Halt>) -> Response {
    match operation {
        Ok(operation) => {
            exchange
                .engine
                .mutate(exchange.caller.clone(), Box::new(operation))
                .await
        }
        Err(halt) => exchange.engine.refuse(&exchange.caller, halt).await,
    }
}

/// A parameter as an owned text.
fn text(exchange: &Exchange, path: &str) -> Option<String> {
    exchange.params.text(path).map(str::to_owned)
}

/// Two parameters that exclude each other.
fn exclusive(exchange: &Exchange, one: &str, other: &str) -> Result<(), WireError> {
    if exchange.params.has(one) && exchange.params.has(other) {
        let message = format!("You may only specify one of these parameters: {one}, {other}.");
        return Err(WireError::invalid(message).with_param(other));
    }
    Ok(())
}

/// The parameter that names a confirmation token.
const TOKEN: &str = "confirmation_token";

/// Refuses what means nothing for an object that is made without being confirmed.
fn only_with_confirm(params: &Params, object: &str, names: &[&str]) -> Result<(), WireError> {
    let sent = |name: &str| params.has(name) || params.echoed().contains_key(name);
    match names.iter().find(|name| sent(name)) {
        None => Ok(()),
        Some(alone) => {
            let message = format!(
                "The parameter `{alone}` cannot be passed when creating a {object} unless `confirm` is set to true."
            );
            Err(WireError::invalid(message).with_param(*alone))
        }
    }
}
