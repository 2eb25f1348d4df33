//! The outbox: jobs that were leased with their commit are worked on at once, without asking the store again.

use florin_store::LeasedJob;
use futures_channel::oneshot;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// At most so many jobs wait in memory; further ones wait in the store until their lease is over.
pub const WAITING_MAX: usize = 20_000;

#[derive(Default)]
struct State {
    jobs: VecDeque<(LeasedJob, u64)>,
    wakes: Option<oneshot::Sender<()>>,
}

/// Jobs in this process's hands that nobody works on yet.
#[derive(Default)]
pub struct Outbox {
    state: Mutex<State>,
}

impl Outbox {
    /// Offers jobs that were leased not before `since_ms`, by the clock that never goes back.
    pub fn offer(&self, jobs: Vec<LeasedJob>, since_ms: u64) {
        if jobs.is_empty() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let room = WAITING_MAX.saturating_sub(state.jobs.len());
        let jobs = jobs.into_iter().map(|job| (job, since_ms));
        state.jobs.extend(jobs.take(room));
        if let Some(wake) = state.wakes.take() {
            let _ = wake.send(());
        }
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .jobs
            .len()
    }

    /// Takes up to `limit` jobs with the earliest moment of their leases, or a signal of the next ones.
    pub fn take(&self, limit: usize) -> Result<(Vec<LeasedJob>, u64), oneshot::Receiver<()>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.jobs.is_empty() {
            let (wake, woken) = oneshot::channel();
            state.wakes = Some(wake);
            return Err(woken);
        }
        let count = state.jobs.len().min(limit);
        let (jobs, since): (Vec<LeasedJob>, Vec<u64>) = state.jobs.drain(..count).unzip();
        Ok((jobs, since.into_iter().min().unwrap_or_default()))
    }
}
