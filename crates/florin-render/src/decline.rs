//! A declined card as the wire says it: status 402 with everything that a shop needs to go on.
//!
//! Deliberately absent: the choice of what stands around a decline; the caller knows what was made.

use crate::View;
use crate::objects::{payment_intent, payment_method, setup_intent};
use florin_domain::payments::{PaymentIntent, PaymentMethod, SetupIntent};
use florin_domain::processor::Decline;
use florin_wire::{ErrorType, WireError};

/// The objects around a decline, shown whole in the error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The intent, after the failed attempt.
    pub intent: Option<&'a PaymentIntent>,
    /// The set-up, after the failed attempt.
    pub setup: Option<&'a SetupIntent>,
    /// The payment method that failed.
    pub method: Option<&'a PaymentMethod>,
    /// The id of the failed charge.
    pub charge: Option<&'a str>,
}

/// The error that answers a decline.
pub fn render_decline(decline: &Decline, around: &Around<'_>, view: &View<'_>) -> WireError {
    let mut error = WireError::card(decline.code.clone(), decline.message.as_str());
    if around.method.is_some_and(|method| !method.kind.is_card()) {
        error.kind = ErrorType::InvalidRequest;
    }
    error.param = decline.param.clone();
    let texts = [
        ("advice_code", decline.advice_code.as_deref()),
        ("charge", around.charge),
        ("decline_code", decline.decline_code.as_deref()),
        (
            "network_advice_code",
            decline.network_advice_code.as_deref(),
        ),
        (
            "network_decline_code",
            decline.network_decline_code.as_deref(),
        ),
        (
            "payment_method_type",
            around.method.map(|method| method.kind.word()),
        ),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            error = error.with_field(name, text);
        }
    }
    if let Some(intent) = around.intent {
        error = error.with_field("payment_intent", payment_intent::render(intent, view));
    }
    if let Some(method) = around.method {
        error = error.with_field("payment_method", payment_method::render(method, view));
    }
    if let Some(setup) = around.setup {
        error = error.with_field("setup_intent", setup_intent::render(setup, view));
    }
    error
}
