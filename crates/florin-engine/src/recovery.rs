//! Recovery: an attempt whose process died, or whose outcome nobody knows, is asked for and settled.
//!
//! The reply of its idempotency key is saved with the settlement, so that the client's next try is answered as the
//! first one would have been, without its expansions. What the processor never saw is not done again from the start: once
//! the processor's visibility delay is over it is recorded as failed. That is an assumption, so recovery goes on asking
//! for days; an approval that shows up after all is given back.

use crate::Engine;
use crate::jobs::{halted, nobody};
use crate::read::render_answer;
use crate::scheduler::{finish, member};
use crate::settle::Recorded;
use crate::step::{Answer, Step};
use florin_base::Millis;
use florin_domain::payments::{
    Attempt, AttemptState, Charge, PaymentIntent, Refund, SetupIntent, Target,
};
use florin_domain::processor::{Decline, Outcome};
use florin_domain::transitions::Transition;
use florin_domain::{Entity, RecordKey, Versioned};
use florin_processors::Inquiry;
use florin_store::{Commit, IdempotencyClaim, LeasedJob, StoreError};
use florin_wire::versions::{ApiVersion, NEWEST};
use std::sync::Arc;

/// Waits between inquiries in milliseconds; the last one repeats.
const ASK_AGAIN_MS: [i64; 6] = [1_000, 5_000, 30_000, 300_000, 3_600_000, 86_400_000];
/// "Not found" counts as never sent when the processor has said it so often before.
const NOT_FOUND_COUNTS_AFTER: u32 = 2;
/// What was assumed to be never sent is asked for so long, in milliseconds.
const WATCHED_MS: i64 = 8 * 86_400_000;

/// The wait before the next inquiry, in milliseconds.
fn wait_ms(attempt: &Attempt) -> i64 {
    ASK_AGAIN_MS[(attempt.asked as usize).min(ASK_AGAIN_MS.len() - 1)]
}

impl Engine {
    /// Asks what became of an attempt, and settles it if it is known by now.
    pub(crate) async fn recover(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let held: Option<Versioned<Attempt>> =
            halted(step.find(member(&leased.job, "attempt")).await)?;
        let Some(held) = held else {
            return self.finish_job(leased, None).await;
        };
        if !is_asked_for(&held.record) {
            return self.end_recovery(leased, &held.record, step).await;
        }
        let Some(request) = held.record.request.clone() else {
            return self.finish_job(leased, None).await;
        };
        // The processor said that it will not know before.
        let from = held.record.ask_from;
        if from.is_some_and(|from| self.world.clock.now() < from) {
            return self.finish_job(leased, from).await;
        }
        let sealed = self.sealed_of(&mut step, &request).await?;
        let inquiry = self.inform(&request, sealed.as_ref()).await;
        match held.record.state {
            AttemptState::Processing => self.resolve(leased, held, step, inquiry).await,
            _ => self.watch(leased, held, step, inquiry).await,
        }
    }

    /// Somebody else recorded the end. Should the key of the request still be open, it is answered now: after this nobody
    /// would.
    async fn end_recovery(
        self: &Arc<Self>,
        leased: &LeasedJob,
        attempt: &Attempt,
        step: Step,
    ) -> Result<(), StoreError> {
        let recorded = Recorded::before(attempt);
        let claim = self.orphaned(attempt, &step, recorded).await?;
        self.end(leased, step, claim, None).await
    }

    /// Ends a look with what it found out: changes, the answer of an open key, and when to look again.
    async fn end(
        self: &Arc<Self>,
        leased: &LeasedJob,
        step: Step,
        claim: Option<IdempotencyClaim>,
        again: Option<Millis>,
    ) -> Result<(), StoreError> {
        let commit = Commit {
            changes: step.take(),
            claim,
            finish: Some(finish(leased, again)),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(&leased.job.scope, commit, false).await
    }

    /// An attempt that nobody knows the end of.
    async fn resolve(
        self: &Arc<Self>,
        leased: &LeasedJob,
        mut held: Versioned<Attempt>,
        step: Step,
        inquiry: Inquiry,
    ) -> Result<(), StoreError> {
        let outcome = match inquiry {
            Inquiry::Known(outcome) if held.record.is_ended_by(&outcome) => outcome,
            Inquiry::Known(_) => Outcome::Unknown,
            Inquiry::NotFound if self.counts_as_never_sent(&held.record) => {
                held.record.assumed = true;
                Outcome::Declined(never_sent())
            }
            Inquiry::NotFound => {
                held.record.not_found += 1;
                Outcome::Unknown
            }
            Inquiry::Unknown => Outcome::Unknown,
        };
        match outcome {
            Outcome::Unknown => self.ask_again(leased, held, step).await,
            known => self.settle_recovered(leased, held, step, known).await,
        }
    }

    /// True when the processor would show the call by now, had it received it.
    fn counts_as_never_sent(&self, attempt: &Attempt) -> bool {
        let Some(request) = &attempt.request else {
            return false;
        };
        let shown_by = self.shown_by(attempt, request.scope.live);
        attempt.not_found >= NOT_FOUND_COUNTS_AFTER && self.world.clock.now() >= shown_by
    }

    /// When the processor shows a call that it received.
    fn shown_by(&self, attempt: &Attempt, live: bool) -> Millis {
        let processor = self.world.processors.for_scope(live);
        let delay_ms = processor.map_or(0, |processor| processor.visibility_delay_ms());
        // The call was begun within one time-out of its announcement and ended within another.
        let ended_ms = 2 * self.world.settings.processor_timeout_ms;
        attempt
            .created
            .millis()
            .plus_ms((ended_ms + delay_ms) as i64)
    }

    /// An attempt that was assumed to be never sent: should it show up, what it took is given back.
    async fn watch(
        self: &Arc<Self>,
        leased: &LeasedJob,
        mut held: Versioned<Attempt>,
        mut step: Step,
        inquiry: Inquiry,
    ) -> Result<(), StoreError> {
        let now = self.world.clock.now();
        let until = held.record.created.millis().plus_ms(WATCHED_MS);
        let again = match inquiry {
            Inquiry::Known(outcome) => {
                let attempt = held.record.id().to_owned();
                halted(self.settle_step(&mut step, &attempt, outcome).await)?;
                None
            }
            Inquiry::NotFound | Inquiry::Unknown => {
                let next = now.plus_ms(wait_ms(&held.record));
                held.record.asked += 1;
                let (draft, mut context) = step.parts();
                draft.save(&mut context, &mut held, Transition::AttemptChanged);
                (next < until).then_some(next)
            }
        };
        self.end(leased, step, None, again).await
    }

    async fn ask_again(
        self: &Arc<Self>,
        leased: &LeasedJob,
        mut held: Versioned<Attempt>,
        mut step: Step,
    ) -> Result<(), StoreError> {
        let mut wait = wait_ms(&held.record);
        // One inquiry falls on the moment from which "not found" counts: the client's key waits for it.
        let shown_by = self.shown_by(&held.record, leased.job.scope.live);
        let until_shown = shown_by.0 - self.world.clock.now().0;
        if until_shown > 0 {
            wait = wait.min(until_shown.max(ASK_AGAIN_MS[0]));
        }
        if !held.record.told {
            let attempt = held.record.id().to_owned();
            halted(
                self.settle_step(&mut step, &attempt, Outcome::Unknown)
                    .await,
            )?;
            let not_found = held.record.not_found;
            held = halted(step.in_url::<Attempt>(&attempt, "attempt").await)?;
            held.record.not_found = not_found;
        }
        held.record.asked += 1;
        let again = {
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::AttemptChanged);
            context.now_real.plus_ms(wait)
        };
        self.end(leased, step, None, Some(again)).await
    }

    async fn settle_recovered(
        self: &Arc<Self>,
        leased: &LeasedJob,
        held: Versioned<Attempt>,
        mut step: Step,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let attempt = held.record.id().to_owned();
        let recorded = halted(self.settle_step(&mut step, &attempt, outcome).await)?;
        let again = match held.record.assumed {
            true => Some(self.assume(&mut step, &attempt).await?),
            false => None,
        };
        let claim = self.orphaned(&held.record, &step, recorded).await?;
        self.end(leased, step, claim, again).await
    }

    /// Notes that an end was assumed, and says when to look again.
    async fn assume(&self, step: &mut Step, attempt: &str) -> Result<Millis, StoreError> {
        let mut held = halted(step.in_url::<Attempt>(attempt, "attempt").await)?;
        held.record.assumed = true;
        held.record.asked += 1;
        let wait = wait_ms(&held.record);
        let (draft, mut context) = step.parts();
        draft.save(&mut context, &mut held, Transition::AttemptChanged);
        Ok(context.now_real.plus_ms(wait))
    }

    /// The open idempotency key of an attempt, to be finished with its reply.
    pub(crate) async fn orphaned(
        &self,
        attempt: &Attempt,
        step: &Step,
        recorded: Recorded,
    ) -> Result<Option<IdempotencyClaim>, StoreError> {
        let scope = step.scope();
        let Some(cause) = &attempt.cause else {
            return Ok(None);
        };
        let Some(key) = cause.idempotency_key.clone() else {
            return Ok(None);
        };
        let saved = self.world.store.saved(scope, &key).await?;
        let open = saved.filter(|saved| {
            saved.reply.is_none() && saved.attempt.as_deref() == Some(attempt.id())
        });
        let Some(saved) = open else {
            return Ok(None);
        };
        let mut caller = nobody(self, scope, &cause.id);
        let version = attempt.api_version.as_deref();
        caller.version = version
            .and_then(|text| ApiVersion::parse(text).ok())
            .unwrap_or(NEWEST);
        let key_of = match &attempt.answer {
            Some((kind, id)) => RecordKey::new(scope, *kind, id),
            None => target_key(scope, &attempt.target),
        };
        let answer = match attempt.by_front {
            true => Answer::Front(key_of, None),
            false => Answer::Record(key_of),
        };
        let reply = halted(render_answer(step, &caller, &answer, recorded).await)?;
        Ok(Some(IdempotencyClaim {
            scope: scope.clone(),
            key,
            hash: saved.hash,
            request: cause.id.clone(),
            reply: Some(reply),
            is_held: true,
            attempt: None,
        }))
    }
}

/// Its end is unknown, or was only assumed.
fn is_asked_for(attempt: &Attempt) -> bool {
    match attempt.state {
        AttemptState::Processing => true,
        AttemptState::Settled => attempt.assumed && attempt.contradiction.is_none(),
        AttemptState::Quarantined => false,
    }
}

/// The object that an attempt's request is answered with.
fn target_key(scope: &florin_base::Scope, target: &Target) -> RecordKey {
    match target {
        Target::Intent(id) => RecordKey::new(scope, PaymentIntent::KIND, id),
        Target::Charge(id) => RecordKey::new(scope, Charge::KIND, id),
        Target::Setup(id) => RecordKey::new(scope, SetupIntent::KIND, id),
        Target::Refund(id) => RecordKey::new(scope, Refund::KIND, id),
        Target::Attempt(id) => RecordKey::new(scope, Attempt::KIND, id),
    }
}

/// The decline of a request that the processor never saw.
fn never_sent() -> Decline {
    Decline {
        code: "processing_error".to_owned(),
        decline_code: Some("processing_error".to_owned()),
        message: "The processor never received this payment. No money moved; try again.".to_owned(),
        ..Decline::default()
    }
}
