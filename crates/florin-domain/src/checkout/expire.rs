//! The end of a session that nobody paid.

use super::{CheckoutSession, SessionStatus};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{CancelInputs, IntentStatus, PaymentIntent, SetupIntent, SetupStatus};
use crate::payments::{cancel, cancel_setup};
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::Timestamp;

/// For so long a buyer may begin an expired session anew.
const RECOVERABLE_S: i64 = 30 * 24 * 3_600;

impl CheckoutSession {
    /// Whether its time is over at `now`, although nothing has ended it yet.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.status == SessionStatus::Open && self.expires <= now
    }

    /// As everybody is told of it at `now`: what is due has expired, for its job ends it in a moment and nobody can pay any more.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> CheckoutSession {
        if self.is_due(now) {
            self.status = SessionStatus::Expired;
        }
        self
    }
}

/// Ends a session and gives up its intent, so that nobody can pay any more.
///
/// # Errors
/// It is over already; or its payment is under way, whose outcome comes first ([`Refusal::Busy`]).
pub fn expire(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    intent: Option<Versioned<PaymentIntent>>,
    setup: Option<Versioned<SetupIntent>>,
) -> Result<(), Refusal> {
    if held.record.status != SessionStatus::Open {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            held.record.status.word()
        );
        return Err(Refusal::plain(None, message));
    }
    if let Some(intent) = intent {
        give_up(draft, context, intent)?;
    }
    if let Some(mut setup) = setup.filter(|held| held.record.status != SetupStatus::Canceled) {
        if setup.record.attempt.is_some() {
            return Err(Refusal::Busy);
        }
        cancel_setup(draft, context, &mut setup, None)?;
    }
    held.record.status = SessionStatus::Expired;
    if held.record.recovers {
        held.record.recoverable_until = Some(context.now.plus_seconds(RECOVERABLE_S));
    }
    let transition = held
        .record
        .told(Transition::SessionExpired, Transition::FrontExpired);
    draft.save(context, held, transition);
    Ok(())
}

/// An open session's intent was never authorized, so that cancelling it asks no processor.
pub(super) fn give_up(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: Versioned<PaymentIntent>,
) -> Result<(), Refusal> {
    match intent.record.status {
        IntentStatus::Canceled => Ok(()),
        IntentStatus::Processing | IntentStatus::Succeeded | IntentStatus::RequiresCapture => {
            Err(Refusal::Busy)
        }
        _ => {
            let inputs = CancelInputs {
                intent,
                charge: None,
            };
            cancel(draft, context, inputs, None).map(|_| ())
        }
    }
}
