//! Crash drills: `florin dev` with `FLORIN_CRASH_AT=N` ends at its N-th step as a crash would, for tests of recovery.
//!
//! Shape: a counter of steps, and two decorators that pass it: [`CrashingStore`] before and after each commit that
//! changes something or touches an idempotency key, [`CrashingProcessor`] before and after each call. Each step is
//! logged before it may be the last one. `0` names no step, so that the steps of a whole run can be read in its log. A
//! processor outside that is to outlive the crash is a `florin sandbox-processor`. Deliberately absent: crashes inside a
//! commit (the tests that kill at random moments meet those) and power cuts.

use anyhow::{Context, Result};
use florin_domain::processor::ProcessorRequest;
use florin_processors::{InquiryFuture, Processor, ProcessorFuture, Secrets, forward_to_processor};
use florin_store::{Commit, LeasedJob, Store, StoreFuture, forward_to_store};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of the step at which the process ends; 0 for none.
pub const CRASH_AT: &str = "FLORIN_CRASH_AT";
/// How long a processor may take during a drill, in milliseconds. Recovery asks after twice that.
pub const PROCESSOR_TIMEOUT_MS: u64 = 1_000;

/// The steps of a process.
pub struct Steps {
    last: u64,
    passed: AtomicU64,
}

impl Steps {
    /// What the environment asks for; `None` without the variable.
    pub fn from_environment() -> Result<Option<Arc<Steps>>> {
        let Some(text) = std::env::var_os(CRASH_AT) else {
            return Ok(None);
        };
        let number = text.to_str().and_then(|text| text.parse().ok());
        let last = number
            .with_context(|| format!("{CRASH_AT} has to be the number of a step, or 0 for none"))?;
        tracing::warn!(
            step = last,
            "{CRASH_AT} is set: THIS SERVER ENDS WITHOUT WARNING AT THAT STEP. It is for tests of recovery only"
        );
        Ok(Some(Arc::new(Steps {
            last,
            passed: AtomicU64::new(0),
        })))
    }

    /// The store with steps around its commits.
    pub fn around_store(self: &Arc<Self>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(CrashingStore {
            inner,
            steps: Arc::clone(self),
        })
    }

    /// The processor with steps around its calls.
    pub fn around_processor(self: &Arc<Self>, inner: Arc<dyn Processor>) -> Arc<dyn Processor> {
        Arc::new(CrashingProcessor {
            inner,
            steps: Arc::clone(self),
        })
    }

    fn pass(&self, place: &'static str) {
        let step = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        tracing::info!(step, place, "a step of the crash drill");
        if step == self.last {
            std::process::abort();
        }
    }
}

/// A store that may be the last thing that this process asks.
struct CrashingStore {
    inner: Arc<dyn Store>,
    steps: Arc<Steps>,
}

impl Store for CrashingStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        // The bare end of a job is housekeeping, whose moment differs from run to run.
        if commit.changes.is_empty() && commit.claim.is_none() {
            return self.inner.commit(commit);
        }
        Box::pin(async move {
            self.steps.pass("before commit");
            let done = self.inner.commit(commit).await;
            self.steps.pass("after commit");
            done
        })
    }

    forward_to_store!(inner: get, list, find, saved, lease, renew, next_due, jobs, balances, transactions, epoch, prune, health);
}

/// A processor that may be the last thing that this process asks.
struct CrashingProcessor {
    inner: Arc<dyn Processor>,
    steps: Arc<Steps>,
}

impl Processor for CrashingProcessor {
    fn call<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> ProcessorFuture<'a> {
        Box::pin(async move {
            self.steps.pass("before call");
            let outcome = self.inner.call(request, secrets).await;
            self.steps.pass("after call");
            outcome
        })
    }

    fn inquire<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> InquiryFuture<'a> {
        self.inner.inquire(request, secrets)
    }

    forward_to_processor!(inner);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_are_not_the_chosen_one_are_passed() {
        let steps = Steps {
            last: 0,
            passed: AtomicU64::new(0),
        };
        steps.pass("before commit");
        steps.pass("after commit");
        assert_eq!(steps.passed.load(Ordering::SeqCst), 2);
    }
}
