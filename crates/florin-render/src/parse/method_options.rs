//! `payment_method_options[card]` of intents and set-ups.
//!
//! Intents take all of them, at creation and later. What a set-up cannot use is refused there, because a merchant who
//! sent it would be wrong about what happens.

use super::{future_usage, text, wire};
use florin_domain::payments::{CaptureMethod, CardOptions, CardPatch, FutureUsage};
use florin_wire::{Params, WireError};

const CARD: &str = "payment_method_options.card";

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

/// The options that a confirmation or an update changes.
pub(super) fn card_patch(params: &Params) -> CardPatch {
    let asked = |name: &str| params.text(&path(name)).map(|wish| wish == "if_available");
    CardPatch {
        incremental: asked("request_incremental_authorization"),
        multicapture: asked("request_multicapture"),
        overcapture: asked("request_overcapture"),
        extended: asked("request_extended_authorization"),
        network: text(params, &path("network")),
        moto: params.flag(&path("moto")),
        request_three_d_secure: three_d_secure(params),
    }
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
