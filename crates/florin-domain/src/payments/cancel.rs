//! Cancelling: an intent that is not paid yet, with its authorization given back; a set-up that is not finished.

use super::capture::{later_request, mark, next_call};
use super::{Attempt, Call, Charge, IntentStatus, PaymentIntent, SetupIntent, SetupStatus, Target};
use crate::changes::Draft;
use crate::context::Context;
use crate::processor::Verb;
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;

/// What a cancellation reads.
#[derive(Clone, Debug)]
pub struct CancelInputs {
    /// The intent.
    pub intent: Versioned<PaymentIntent>,
    /// Its newest charge: an authorization that has to be given back.
    pub charge: Option<Versioned<Charge>>,
}

/// Decides on a cancellation. An authorized payment needs a call; every other one is cancelled at once.
///
/// # Errors
/// Paid, cancelled or processing payments cannot be cancelled.
pub fn cancel(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: CancelInputs,
    reason: Option<String>,
) -> Result<Option<Call>, Refusal> {
    use IntentStatus::{Canceled, Processing, RequiresCapture, Succeeded};
    let CancelInputs { mut intent, charge } = inputs;
    if intent.record.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    if matches!(intent.record.status, Canceled | Succeeded | Processing) {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the \
             following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, \
             requires_action.",
            intent.record.status.word()
        );
        return Err(intent.record.state_refusal(message));
    }
    let authorized =
        charge.filter(|held| intent.record.status == RequiresCapture && held.record.open);
    let Some(mut charge) = authorized else {
        canceled(draft, context, &mut intent, reason);
        return Ok(None);
    };
    let amount = charge.record.capturable();
    let tag = format!("v{}", next_call(Some(&mut intent), &mut charge));
    let request = later_request(context, &charge.record, Verb::Void, &tag, amount);
    let mut attempt = Attempt::new(context, Target::Intent(intent.record.id.clone()), &request);
    attempt.record.charge = Some(charge.record.id.clone());
    attempt.record.cancellation_reason = reason;
    mark(draft, context, Some(&mut intent), &mut charge, &attempt);
    Ok(Some(Call { attempt, request }))
}

/// An authorization ended by being given back: cancelled, unless a part of it was captured before.
pub(super) fn released(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: &mut Versioned<PaymentIntent>,
    how: (bool, Option<String>),
) {
    let (nothing_taken, reason) = how;
    if nothing_taken {
        return canceled(draft, context, intent, reason);
    }
    intent.record.amount_capturable = 0;
    intent.record.attempt = None;
    intent.record.status = IntentStatus::Succeeded;
    draft.save(context, intent, Transition::IntentSucceeded);
}

/// The cancelled state.
pub(super) fn canceled(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: &mut Versioned<PaymentIntent>,
    reason: Option<String>,
) {
    intent.record.status = IntentStatus::Canceled;
    intent.record.cancellation_reason = reason;
    intent.record.canceled_at = Some(context.now);
    intent.record.amount_capturable = 0;
    intent.record.challenge = None;
    intent.record.attempt = None;
    draft.save(context, intent, Transition::IntentCanceled);
}

/// Cancels a set-up.
///
/// # Errors
/// A finished one stays as it is, and so does one that a processor works on.
pub fn cancel_setup(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<SetupIntent>,
    reason: Option<String>,
) -> Result<(), Refusal> {
    if held.record.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    if matches!(
        held.record.status,
        SetupStatus::Canceled | SetupStatus::Succeeded | SetupStatus::Processing
    ) {
        let message = format!(
            "You cannot cancel this SetupIntent because it has a status of {}. Only a SetupIntent with one of the \
             following statuses may be canceled: requires_payment_method, requires_confirmation, requires_action.",
            held.record.status.word()
        );
        return Err(held.record.state_refusal(message));
    }
    held.record.status = SetupStatus::Canceled;
    held.record.cancellation_reason = reason;
    held.record.challenge = None;
    draft.save(context, held, Transition::SetupCanceled);
    Ok(())
}
