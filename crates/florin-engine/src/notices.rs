//! What processors tell by themselves: late outcomes, outcomes told twice, refunds that moved on.
//!
//! A notice finds its attempt by our reference, which was taken as a unique key before the call. It is settled like the
//! answer to an inquiry; the recovery job finds the attempt settled and ends. Deliberately absent: trust in the order of
//! notices, or in their being told once.

use crate::Engine;
use crate::jobs::halted;
use crate::mutation::SETTLE_TRIES_MAX;
use crate::step::Step;
use florin_base::Scope;
use florin_domain::payments::{self, Attempt, AttemptState, Charge, Refund, RefundInputs, Target};
use florin_domain::processor::Outcome;
use florin_domain::{RecordKey, Versioned};
use florin_processors::{NoticeError, ProcessorNotice};
use florin_store::{Commit, StoreError};
use std::sync::Arc;

/// The space in which an attempt is found by its reference, in the whole installation.
pub(crate) const REFERENCE_SPACE: &str = "processor_reference";

/// What became of a delivery of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// All are recorded, or were before. A processor may forget them.
    Recorded,
    /// The processor has to send them again later.
    TryAgain,
    /// They are not the processor's, or not readable.
    Refused(NoticeError),
}

impl Engine {
    /// Takes what the processor of a mode sent. Header names are in lower case.
    pub async fn take_notices(
        self: &Arc<Self>,
        live: bool,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Noticed {
        let Some(processor) = self.world.processors.for_scope(live) else {
            return Noticed::Refused(NoticeError::NotTaken);
        };
        let told = match processor.parse_notice(headers, body) {
            Ok(told) => told,
            Err(error) => return Noticed::Refused(error),
        };
        for notice in told {
            if let Err(error) = self.take_notice(notice, live).await {
                tracing::warn!(%error, "a processor's notice could not be recorded; it has to be sent again");
                return Noticed::TryAgain;
            }
        }
        Noticed::Recorded
    }

    async fn take_notice(
        self: &Arc<Self>,
        notice: ProcessorNotice,
        live: bool,
    ) -> Result<(), StoreError> {
        let ProcessorNotice { reference, outcome } = notice;
        let found = self
            .world
            .store
            .find(None, REFERENCE_SPACE, &reference)
            .await?;
        let Some(key) = found.filter(|key| key.scope.live == live) else {
            tracing::warn!(%reference, "a processor told of a reference that nobody knows");
            return Ok(());
        };
        let mut last = StoreError::Conflict;
        for _ in 0..SETTLE_TRIES_MAX {
            match self.settle_notice(&key, outcome.clone()).await {
                Err(StoreError::Conflict) => last = StoreError::Conflict,
                result => return result,
            }
        }
        Err(last)
    }

    async fn settle_notice(
        self: &Arc<Self>,
        key: &RecordKey,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let scope = &key.scope;
        let mut step = Step::new(self, scope, None);
        let held: Option<Versioned<Attempt>> = halted(step.find(&key.id).await)?;
        let Some(held) = held else {
            return Ok(());
        };
        let mut claim = None;
        match (&held.record.state, &held.record.target) {
            (AttemptState::Settled, Target::Refund(id)) if !is_refused(&held.record) => {
                self.move_refund(&mut step, id, &outcome).await?;
            }
            (state, _) => {
                let was_open = *state == AttemptState::Processing;
                let recorded = halted(self.settle_step(&mut step, &key.id, outcome.clone()).await)?;
                if was_open && held.record.is_ended_by(&outcome) {
                    claim = self.orphaned(&held.record, &step, recorded).await?;
                }
            }
        }
        self.commit_notice(scope, step, claim).await
    }

    /// A refund that was recorded as on its way, or as done, has moved on.
    async fn move_refund(
        self: &Arc<Self>,
        step: &mut Step,
        id: &str,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let Some(mut refund) = halted(step.find::<Refund>(id).await)? else {
            return Ok(());
        };
        let Some(charge) = halted(step.find::<Charge>(&refund.record.charge).await)? else {
            return Ok(());
        };
        let warning = halted(step.warning_of(&charge.record).await)?;
        let back = RefundInputs { charge, warning };
        let (draft, mut context) = step.parts();
        payments::settle_inquiry(draft, &mut context, &mut refund, back, outcome);
        Ok(())
    }

    async fn commit_notice(
        self: &Arc<Self>,
        scope: &Scope,
        step: Step,
        claim: Option<florin_store::IdempotencyClaim>,
    ) -> Result<(), StoreError> {
        let changes = step.take();
        if changes.is_empty() && claim.is_none() {
            return Ok(());
        }
        let commit = Commit {
            changes,
            claim,
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(scope, commit, false).await
    }
}

/// Its recorded end is a refusal: an approval now contradicts it.
fn is_refused(attempt: &Attempt) -> bool {
    attempt.decline().is_some()
}
