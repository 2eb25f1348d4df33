//! `payment_method_options[card]` of intents and set-ups, and the end of a code of Pix.
//!
//! Intents take all of them, at creation and later. What a set-up cannot use is refused there, because a merchant who
//! sent it would be wrong about what happens.

use super::{future_usage, text, wire};
use florin_base::Timestamp;
use florin_domain::methods::PixEnd;
use florin_domain::payments::{CardOptions, CardPatch};
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
        setup_future_usage: future_usage(params, &path("setup_future_usage"))?.flatten(),
        never_saved: never_saved(params).unwrap_or(false),
        network: text(params, &path("network")),
        moto: params.flag(&path("moto")).unwrap_or(false),
    })
}

/// `automatic`, `any` or `challenge`.
pub(super) fn three_d_secure(params: &Params) -> Option<String> {
    text(params, &path("request_three_d_secure"))
}

/// Whether cards are not to be saved although the intent says so: `none` says it, every other word takes it back.
fn never_saved(params: &Params) -> Option<bool> {
    let option = path("setup_future_usage");
    params
        .has(&option)
        .then(|| params.text(&option) == Some("none"))
}

/// Cards are captured manually, or as the intent is when the option is emptied.
fn capture_manual(params: &Params) -> Option<bool> {
    let option = path("capture_method");
    params
        .has(&option)
        .then(|| params.text(&option) == Some("manual"))
}

/// The options that a confirmation or an update changes. The intent's own members of the same names stay as they are.
pub(super) fn card_patch(params: &Params) -> Result<CardPatch, WireError> {
    let asked = |name: &str| params.text(&path(name)).map(|wish| wish == "if_available");
    Ok(CardPatch {
        capture_manual: capture_manual(params),
        setup_future_usage: future_usage(params, &path("setup_future_usage"))?,
        never_saved: never_saved(params),
        incremental: asked("request_incremental_authorization"),
        multicapture: asked("request_multicapture"),
        overcapture: asked("request_overcapture"),
        extended: asked("request_extended_authorization"),
        network: text(params, &path("network")),
        moto: params.flag(&path("moto")),
        request_three_d_secure: three_d_secure(params),
    })
}

/// When a code of Pix ends. The empty text leaves it to Florin again.
///
/// # Errors
/// 400: both ways to say it are there.
pub(super) fn pix(params: &Params) -> Result<Option<Option<PixEnd>>, WireError> {
    let pix = "payment_method_options.pix";
    let (after, at) = (
        format!("{pix}.expires_after_seconds"),
        format!("{pix}.expires_at"),
    );
    let end = match (params.int(&after), params.int(&at)) {
        (Some(_), Some(_)) => {
            let message =
                "You may only send one of these parameters: expires_after_seconds, expires_at.";
            return Err(WireError::invalid(message).with_param(wire(&at)));
        }
        (Some(seconds), None) => Some(PixEnd::After(seconds)),
        (None, time) => time.map(|time| PixEnd::At(Timestamp(time))),
    };
    Ok((end.is_some() || params.is_unset(pix)).then_some(end))
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
