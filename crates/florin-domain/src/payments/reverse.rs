//! Approvals that do not fit: one that comes after another end was recorded, and one of another amount.
//!
//! The first means that the buyer was charged for something that we have called failed: the money goes back by itself,
//! and the operator is told. The second is put aside: neither success nor failure, until a person has looked.

use super::settle::{SettleInputs, waiting};
use super::{Attempt, AttemptState, Call, RefundInputs, Target, refund};
use crate::changes::{Draft, JobKind};
use crate::context::Context;
use crate::processor::{Approval, Outcome, ProcessorRequest, Terms, Verb};
use crate::transitions::Transition;
use florin_base::Millis;
use serde_json::json;

/// Giving money back is tried so often by itself; after that a person has to act.
pub const REVERSALS_MAX: u32 = 20;
/// The wait before the second try, in milliseconds; each further one is longer by as much.
pub const REVERSE_AGAIN_MS: i64 = 300_000;

/// What makes an operator look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// An approval came after another end was recorded; its money goes back.
    LateSuccess,
    /// A processor approved another amount or currency than it was asked for.
    AmountMismatch,
}

impl Alarm {
    /// The name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Alarm::LateSuccess => "late_success",
            Alarm::AmountMismatch => "amount_mismatch",
        }
    }
}

impl Attempt {
    /// What an operator has to look at, if anything.
    pub fn alarm(&self) -> Option<Alarm> {
        match self.state {
            AttemptState::Quarantined => Some(Alarm::AmountMismatch),
            _ => self.contradiction.as_ref().map(|_| Alarm::LateSuccess),
        }
    }
}

/// True when the processor names another amount or currency than the request did. One that names none is believed.
pub(super) fn is_mismatch(request: &ProcessorRequest, approval: &Approval) -> bool {
    request.verb != Verb::Verify
        && (approval
            .amount
            .is_some_and(|amount| amount != request.amount)
            || approval
                .currency
                .is_some_and(|currency| currency != request.currency))
}

/// Puts an attempt aside. What it is for waits, as for an outcome that nobody knows.
pub(super) fn quarantine(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut inputs: SettleInputs,
    outcome: Outcome,
) {
    waiting(draft, context, &mut inputs);
    let mut attempt = inputs.attempt;
    attempt.record.state = AttemptState::Quarantined;
    attempt.record.outcome = Some(outcome);
    attempt.record.told = true;
    draft.close(context, attempt, Transition::AttemptChanged);
}

/// Another outcome for an attempt that has one. Only an approval of money that we have written off matters.
pub(super) fn contradict(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: SettleInputs,
    outcome: Outcome,
) {
    let SettleInputs {
        mut attempt,
        refund,
        charge,
        warning,
        ..
    } = inputs;
    let record = &mut attempt.record;
    let is_news = record.contradiction.is_none() && record.state == AttemptState::Settled;
    let was_refused = matches!(record.outcome, Some(Outcome::Declined(_)));
    if !(is_news && was_refused && matches!(outcome, Outcome::Approved(_))) {
        return;
    }
    record.contradiction = Some(outcome);
    match record.request.as_ref().map(|request| request.verb) {
        Some(Verb::Authorize | Verb::Complete | Verb::Capture) => {
            reverse_at(draft, &attempt.record, context.now_real);
        }
        Some(Verb::Refund) => {
            if let (Some(refund), Some(charge)) = (refund, charge) {
                let back = RefundInputs { charge, warning };
                refund::arrived_after_all(draft, context, refund, back);
            }
        }
        _ => {}
    }
    draft.close(context, attempt, Transition::AttemptChanged);
}

/// The job that gives an attempt's money back.
fn reverse_at(draft: &mut Draft, attempt: &Attempt, due: Millis) {
    let id = format!("job_reverse_{}_{}", attempt.id, attempt.reversals);
    let body = json!({ "attempt": attempt.id });
    draft.job(JobKind::Reverse, id, due, body);
}

/// What came of giving an attempt's money back. A refusal is tried again, under another reference, with growing waits.
pub(super) fn settle(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    outcome: &Outcome,
) {
    let Some(mut held) = inputs.reversed.take() else {
        return;
    };
    match outcome {
        Outcome::Approved(_) => held.record.reversed = true,
        Outcome::Declined(_) => {
            held.record.reversals += 1;
            if held.record.reversals < REVERSALS_MAX {
                let wait = REVERSE_AGAIN_MS * i64::from(held.record.reversals);
                reverse_at(draft, &held.record, context.now_real.plus_ms(wait));
            }
        }
        _ => return,
    }
    draft.save(context, &mut held, Transition::AttemptChanged);
}

/// The call that gives an attempt's money back: a refund of what was taken, a void of what was only authorized.
pub fn reverse(context: &mut Context<'_>, held: &Attempt) -> Option<Call> {
    let first = held.request.as_ref().filter(|_| !held.reversed)?;
    let was_taken = first.verb == Verb::Capture || first.terms.capture;
    let amount = match &held.contradiction {
        Some(Outcome::Approved(approval)) => approval.amount.unwrap_or(first.amount),
        _ => first.amount,
    };
    let request = ProcessorRequest {
        verb: match was_taken {
            true => Verb::Refund,
            false => Verb::Void,
        },
        reference: format!("{}-rev{}", first.reference, held.reversals),
        original: Some(
            first
                .original
                .clone()
                .unwrap_or_else(|| first.reference.clone()),
        ),
        amount,
        terms: Terms::default(),
        ..first.clone()
    };
    let attempt = Attempt::new(context, Target::Attempt(held.id.clone()), &request);
    Some(Call { attempt, request })
}
