//! Authorizations that nobody captured, and authorizations that arrived too late.

use super::cancel::released;
use super::capture::{later_request, mark, next_call};
use super::{Attempt, Call, Charge, PaymentIntent, Target};
use crate::changes::Draft;
use crate::context::Context;
use crate::processor::Verb;
use crate::record::Versioned;
use crate::transitions::Transition;

/// Why an intent whose authorization lapsed is cancelled.
const EXPIRED: &str = "expired";

/// An authorization lapses: the charge is released and its intent cancelled. A processor outside is asked first to give
/// the buyer's money free; whatever it answers, the authorization is over. Does nothing when it was captured or
/// cancelled meanwhile. Nothing else may work on the charge or its intent.
pub fn expire(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut charge: Versioned<Charge>,
    mut intent: Option<Versioned<PaymentIntent>>,
) -> Option<Call> {
    if !charge.record.open || charge.record.voided {
        return None;
    }
    if !context.outside {
        lapsed(draft, context, charge, intent);
        return None;
    }
    let amount = charge.record.capturable();
    let tag = format!("e{}", next_call(intent.as_mut(), &mut charge));
    let request = later_request(context, &charge.record, Verb::Void, &tag, amount);
    let target = match &intent {
        Some(held) => Target::Intent(held.record.id.clone()),
        None => Target::Charge(charge.record.id.clone()),
    };
    let mut attempt = Attempt::new(context, target, &request);
    attempt.record.charge = Some(charge.record.id.clone());
    attempt.record.lapses = true;
    mark(draft, context, intent.as_mut(), &mut charge, &attempt);
    Some(Call { attempt, request })
}

/// The end of an authorization that nobody captured in time.
pub(super) fn lapsed(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut charge: Versioned<Charge>,
    intent: Option<Versioned<PaymentIntent>>,
) {
    charge.record.open = false;
    charge.record.attempt = None;
    let nothing_taken = charge.record.amount_captured == 0;
    charge.record.voided = nothing_taken;
    draft.save(context, &mut charge, Transition::ChargeExpired);
    let Some(mut intent) = intent else { return };
    if intent.record.is_ended() {
        return;
    }
    let reason = Some(EXPIRED.to_owned());
    released(draft, context, &mut intent, (nothing_taken, reason));
}

/// An approval came for a payment that was cancelled meanwhile: what was recorded is given back. `None` when that
/// happened already, or when somebody else works on the charge.
pub fn release_void(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut charge: Versioned<Charge>,
) -> Option<Call> {
    let held = &charge.record;
    if held.voided || held.amount_captured > 0 || held.attempt.is_some() {
        return None;
    }
    let tag = format!("late{}", next_call(None, &mut charge));
    let amount = charge.record.amount;
    let request = later_request(context, &charge.record, Verb::Void, &tag, amount);
    let target = Target::Charge(charge.record.id.clone());
    let mut attempt = Attempt::new(context, target, &request);
    attempt.record.charge = Some(charge.record.id.clone());
    mark(draft, context, None, &mut charge, &attempt);
    Some(Call { attempt, request })
}
