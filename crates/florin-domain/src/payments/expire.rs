//! Authorizations that nobody captured, and authorizations that arrived too late.

use super::cancel::canceled;
use super::capture::later_request;
use super::{Attempt, Call, Charge, IntentStatus, PaymentIntent, Target};
use crate::changes::Draft;
use crate::context::Context;
use crate::processor::Verb;
use crate::record::Versioned;
use crate::transitions::Transition;

/// An authorization lapses: the charge is released and its intent cancelled. Does nothing when it was captured or
/// cancelled meanwhile.
pub fn expire(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut charge: Versioned<Charge>,
    intent: Option<Versioned<PaymentIntent>>,
) {
    if !charge.record.open || charge.record.voided {
        return;
    }
    charge.record.open = false;
    let nothing_taken = charge.record.amount_captured == 0;
    charge.record.voided = nothing_taken;
    draft.save(context, &mut charge, Transition::ChargeExpired);
    let Some(mut intent) = intent else { return };
    intent.record.amount_capturable = 0;
    if intent.record.status != IntentStatus::RequiresCapture {
        return;
    }
    if nothing_taken {
        intent.record.cancellation_reason = Some("expired".to_owned());
        canceled(draft, context, &mut intent);
    } else {
        intent.record.status = IntentStatus::Succeeded;
        draft.save(context, &mut intent, Transition::IntentSucceeded);
    }
}

/// An approval came for a payment that was cancelled meanwhile: what was recorded is given back.
pub fn release_void(context: &mut Context<'_>, charge: &Versioned<Charge>) -> Option<Call> {
    let held = &charge.record;
    if held.voided || held.amount_captured > 0 {
        return None;
    }
    let request = later_request(context, held, Verb::Void, "late", held.amount);
    let mut attempt = Attempt::new(context, Target::Charge(held.id.clone()), &request);
    attempt.record.charge = Some(held.id.clone());
    Some(Call { attempt, request })
}
