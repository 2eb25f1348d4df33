//! Recovery: an attempt whose process died, or whose outcome nobody knows, is asked for and settled.
//!
//! The reply of its idempotency key is saved with the settlement, so that the client's next try is answered as the
//! first one would have been. What the processor never saw is not done again from the start: it is recorded as failed
//! once the processor's own visibility delay is over.

use crate::Engine;
use crate::jobs::{halted, nobody};
use crate::read::render_answer;
use crate::scheduler::{finish, member};
use crate::step::{Answer, Step};
use florin_domain::payments::{
    Attempt, AttemptState, Charge, PaymentIntent, Refund, SetupIntent, Target,
};
use florin_domain::processor::{Decline, Outcome};
use florin_domain::transitions::Transition;
use florin_domain::{Entity, RecordKey, Versioned};
use florin_processors::Inquiry;
use florin_store::{Commit, IdempotencyClaim, LeasedJob, Reply, StoreError};
use florin_wire::versions::{ApiVersion, NEWEST};
use std::sync::Arc;

/// Waits between inquiries in milliseconds; the last one repeats.
const ASK_AGAIN_MS: [i64; 6] = [1_000, 5_000, 30_000, 300_000, 3_600_000, 86_400_000];
/// "Not found" counts as never sent when the processor has said it so often before.
const NOT_FOUND_COUNTS_AFTER: u32 = 2;

impl Engine {
    /// Asks what became of an attempt, and settles it if it is known by now.
    pub(crate) async fn recover(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let held: Option<Versioned<Attempt>> =
            halted(step.find(member(&leased.job, "attempt")).await)?;
        let Some(mut held) = held.filter(|held| held.record.state == AttemptState::Processing)
        else {
            return self.finish_job(leased, None).await;
        };
        let Some(request) = held.record.request.clone() else {
            return self.finish_job(leased, None).await;
        };
        let Some(processor) = self.world.processors.for_scope(leased.job.scope.live) else {
            return Err(StoreError::Unavailable("no processor to ask".to_owned()));
        };
        let sealed = self.sealed_of(&mut step, &request).await?;
        let outcome = match processor
            .inquire(&request, self.inquiry(sealed.as_ref()))
            .await
        {
            Inquiry::Known(outcome) => outcome,
            Inquiry::NotFound if held.record.not_found >= NOT_FOUND_COUNTS_AFTER => {
                Outcome::Declined(never_sent())
            }
            Inquiry::NotFound => {
                held.record.not_found += 1;
                Outcome::Unknown
            }
            Inquiry::Unknown => Outcome::Unknown,
        };
        match outcome {
            Outcome::Unknown | Outcome::Pending { .. } => self.ask_again(leased, held, step).await,
            known => self.settle_recovered(leased, held, step, known).await,
        }
    }

    async fn ask_again(
        self: &Arc<Self>,
        leased: &LeasedJob,
        mut held: Versioned<Attempt>,
        mut step: Step,
    ) -> Result<(), StoreError> {
        let wait = ASK_AGAIN_MS[(held.record.asked as usize).min(ASK_AGAIN_MS.len() - 1)];
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
        let commit = Commit {
            changes: step.take(),
            finish: Some(finish(leased, Some(again))),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(&leased.job.scope, commit, false).await
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
        let scope = &leased.job.scope;
        let mut caller = nobody(
            scope,
            held.record.cause.as_ref().map_or("", |cause| &cause.id),
        );
        caller.version = held
            .record
            .api_version
            .as_deref()
            .and_then(|text| ApiVersion::parse(text).ok())
            .unwrap_or(NEWEST);
        let answer = Answer::Record(match &held.record.answer {
            Some((kind, id)) => RecordKey::new(scope, *kind, id),
            None => target_key(scope, &held.record.target),
        });
        let reply = halted(render_answer(&step, &caller, &answer, recorded).await)?;
        let claim = self
            .orphaned(&held.record, &caller.request, reply, leased)
            .await?;
        let commit = Commit {
            changes: step.take(),
            claim,
            finish: Some(finish(leased, None)),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(scope, commit, false).await
    }

    /// The open idempotency key of an attempt, to be finished with its reply.
    async fn orphaned(
        &self,
        attempt: &Attempt,
        request: &str,
        reply: Reply,
        leased: &LeasedJob,
    ) -> Result<Option<IdempotencyClaim>, StoreError> {
        let Some(key) = attempt
            .cause
            .as_ref()
            .and_then(|cause| cause.idempotency_key.clone())
        else {
            return Ok(None);
        };
        let saved = self.world.store.saved(&leased.job.scope, &key).await?;
        let open = saved.filter(|saved| {
            saved.reply.is_none() && saved.attempt.as_deref() == Some(attempt.id())
        });
        Ok(open.map(|saved| IdempotencyClaim {
            scope: leased.job.scope.clone(),
            key,
            hash: saved.hash,
            now: self.world.clock.now(),
            request: request.to_owned(),
            reply: Some(reply),
            is_held: true,
            attempt: None,
        }))
    }
}

/// The object that an attempt's request is answered with.
fn target_key(scope: &florin_base::Scope, target: &Target) -> RecordKey {
    match target {
        Target::Intent(id) => RecordKey::new(scope, PaymentIntent::KIND, id),
        Target::Charge(id) => RecordKey::new(scope, Charge::KIND, id),
        Target::Setup(id) => RecordKey::new(scope, SetupIntent::KIND, id),
        Target::Refund(id) => RecordKey::new(scope, Refund::KIND, id),
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
