//! The scheduler: works on jobs, those of the outbox at once and those of the store when they are due.
//!
//! Money is leased apart from messages, so that a flood of webhooks never delays the recovery of a payment. Every lane has
//! its own workers (see [`crate::lanes`]). A job that fails is tried again later, with growing waits.

use crate::Engine;
use crate::lanes::{HELD_MAX, Lanes, RENEW_AFTER_MS};
use florin_base::Millis;
use florin_domain::changes::{Job, JobKind};
use florin_store::{Commit, Finish, LeasedJob, StoreError, Wanted};
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Jobs taken from the outbox or leased from the store at once.
const BATCH_MAX: usize = 256;
/// The store is asked for due jobs at least so often, in milliseconds.
const POLL_MS: u64 = 1_000;
/// A job that failed waits so long, in milliseconds; after each further failure twice as long.
pub const RETRY_MS: i64 = 5_000;
/// The longest such wait, in milliseconds.
pub(crate) const RETRY_MS_MAX: i64 = 3_600_000;
/// Failures that are remembered; beyond that a job is tried again after the first wait.
const FAILURES_MAX: usize = 10_000;
/// What moves money or the state of a payment.
const MONEY: [JobKind; 10] = [
    JobKind::Recover,
    JobKind::RefundInquiry,
    JobKind::AuthorizationExpiry,
    JobKind::Void,
    JobKind::Reverse,
    JobKind::Release,
    JobKind::SessionExpiry,
    JobKind::ActionExpiry,
    JobKind::Detach,
    JobKind::PruneKeys,
];
/// What tells others.
const MESSAGES: [JobKind; 4] = [
    JobKind::FanOut,
    JobKind::Deliver,
    JobKind::Receipt,
    JobKind::RefundReceipt,
];

/// What a process that is full of messages leases all the same: lanes that are idle get their jobs.
const MESSAGES_LEASED_MIN: usize = 16;

/// Whether a job moves money or the state of a payment.
pub(crate) fn moves_money(leased: &LeasedJob) -> bool {
    MONEY.contains(&leased.job.kind)
}

/// How many jobs of some kinds are leased at once by a process that holds so many.
fn room(kinds: &[JobKind], held: usize) -> usize {
    let left = HELD_MAX.saturating_sub(held);
    match kinds.iter().all(|kind| MONEY.contains(kind)) {
        true => BATCH_MAX,
        false => left.clamp(MESSAGES_LEASED_MIN, BATCH_MAX),
    }
}

/// The jobs of one process.
#[derive(Clone, Default)]
pub struct Scheduler {
    lanes: Arc<Lanes>,
    busy: Arc<AtomicUsize>,
    /// How often a job failed in this process since it last went well.
    failures: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Scheduler {
    /// How long a job waits after this failure, in milliseconds.
    fn failed(&self, job: &str) -> i64 {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= FAILURES_MAX {
            failures.clear();
        }
        let count = failures.entry(job.to_owned()).or_default();
        *count += 1;
        (RETRY_MS << (*count - 1).min(16)).min(RETRY_MS_MAX)
    }

    fn went_well(&self, job: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(job);
    }

    /// Jobs that this process holds.
    pub fn held(&self) -> usize {
        self.lanes.held()
    }
}

impl Engine {
    /// Starts the work that goes on beside requests: polling settings, working on jobs, renewing leases.
    pub fn start(self: &Arc<Self>) -> Scheduler {
        let scheduler = Scheduler::default();
        let engine = Arc::clone(self);
        self.world
            .spawn
            .spawn(Box::pin(async move { engine.poll_settings().await }));
        let (engine, own) = (Arc::clone(self), scheduler.clone());
        self.world
            .spawn
            .spawn(Box::pin(async move { engine.work_outbox(&own).await }));
        for kinds in [&MONEY[..], &MESSAGES[..]] {
            let (engine, own) = (Arc::clone(self), scheduler.clone());
            self.world.spawn.spawn(Box::pin(
                async move { engine.work_store(&own, kinds).await },
            ));
        }
        let (engine, own) = (Arc::clone(self), scheduler.clone());
        self.world
            .spawn
            .spawn(Box::pin(async move { engine.keep_leases(&own).await }));
        scheduler
    }

    async fn work_outbox(self: Arc<Self>, scheduler: &Scheduler) {
        loop {
            match self.outbox.take(BATCH_MAX) {
                Ok((jobs, since_ms)) => self.put_to_work(scheduler, jobs, since_ms),
                Err(woken) => {
                    let _ = woken.await;
                }
            }
        }
    }

    async fn work_store(self: Arc<Self>, scheduler: &Scheduler, kinds: &'static [JobKind]) {
        loop {
            let mut pause = POLL_MS;
            let asked_ms = self.world.clock.monotonic_ms();
            let wanted = Wanted {
                kinds: kinds.to_vec(),
                limit: room(kinds, scheduler.held()),
                except: scheduler.lanes.full(),
            };
            match self.world.store.lease(wanted).await {
                Ok(jobs) if jobs.is_empty() => pause = self.pause_until_due(kinds).await,
                Ok(jobs) => {
                    self.put_to_work(scheduler, jobs, asked_ms);
                    pause = 10;
                }
                Err(error) => tracing::warn!(%error, "due jobs could not be leased"),
            }
            self.world.clock.sleep(pause).await;
        }
    }

    /// Renews the leases of what waits or runs for long.
    async fn keep_leases(self: Arc<Self>, scheduler: &Scheduler) {
        loop {
            self.world.clock.sleep(RENEW_AFTER_MS / 2).await;
            let asked_ms = self.world.clock.monotonic_ms();
            let aging = scheduler.lanes.aging(asked_ms);
            if aging.is_empty() {
                continue;
            }
            match self.world.store.renew(aging.clone()).await {
                Ok(ours) => scheduler.lanes.renewed(&aging, &ours, asked_ms),
                Err(error) => tracing::warn!(%error, "leases could not be renewed"),
            }
        }
    }

    /// How long the store can be left alone, in milliseconds.
    async fn pause_until_due(&self, kinds: &[JobKind]) -> u64 {
        match self.world.store.next_due(kinds).await {
            Ok(Some(due)) => (due.0 - self.world.clock.now().0).clamp(5, POLL_MS as i64) as u64,
            _ => POLL_MS,
        }
    }

    fn put_to_work(self: &Arc<Self>, scheduler: &Scheduler, jobs: Vec<LeasedJob>, since_ms: u64) {
        for lane in scheduler.lanes.add(jobs, since_ms) {
            let (engine, scheduler) = (Arc::clone(self), scheduler.clone());
            scheduler.busy.fetch_add(1, Ordering::AcqRel);
            self.world.spawn.spawn(Box::pin(async move {
                while let Some(job) = scheduler
                    .lanes
                    .next(&lane, engine.world.clock.monotonic_ms())
                {
                    engine.work(&scheduler, &job).await;
                    scheduler.lanes.done(&job);
                }
                scheduler.busy.fetch_sub(1, Ordering::AcqRel);
            }));
        }
    }

    /// Works on one job. A failure, also a panic, is logged; the job is put back to be tried again.
    async fn work(self: &Arc<Self>, scheduler: &Scheduler, leased: &LeasedJob) {
        let (id, kind) = (leased.job.id.as_str(), leased.job.kind.name());
        match AssertUnwindSafe(self.perform(leased)).catch_unwind().await {
            Ok(Ok(())) => return scheduler.went_well(id),
            // Somebody else changed what it is about, or leased it: it is leased anew when that lease is over.
            Ok(Err(StoreError::Conflict)) => return,
            Ok(Err(error)) => {
                tracing::warn!(%error, job = id, kind, "a job failed and waits for another try");
            }
            Err(_) => tracing::error!(
                job = id,
                kind,
                "a job ended in a panic and waits for another try"
            ),
        }
        let again = self.world.clock.now().plus_ms(scheduler.failed(id));
        let _ = self.finish_job(leased, Some(again)).await;
    }

    /// Ends a job that has nothing (more) to do, or lets it wait.
    pub(crate) async fn finish_job(
        &self,
        leased: &LeasedJob,
        again: Option<Millis>,
    ) -> Result<(), StoreError> {
        let commit = Commit {
            finish: Some(finish(leased, again)),
            must_not_shed: true,
            ..Commit::default()
        };
        self.world.store.commit(commit).await.map(|_| ())
    }
}

/// The finish of a leased job.
pub(crate) fn finish(leased: &LeasedJob, again: Option<Millis>) -> Finish {
    Finish {
        job: leased.job.id.clone(),
        fence: leased.fence,
        again,
    }
}

/// A member of a job's body.
pub(crate) fn member<'a>(job: &'a Job, name: &str) -> &'a str {
    florin_domain::webhooks::body_id(&job.body, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_job_is_leased_by_one_worker() {
        for kind in JobKind::ALL {
            let places = [&MONEY[..], &MESSAGES[..]];
            let found = places.iter().filter(|kinds| kinds.contains(kind)).count();
            assert_eq!(found, 1, "{kind:?}");
        }
    }

    #[test]
    fn messages_never_take_the_room_of_money() {
        assert_eq!(room(&MONEY, 3 * HELD_MAX), BATCH_MAX);
        let messages = [0, HELD_MAX - 100, HELD_MAX].map(|held| room(&MESSAGES, held));
        assert_eq!(messages, [BATCH_MAX, 100, MESSAGES_LEASED_MIN]);
    }

    #[test]
    fn waits_grow_to_a_limit_and_begin_anew_after_success() {
        let scheduler = Scheduler::default();
        let waits: Vec<i64> = (0..14).map(|_| scheduler.failed("job_1")).collect();
        assert_eq!(waits[..3], [5_000, 10_000, 20_000]);
        assert_eq!(waits[13], RETRY_MS_MAX);
        scheduler.went_well("job_1");
        assert_eq!(scheduler.failed("job_1"), RETRY_MS);
    }
}
