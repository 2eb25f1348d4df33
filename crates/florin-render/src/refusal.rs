//! Why a decision said no, as the wire says it: one exhaustive match.
//!
//! Every [`Refusal`] has its status, type, code, message and parameter here and nowhere else. Deliberately absent:
//! errors of parameters, which the schema raises before any decision is asked.

use crate::decline::{Around, render_decline};
use crate::objects::{payment_intent, setup_intent};
use crate::{View, object_name};
use florin_base::{Asset, currency};
use florin_domain::{Kind, Refusal};
use florin_wire::{ErrorType, WireError};

/// The error that answers a refusal.
pub fn render_refusal(refusal: &Refusal, view: &View<'_>) -> WireError {
    match refusal {
        Refusal::Missing {
            kind,
            id,
            param,
            in_url,
        } => {
            let status = if *in_url { 404 } else { 400 };
            WireError::not_found(spoken(*kind), id, param, status)
        }
        Refusal::Invalid {
            code,
            message,
            param,
        } => invalid(*code, message, param.as_deref()),
        Refusal::IntentState { message, intent } => WireError::invalid(message.as_str())
            .with_code("payment_intent_unexpected_state")
            .with_field("payment_intent", payment_intent::render(intent, view)),
        Refusal::SetupState { message, intent } => WireError::invalid(message.as_str())
            .with_code("setup_intent_unexpected_state")
            .with_field("setup_intent", setup_intent::render(intent, view)),
        Refusal::AmountTooSmall { minimum, currency } => WireError::invalid(format!(
            "Amount must be at least {}",
            spelled(*minimum, *currency)
        ))
        .with_code("amount_too_small")
        .with_param("amount"),
        Refusal::AmountTooLarge { maximum, currency } => WireError::invalid(format!(
            "Amount must be no more than {}",
            spelled(*maximum, *currency)
        ))
        .with_code("amount_too_large")
        .with_param("amount"),
        Refusal::Card(decline) => render_decline(decline, &Around::default(), view),
        Refusal::OrderTaken {
            order,
            first,
            amount,
            currency,
        } => {
            let message = format!(
                "The order {order} stands with another amount: payment {first} is for {}. Cancel that one first, or use \
                 another order_id.",
                spelled(*amount, *currency)
            );
            WireError::invalid(message)
                .with_status(409)
                .with_code("order_taken")
                .with_param("order_id")
        }
        Refusal::Busy => busy(),
        Refusal::NoProcessor => WireError::invalid(
            "This installation cannot take payments in live mode yet, because no processor is configured for it. \
             Use a test key (sk_test_...) to work with the sandbox, or see docs/compatibility.md for what live mode \
             needs.",
        ),
    }
}

fn invalid(code: Option<&'static str>, message: &str, param: Option<&str>) -> WireError {
    let mut error = WireError::invalid(message);
    if let Some(code) = code {
        error = error.with_code(code);
    }
    match param {
        Some(param) => error.with_param(param),
        None => error,
    }
}

/// Trying again is right, and clients do it by themselves when the header says so.
fn busy() -> WireError {
    let mut error = WireError::new(
        429,
        ErrorType::InvalidRequest,
        "Another request is working on this object, so this one changed nothing. Send it again in a moment, with the \
         same idempotency key.",
    )
    .with_code("lock_timeout")
    .with_retry(true);
    error.retry_after_s = Some(1);
    error
}

/// The name of a kind in "No such ...".
const fn spoken(kind: Kind) -> &'static str {
    match kind {
        Kind::PaymentMethod => "PaymentMethod",
        Kind::SetupIntent => "setupintent",
        Kind::WebhookEndpoint => "webhook endpoint",
        Kind::ApiKey => "API key",
        Kind::VaultCard => "card",
        Kind::CheckoutSession => "checkout.session",
        Kind::TaxRate => "tax rate",
        Kind::ShippingRate => "shipping rate",
        Kind::LookupKey => "lookup key",
        Kind::Order => "order",
        Kind::Account
        | Kind::Customer
        | Kind::MethodConfiguration
        | Kind::PaymentLink
        | Kind::PaymentMethodDomain
        | Kind::ConfirmationToken
        | Kind::Token
        | Kind::Product
        | Kind::Price
        | Kind::PaymentIntent
        | Kind::Charge
        | Kind::Refund
        | Kind::Dispute
        | Kind::EarlyFraudWarning
        | Kind::Attempt
        | Kind::WebhookSettings
        | Kind::Delivery
        | Kind::Event => object_name(kind),
    }
}

/// An amount and its currency: `$0.50 usd`. An amount that ends in its code is not followed by it again.
fn spelled(amount: i64, asset: Asset) -> String {
    let code = asset.as_str();
    let shown = currency::format(code, amount);
    if shown.ends_with(&code.to_ascii_uppercase()) {
        shown
    } else {
        format!("{shown} {code}")
    }
}
