//! Capturing an authorization: once, in parts, or with a little more than was authorized.

use super::create::check_multiple;
use super::{Attempt, Call, Charge, ChargeStatus, IntentStatus, PaymentIntent, Target};
use crate::changes::Draft;
use crate::context::Context;
use crate::processor::{ProcessorRequest, Terms, Verb};
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::currency;

/// What the merchant asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaptureCommand {
    /// Minor units; `None` captures what is open.
    pub amount: Option<i64>,
    /// `Some(false)` keeps the rest open for a later capture.
    pub final_capture: Option<bool>,
}

/// What a capture reads. A direct charge has no intent.
#[derive(Clone, Debug)]
pub struct CaptureInputs {
    /// The intent.
    pub intent: Option<Versioned<PaymentIntent>>,
    /// The authorization.
    pub charge: Versioned<Charge>,
}

/// Decides on a capture.
///
/// # Errors
/// Nothing to capture, too much, or a second capture that was not allowed.
pub fn capture(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: CaptureInputs,
    command: CaptureCommand,
) -> Result<Call, Refusal> {
    let CaptureInputs {
        mut intent,
        mut charge,
    } = inputs;
    check_state(intent.as_ref(), &charge.record)?;
    if charge
        .record
        .capture_before
        .is_some_and(|end| end <= context.now)
    {
        return Err(lapsed(&charge.record));
    }
    let amount = allowed_amount(&charge.record, command)?;
    let keeps_open = command.final_capture == Some(false);
    if keeps_open && !charge.record.granted.multicapture {
        return Err(Refusal::invalid(
            "final_capture",
            "This payment is not eligible for multiple captures. Ask for it at confirmation with \
             payment_method_options[card][request_multicapture]=if_available.",
        ));
    }
    let count = next_call(intent.as_mut(), &mut charge);
    let request = later_request(
        context,
        &charge.record,
        Verb::Capture,
        &format!("x{count}"),
        amount,
    );
    let target = match &intent {
        Some(held) => Target::Intent(held.record.id.clone()),
        None => Target::Charge(charge.record.id.clone()),
    };
    let mut attempt = Attempt::new(context, target, &request);
    attempt.record.charge = Some(charge.record.id.clone());
    attempt.record.keep_open = keeps_open && amount < charge.record.capturable();
    mark(draft, context, intent.as_mut(), &mut charge, &attempt);
    Ok(Call { attempt, request })
}

/// A number for the reference of the next call, so that a processor never takes a second try for the first one.
pub(super) fn next_call(
    intent: Option<&mut Versioned<PaymentIntent>>,
    charge: &mut Versioned<Charge>,
) -> u32 {
    let calls = match intent {
        Some(held) => &mut held.record.calls,
        None => &mut charge.record.calls,
    };
    *calls += 1;
    *calls
}

/// Marks the objects of a later verb as busy while a processor outside works on it.
pub(super) fn mark(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: Option<&mut Versioned<PaymentIntent>>,
    charge: &mut Versioned<Charge>,
    attempt: &Versioned<Attempt>,
) {
    match intent {
        Some(intent) if context.outside => {
            intent.record.attempt = Some(attempt.record.id.to_string());
            draft.save(context, intent, Transition::IntentSent);
        }
        Some(intent) => draft.stage(intent.clone()),
        None if context.outside => {
            charge.record.attempt = Some(attempt.record.id.to_string());
            draft.save(context, charge, Transition::ChargeSent);
        }
        None => draft.stage(charge.clone()),
    }
    if context.outside {
        draft.require(charge);
    }
}

/// A request about an earlier authorization. `tag` makes its reference unique.
pub(super) fn later_request(
    context: &Context<'_>,
    charge: &Charge,
    verb: Verb,
    tag: &str,
    amount: i64,
) -> ProcessorRequest {
    ProcessorRequest {
        verb,
        reference: format!("{}-{tag}", charge.reference),
        original: Some(charge.reference.clone()),
        amount,
        currency: charge.currency,
        kind: charge.kind,
        card: charge.source.clone(),
        scope: context.scope.clone(),
        method: charge.payment_method.as_ref().map(|id| id.to_string()),
        shelf: None,
        terms: Terms::default(),
    }
}

fn check_state(intent: Option<&Versioned<PaymentIntent>>, charge: &Charge) -> Result<(), Refusal> {
    if charge.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    if let Some(held) = intent {
        if held.record.attempt.is_some() {
            return Err(Refusal::Busy);
        }
        if held.record.status != IntentStatus::RequiresCapture {
            let message = format!(
                "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one \
                 of the following statuses may be captured: requires_capture.",
                held.record.status.word()
            );
            return Err(held.record.state_refusal(message));
        }
    }
    if charge.status != ChargeStatus::Succeeded || charge.voided {
        return Err(lapsed(charge));
    }
    if !charge.open {
        let message = format!("Charge {} has already been captured.", charge.id);
        return Err(Refusal::plain(Some("charge_already_captured"), message));
    }
    Ok(())
}

fn lapsed(charge: &Charge) -> Refusal {
    let message = format!(
        "Charge {} cannot be captured: it failed, expired or was released.",
        charge.id
    );
    Refusal::plain(Some("charge_expired_for_capture"), message)
}

fn allowed_amount(charge: &Charge, command: CaptureCommand) -> Result<i64, Refusal> {
    let open = charge.capturable();
    let amount = command.amount.unwrap_or(open);
    if amount <= 0 {
        return Err(Refusal::not_positive("amount_to_capture"));
    }
    let most = charge.capture_max() - charge.amount_captured;
    if amount > most {
        let message = format!(
            "The amount to capture ({}) is larger than what can be captured ({}).",
            currency::format(charge.currency.as_str(), amount),
            currency::format(charge.currency.as_str(), most)
        );
        return Err(Refusal::Invalid {
            code: Some("amount_too_large"),
            message,
            param: Some("amount_to_capture".to_owned()),
        });
    }
    check_multiple(amount, charge.currency, "amount_to_capture")?;
    Ok(amount)
}
