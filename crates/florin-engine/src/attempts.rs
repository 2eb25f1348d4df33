//! Attempts as an operator sees them: what is unknown, what was put aside, and how a person decides on it.

use crate::Engine;
use crate::jobs::halted;
use crate::keys::AdminError;
use crate::step::Step;
use florin_base::Scope;
use florin_domain::payments::{Alarm, Attempt, AttemptState};
use florin_domain::processor::{Approval, Decline, Outcome};
use florin_domain::transitions::Transition;
use florin_domain::{Entity, Kind, Versioned};
use florin_store::{Commit, ListQuery, StoreError};
use std::sync::Arc;

/// Attempts of one state that are listed.
const LISTED_MAX: usize = 1_000;

/// How a person decides on an attempt that was put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The processor did what it was asked; the amount that it told was a mistake.
    Approve,
    /// The processor did nothing.
    Decline,
    /// Whatever the processor did is given back.
    Reverse,
}

impl Engine {
    /// The attempts of a scope whose end nobody knows, or which need a person, the newest first.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn open_attempts(&self, scope: &Scope) -> Result<Vec<Attempt>, StoreError> {
        let mut found = Vec::new();
        for state in ["processing", "quarantined"] {
            let query = ListQuery::newest(scope, Kind::Attempt, LISTED_MAX).with("state", state);
            let page = self.world.store.list(&query).await?;
            found.extend(
                page.into_iter()
                    .filter_map(|held| Attempt::from_record(held.record)),
            );
        }
        found.sort_by(|a, b| (b.created, b.id()).cmp(&(a.created, a.id())));
        Ok(found)
    }

    /// The newest attempts of a scope of any state, those with an alarm marked by it.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn attempts(
        &self,
        scope: &Scope,
        limit: usize,
    ) -> Result<Vec<(Attempt, Option<Alarm>)>, StoreError> {
        let query = ListQuery::newest(scope, Kind::Attempt, limit.min(LISTED_MAX));
        let page = self.world.store.list(&query).await?;
        let attempts = page
            .into_iter()
            .filter_map(|held| Attempt::from_record(held.record));
        Ok(attempts
            .map(|attempt| {
                let alarm = attempt.alarm();
                (attempt, alarm)
            })
            .collect())
    }

    /// Carries out what a person decided on an attempt that was put aside.
    ///
    /// # Errors
    /// There is no such attempt, it was not put aside, or the store does not answer.
    pub async fn resolve_attempt(
        self: &Arc<Self>,
        scope: &Scope,
        id: &str,
        resolution: Resolution,
    ) -> Result<(), AdminError> {
        let mut step = Step::new(self, scope, None);
        let held: Option<Versioned<Attempt>> = halted(step.find(id).await)?;
        let mut held = held.ok_or_else(|| {
            AdminError::Missing(format!(
                "there is no attempt {id}; `florin attempts` shows them"
            ))
        })?;
        if held.record.state != AttemptState::Quarantined {
            return Err(AdminError::Missing(format!(
                "the attempt {id} was not put aside, so there is nothing to decide; recovery asks the processor by itself"
            )));
        }
        let told = held.record.outcome.take();
        held.record.state = AttemptState::Processing;
        {
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::AttemptChanged);
        }
        let first = match resolution {
            Resolution::Approve => approved(told.clone()),
            Resolution::Decline | Resolution::Reverse => Outcome::Declined(put_aside()),
        };
        let recorded = halted(self.settle_step(&mut step, id, first).await)?;
        if let (Resolution::Reverse, Some(told)) = (resolution, told) {
            // An approval after a recorded end is what gives its money back.
            halted(self.settle_step(&mut step, id, told).await)?;
        }
        let claim = self.orphaned(&held.record, &step, recorded).await?;
        let commit = Commit {
            changes: step.take(),
            claim,
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(scope, commit, false).await?;
        Ok(())
    }
}

/// What the processor told, without the amount that was in doubt.
fn approved(told: Option<Outcome>) -> Outcome {
    match told {
        Some(Outcome::Approved(approval)) => Outcome::Approved(Approval {
            amount: None,
            currency: None,
            ..approval
        }),
        _ => Outcome::Approved(Approval::default()),
    }
}

fn put_aside() -> Decline {
    Decline {
        code: "processing_error".to_owned(),
        decline_code: Some("processing_error".to_owned()),
        message: "The processor's answer did not fit this payment, so that it was not accepted. Try again.".to_owned(),
        ..Decline::default()
    }
}
