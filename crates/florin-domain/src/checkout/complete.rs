//! A session follows its intent: in the same commit it is complete, or learns that delayed money came or will not come.

use super::expire::give_up;
use super::link::count;
use super::{CheckoutSession, PaidState, PaymentLink, SessionStatus};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{IntentStatus, PaymentIntent, SetupIntent, SetupStatus};
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;

/// Follows a payment. An intent that still asks the buyer for something changes nothing.
///
/// Total: a session that is over learns of money all the same, because the money is real. `link` is that of a session which
/// counts with it.
pub fn follow_intent(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    intent: &PaymentIntent,
    mut link: Option<&mut Versioned<PaymentLink>>,
) {
    let session = &held.record;
    let was_complete = session.status == SessionStatus::Complete;
    let waits = session.paid == PaidState::Unpaid;
    let completed = session.told(Transition::SessionCompleted, Transition::FrontCompleted);
    let (paid, transition) = match (intent.status, was_complete) {
        (IntentStatus::Succeeded, false) => (PaidState::Paid, completed),
        (IntentStatus::Succeeded, true) if waits && intent.tried.is_delayed() => {
            let late = session.told(Transition::SessionPaidLate, Transition::FrontPaidLate);
            (PaidState::Paid, late)
        }
        (IntentStatus::Succeeded, true) if waits => (PaidState::Paid, Transition::SessionChanged),
        (IntentStatus::RequiresCapture, false) => (PaidState::Unpaid, completed),
        (IntentStatus::Processing | IntentStatus::RequiresAction, false)
            if intent.tried.is_delayed() =>
        {
            (PaidState::Unpaid, completed)
        }
        (IntentStatus::RequiresPaymentMethod, false) => {
            return declined(draft, context, held, intent);
        }
        (IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled, true)
            if waits && intent.tried.is_delayed() =>
        {
            held.record.count_decline();
            give_back(draft, context, &mut held.record, link.as_deref_mut());
            let failed = (Transition::SessionFailedLate, Transition::FrontFailedLate);
            (PaidState::Unpaid, held.record.told(failed.0, failed.1))
        }
        // An authorization that was given up, or that ran out.
        (IntentStatus::Canceled, true) if waits && session.counts => {
            give_back(draft, context, &mut held.record, link.as_deref_mut());
            (PaidState::Unpaid, Transition::SessionChanged)
        }
        _ => return,
    };
    held.record.status = SessionStatus::Complete;
    held.record.paid = paid;
    draft.save(context, held, transition);
    if !was_complete {
        count(draft, context, &held.record, (link, 1));
    }
}

/// The money of a session that was counted will not come: its place is free again.
fn give_back(
    draft: &mut Draft,
    context: &mut Context<'_>,
    session: &mut CheckoutSession,
    link: Option<&mut Versioned<PaymentLink>>,
) {
    count(draft, context, session, (link, -1));
    session.counts = false;
}

impl CheckoutSession {
    fn count_decline(&mut self) {
        self.declined = true;
        self.declines += 1;
    }
}

/// Another try may follow. Only whoever uses the front door is told of this one by its session.
fn declined(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    intent: &PaymentIntent,
) {
    if held.record.order.is_some() && intent.last_error.is_some() {
        held.record.count_decline();
        draft.save(context, held, Transition::FrontDeclined);
    }
}

/// Follows a set-up.
pub fn follow_setup(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    setup: &SetupIntent,
) {
    if setup.status != SetupStatus::Succeeded || held.record.status == SessionStatus::Complete {
        return;
    }
    held.record.status = SessionStatus::Complete;
    held.record.paid = PaidState::NotRequired;
    let transition = held
        .record
        .told(Transition::SessionCompleted, Transition::FrontCompleted);
    draft.save(context, held, transition);
}

/// Ends a session that has nothing to be paid: no processor is asked, and what an earlier press began is given up.
///
/// # Errors
/// The earlier payment is under way.
pub fn complete_free(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    earlier: Option<Versioned<PaymentIntent>>,
    link: Option<&mut Versioned<PaymentLink>>,
) -> Result<(), Refusal> {
    debug_assert!(held.record.is_free());
    if let Some(intent) = earlier {
        give_up(draft, context, intent)?;
    }
    held.record.status = SessionStatus::Complete;
    held.record.paid = PaidState::NotRequired;
    let transition = held
        .record
        .told(Transition::SessionCompleted, Transition::FrontCompleted);
    draft.save(context, held, transition);
    count(draft, context, &held.record, (link, 1));
    Ok(())
}
