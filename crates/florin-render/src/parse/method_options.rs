//! `payment_method_options[card]` of intents and set-ups.
//!
//! A new intent takes all of them. Later commands carry only some; the others are refused there, because a
//! merchant who sent them would be wrong about what happens to the money.

use super::{future_usage, text, wire};
use florin_domain::payments::{CaptureMethod, CardOptions, FutureUsage};
use florin_wire::{Params, WireError};

const CARD: &str = "payment_method_options.card";

/// Options of the card that only a new intent can take.
const CREATION_ONLY: [&str; 6] = [
    "moto",
    "network",
    "request_extended_authorization",
    "request_incremental_authorization",
    "request_multicapture",
    "request_overcapture",
];

fn path(name: &str) -> String {
    format!("{CARD}.{name}")
}

/// All options, for a new intent.
pub(super) fn card_options(params: &Params) -> Result<CardOptions, WireError> {
    let asked = |name: &str| params.text(&path(name)) == Some("if_available");
    Ok(CardOptions {
        capture_manual: params.text(&path("capture_method")) == Some("manual"),
        request_three_d_secure: three_d_secure(params),
        incremental: asked("request_incremental_authorization"),
        multicapture: asked("request_multicapture"),
        overcapture: asked("request_overcapture"),
        extended: asked("request_extended_authorization"),
        setup_future_usage: usage(params)?.flatten(),
        network: text(params, &path("network")),
        moto: params.flag(&path("moto")).unwrap_or(false),
    })
}

/// `automatic`, `any` or `challenge`.
pub(super) fn three_d_secure(params: &Params) -> Option<String> {
    text(params, &path("request_three_d_secure"))
}

/// What cards are saved for, which goes before the intent's own.
pub(super) fn usage(params: &Params) -> Result<Option<Option<FutureUsage>>, WireError> {
    future_usage(params, &path("setup_future_usage"))
}

/// Cards are the only type, so that their own capture method is the intent's.
pub(super) fn capture_method(params: &Params) -> Option<CaptureMethod> {
    (params.text(&path("capture_method")) == Some("manual")).then_some(CaptureMethod::Manual)
}

/// Refuses options that are fixed once an intent exists.
pub(super) fn refuse_fixed(params: &Params) -> Result<(), WireError> {
    refuse(params, &CREATION_ONLY)
}

/// Refuses 3-D Secure options where a command cannot carry them.
pub(super) fn refuse_three_d_secure(params: &Params) -> Result<(), WireError> {
    refuse(params, &["request_three_d_secure"])
}

/// Refuses options that a set-up does not have in Florin.
pub(super) fn refuse_for_setup(params: &Params) -> Result<(), WireError> {
    if params.flag(&path("moto")) == Some(true) {
        return Err(WireError::unsupported(&wire(&path("moto"))));
    }
    refuse(params, &["network"])
}

fn refuse(params: &Params, names: &[&str]) -> Result<(), WireError> {
    match names.iter().find(|name| params.has(&path(name))) {
        Some(name) => Err(WireError::unsupported(&wire(&path(name)))),
        None => Ok(()),
    }
}
