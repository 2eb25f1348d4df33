//! The scheduler: works on jobs, those of the outbox at once and those of the store when they are due.
//!
//! Jobs of one lane run one group at a time with bounded size, and every lane has its own task, so that one slow endpoint
//! delays no other. A job that fails is tried again by the lease that runs out.

use crate::Engine;
use florin_base::Millis;
use florin_domain::changes::{Job, JobKind};
use florin_store::{Commit, Finish, LeasedJob, StoreError};
use futures_util::future::{Either, select};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Jobs taken from the outbox or leased from the store at once.
const BATCH_MAX: usize = 256;
/// Jobs of one lane that run at once.
pub const LANE_WIDTH: usize = 8;
/// The store is asked for due jobs at least so often, in milliseconds.
const POLL_MS: u64 = 1_000;
/// A job that failed waits so long, in milliseconds.
pub const RETRY_MS: i64 = 5_000;

#[derive(Default)]
struct Lanes {
    waiting: BTreeMap<String, VecDeque<LeasedJob>>,
    running: BTreeMap<String, usize>,
}

/// The lanes of one scheduler.
#[derive(Clone, Default)]
pub struct Scheduler {
    lanes: Arc<Mutex<Lanes>>,
    busy: Arc<AtomicUsize>,
}

impl Scheduler {
    /// Adds jobs to their lanes; returns how many fresh workers each lane may start.
    fn add(&self, jobs: Vec<LeasedJob>) -> Vec<String> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut starts = Vec::new();
        for job in jobs {
            let lane = job.job.lane.clone();
            lanes
                .waiting
                .entry(lane.clone())
                .or_default()
                .push_back(job);
            let running = lanes.running.entry(lane.clone()).or_default();
            if *running < LANE_WIDTH {
                *running += 1;
                starts.push(lane);
            }
        }
        starts
    }

    /// The next job of a lane; a worker that finds none ends.
    fn next(&self, lane: &str) -> Option<LeasedJob> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = lanes.waiting.get_mut(lane).and_then(VecDeque::pop_front) {
            return Some(job);
        }
        lanes.waiting.remove(lane);
        if let Some(running) = lanes.running.get_mut(lane) {
            *running = running.saturating_sub(1);
            if *running == 0 {
                lanes.running.remove(lane);
            }
        }
        None
    }
}

impl Engine {
    /// Starts the work that goes on beside requests: polling settings, working on jobs.
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
        let (engine, own) = (Arc::clone(self), scheduler.clone());
        self.world
            .spawn
            .spawn(Box::pin(async move { engine.work_store(&own).await }));
        scheduler
    }

    async fn work_outbox(self: Arc<Self>, scheduler: &Scheduler) {
        loop {
            match self.outbox.take(BATCH_MAX) {
                Ok(jobs) => self.put_to_work(scheduler, jobs),
                Err(woken) => {
                    let _ = woken.await;
                }
            }
        }
    }

    async fn work_store(self: Arc<Self>, scheduler: &Scheduler) {
        loop {
            let mut pause = POLL_MS;
            match self.world.store.lease(JobKind::ALL, BATCH_MAX).await {
                Ok(jobs) if jobs.is_empty() => pause = self.pause_until_due().await,
                Ok(jobs) => {
                    self.put_to_work(scheduler, jobs);
                    pause = 10;
                }
                Err(error) => tracing::warn!(%error, "due jobs could not be leased"),
            }
            self.world.clock.sleep(pause).await;
        }
    }

    /// How long the store can be left alone, in milliseconds.
    async fn pause_until_due(&self) -> u64 {
        match self.world.store.next_due(JobKind::ALL).await {
            Ok(Some(due)) => (due.0 - self.world.clock.now().0).clamp(5, POLL_MS as i64) as u64,
            _ => POLL_MS,
        }
    }

    fn put_to_work(self: &Arc<Self>, scheduler: &Scheduler, jobs: Vec<LeasedJob>) {
        for lane in scheduler.add(jobs) {
            let (engine, scheduler) = (Arc::clone(self), scheduler.clone());
            scheduler.busy.fetch_add(1, Ordering::AcqRel);
            self.world.spawn.spawn(Box::pin(async move {
                while let Some(job) = scheduler.next(&lane) {
                    engine.work(&job).await;
                }
                scheduler.busy.fetch_sub(1, Ordering::AcqRel);
            }));
        }
    }

    /// Works on one job. A failure is logged; the job is put back to be tried again.
    pub async fn work(self: &Arc<Self>, leased: &LeasedJob) {
        let Err(error) = self.perform(leased).await else {
            return;
        };
        if error == StoreError::Conflict {
            return;
        }
        tracing::warn!(%error, job = %leased.job.id, kind = leased.job.kind.name(), "a job failed and waits for another try");
        let again = self.world.clock.now().plus_ms(RETRY_MS);
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

    /// Waits until a future is done or the time is over; true when it was done.
    pub async fn within(&self, ms: u64, what: impl Future<Output = ()> + Send) -> bool {
        matches!(
            select(Box::pin(what), self.world.clock.sleep(ms)).await,
            Either::Left(_)
        )
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
