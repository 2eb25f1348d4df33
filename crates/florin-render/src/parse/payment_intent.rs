//! Commands on payment intents.
//!
//! Creating and confirming in one request reads the same parameters twice: once with [`create_intent`], once with
//! [`confirm_intent`], which knows such a request by its parameter `confirm`.

use super::method_options as options;
use super::{
    amount, automatic, currency, echo, excluded, fresh_echo, future_usage, metadata,
    required_currency, text,
};
use super::{text_patch, types, word};
use florin_domain::payments::{
    CaptureCommand, CaptureMethod, ConfirmCommand, ConfirmationMethod, CreateIntent,
    IncrementCommand, UpdateIntent,
};
use florin_wire::versions::{ApiVersion, default_capture_method};
use florin_wire::{Params, WireError};

/// A new intent. Without a capture method the one of the request's version holds.
///
/// # Errors
/// 400: amount or currency is missing, or the types are both listed and left to Florin.
pub fn create_intent(params: &Params, version: ApiVersion) -> Result<CreateIntent, WireError> {
    let default = || CaptureMethod::from_word(default_capture_method(version)).unwrap_or_default();
    let confirmation = word(params, "confirmation_method", ConfirmationMethod::from_word)?;
    Ok(CreateIntent {
        amount: amount(params, "amount")?,
        currency: required_currency(params)?,
        capture_method: capture_method(params)?.unwrap_or_else(default),
        confirmation_method: confirmation.unwrap_or_default(),
        types: types(params)?.unwrap_or_default(),
        switched: Vec::new(),
        automatic: automatic(params)?,
        configuration: params.text("payment_method_configuration").map(Into::into),
        excluded: excluded(params).unwrap_or_default(),
        pix: options::pix(params)?.flatten(),
        description: text(params, "description"),
        metadata: metadata(params)?,
        setup_future_usage: future_usage(params, "setup_future_usage")?.flatten(),
        card: options::card_options(params)?,
        echo: fresh_echo(params),
        session: None,
    })
}

fn capture_method(params: &Params) -> Result<Option<CaptureMethod>, WireError> {
    word(params, "capture_method", CaptureMethod::from_word)
}

/// A confirmation, also the one inside a creation. Descriptive members are not part of it, see [`descriptive`].
///
/// # Errors
/// 400: `off_session` is no flag.
pub fn confirm_intent(params: &Params, from_browser: bool) -> Result<ConfirmCommand, WireError> {
    let mut command = ConfirmCommand {
        off_session: off_session(params)?,
        error_on_action: params.flag("error_on_requires_action").unwrap_or(false),
        return_url: text(params, "return_url"),
        card: options::card_patch(params)?,
        pix: options::pix(params)?,
        from_browser,
        ..ConfirmCommand::default()
    };
    // What follows was the creation's to say when both are one request.
    if !params.has("confirm") {
        command.setup_future_usage = future_usage(params, "setup_future_usage")?;
        command.types = types(params)?;
        command.excluded = excluded(params);
        command.capture_method = capture_method(params)?;
    }
    Ok(command)
}

/// `off_session` is a flag, or one of two words that say why the buyer is away.
fn off_session(params: &Params) -> Result<Option<bool>, WireError> {
    if let Some(flag) = params.flag("off_session") {
        return Ok(Some(flag));
    }
    match params.text("off_session") {
        None => Ok(None),
        Some("true" | "True" | "one_off" | "recurring") => Ok(Some(true)),
        Some("false" | "False") => Ok(Some(false)),
        Some(_) => {
            let message =
                "Invalid off_session: send true or false, or one of one_off and recurring.";
            Err(WireError::invalid(message).with_param("off_session"))
        }
    }
}

/// A change of an intent.
///
/// # Errors
/// 400: an amount or a currency that cannot be read.
pub fn update_intent(params: &Params) -> Result<UpdateIntent, WireError> {
    Ok(UpdateIntent {
        amount: params.int("amount"),
        currency: currency(params)?,
        capture_method: capture_method(params)?,
        types: types(params)?,
        excluded: excluded(params),
        pix: options::pix(params)?,
        setup_future_usage: future_usage(params, "setup_future_usage")?,
        card: options::card_patch(params)?,
        ..descriptive(params)?
    })
}

/// The descriptive members that a confirmation or a capture brings along: an update that is legal in every state.
///
/// # Errors
/// None now.
pub fn descriptive(params: &Params) -> Result<UpdateIntent, WireError> {
    Ok(UpdateIntent {
        description: text_patch(params, "description"),
        metadata: metadata(params)?,
        echo: echo(params),
        ..UpdateIntent::default()
    })
}

/// A capture of an intent (`amount_to_capture`) or of a charge (`amount`).
///
/// # Errors
/// None now.
pub fn capture(params: &Params) -> Result<CaptureCommand, WireError> {
    let amount = params.int("amount_to_capture").or(params.int("amount"));
    Ok(CaptureCommand {
        amount,
        final_capture: params.flag("final_capture"),
    })
}

/// A raise of an authorization.
///
/// # Errors
/// 400: the amount is missing.
pub fn increment(params: &Params) -> Result<IncrementCommand, WireError> {
    Ok(IncrementCommand {
        amount: amount(params, "amount")?,
        description: text_patch(params, "description"),
        metadata: metadata(params)?,
    })
}

/// Why an intent or a set-up is cancelled.
///
/// # Errors
/// None now.
pub fn cancel_reason(params: &Params) -> Result<Option<String>, WireError> {
    Ok(text(params, "cancellation_reason"))
}
