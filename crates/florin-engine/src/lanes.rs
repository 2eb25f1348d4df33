//! Lanes: the jobs that this process holds, each in the line of its lane.
//!
//! A lane has a few workers and a short line, so that one slow endpoint delays no other and holds little. What does not
//! fit is let go: its lease runs out, and the store gives it out again when there is room. Every held lease is renewed
//! while its job waits or runs; a job whose lease may have run out is not begun.

use crate::scheduler::moves_money;
use florin_store::lease::LEASE_MS;
use florin_store::{Held, LeasedJob};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Jobs of one lane that run at once.
pub const LANE_WIDTH: usize = 8;
/// Jobs of one lane that wait.
pub const LANE_WAITING_MAX: usize = 64;
/// Jobs that this process holds, waiting or running.
pub const HELD_MAX: usize = 10_000;
/// A lease that is older than this is renewed, in milliseconds.
pub const RENEW_AFTER_MS: u64 = LEASE_MS as u64 / 3;
/// A job is begun only while its lease is younger than this, in milliseconds.
const BEGUN_BEFORE_MS: u64 = LEASE_MS as u64 * 3 / 4;

/// How long the line of a lane may be: the more this process holds, the shorter, so that many slow lanes leave room.
fn waiting_max(held: usize) -> usize {
    (HELD_MAX.saturating_sub(held) / 128).clamp(1, LANE_WAITING_MAX)
}

struct Lease {
    fence: i64,
    /// By the clock that never goes back: not later than the moment when the lease was given.
    since_ms: u64,
}

#[derive(Default)]
struct Lane {
    waiting: VecDeque<LeasedJob>,
    running: usize,
}

#[derive(Default)]
struct State {
    lanes: BTreeMap<String, Lane>,
    held: BTreeMap<String, Lease>,
}

/// The lanes of one process.
#[derive(Default)]
pub struct Lanes {
    state: Mutex<State>,
}

impl Lanes {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts jobs into their lanes, leased not before `since_ms`. Returns the lanes in which a worker is to be started, once
    /// for each. A job that is held already only gets its newer fence.
    pub fn add(&self, jobs: Vec<LeasedJob>, since_ms: u64) -> Vec<String> {
        let mut guard = self.locked();
        let state = &mut *guard;
        let mut starts = Vec::new();
        for job in jobs {
            let lease = Lease {
                fence: job.fence,
                since_ms,
            };
            let is_known = state.held.contains_key(&job.job.id);
            let name = job.job.lane.clone();
            let held = state.held.len();
            let lane = state.lanes.entry(name.clone()).or_default();
            if is_known {
                let waits = lane
                    .waiting
                    .iter_mut()
                    .find(|held| held.job.id == job.job.id);
                // One that runs is left alone: it ends under its own fence, or not at all.
                if let Some(waits) = waits {
                    state.held.insert(job.job.id.clone(), lease);
                    *waits = job;
                }
                continue;
            }
            // An idle lane gets its job as long as there are not too many lanes, and money never waits for messages.
            let is_idle = held < 2 * HELD_MAX && lane.running == 0 && lane.waiting.is_empty();
            let has_room = held < HELD_MAX && lane.waiting.len() < waiting_max(held);
            if !is_idle && !has_room && !moves_money(&job) {
                continue;
            }
            state.held.insert(job.job.id.clone(), lease);
            lane.waiting.push_back(job);
            if lane.running < LANE_WIDTH {
                lane.running += 1;
                starts.push(name);
            }
        }
        state.lanes.retain(|_, lane| lane.running > 0);
        starts
    }

    /// The next job of a lane whose lease is certain. A worker that finds none has ended.
    pub fn next(&self, name: &str, now_ms: u64) -> Option<LeasedJob> {
        let mut guard = self.locked();
        let state = &mut *guard;
        loop {
            let lane = state.lanes.get_mut(name)?;
            let Some(job) = lane.waiting.pop_front() else {
                lane.running = lane.running.saturating_sub(1);
                if lane.running == 0 {
                    state.lanes.remove(name);
                }
                return None;
            };
            let is_certain = state.held.get(&job.job.id).is_some_and(|lease| {
                lease.fence == job.fence && now_ms < lease.since_ms + BEGUN_BEFORE_MS
            });
            if is_certain {
                return Some(job);
            }
            state.held.remove(&job.job.id);
        }
    }

    /// A job has ended, however it went.
    pub fn done(&self, job: &LeasedJob) {
        let mut state = self.locked();
        if state
            .held
            .get(&job.job.id)
            .is_some_and(|lease| lease.fence == job.fence)
        {
            state.held.remove(&job.job.id);
        }
    }

    /// The leases that are to be renewed now.
    pub fn aging(&self, now_ms: u64) -> Vec<Held> {
        let state = self.locked();
        let aging = state
            .held
            .iter()
            .filter(|(_, lease)| now_ms >= lease.since_ms + RENEW_AFTER_MS);
        aging.map(|(id, lease)| (id.clone(), lease.fence)).collect()
    }

    /// What was asked to be renewed at `since_ms`, and what of it is still ours. The rest is forgotten.
    pub fn renewed(&self, asked: &[Held], ours: &[String], since_ms: u64) {
        let mut state = self.locked();
        for (id, fence) in asked {
            let Some(lease) = state.held.get_mut(id).filter(|lease| lease.fence == *fence) else {
                continue;
            };
            match ours.contains(id) {
                true => lease.since_ms = lease.since_ms.max(since_ms),
                false => {
                    state.held.remove(id);
                }
            }
        }
    }

    /// The lanes that have no room.
    pub fn full(&self) -> Vec<String> {
        let state = self.locked();
        let half = (waiting_max(state.held.len()) / 2).max(1);
        let full = state
            .lanes
            .iter()
            .filter(|(_, lane)| lane.waiting.len() >= half);
        full.map(|(name, _)| name.clone()).collect()
    }

    /// How many jobs this process holds.
    pub fn held(&self) -> usize {
        self.locked().held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_base::{Millis, Scope};
    use florin_domain::changes::{Job, JobKind};
    use serde_json::Value;

    fn job(id: &str, lane: &str, fence: i64) -> LeasedJob {
        LeasedJob {
            job: Job {
                id: id.to_owned(),
                kind: JobKind::Deliver,
                scope: Scope::test("acct_1"),
                due: Millis(0),
                lane: lane.to_owned(),
                body: Value::Null,
            },
            fence,
        }
    }

    fn many(count: usize, lane: &str) -> Vec<LeasedJob> {
        let jobs = (0..count).map(|index| job(&format!("job_{lane}_{index}"), lane, 1));
        jobs.collect()
    }

    #[test]
    fn a_lane_has_few_workers_and_a_short_line() {
        let lanes = Lanes::default();
        assert_eq!(lanes.add(many(500, "slow"), 0), vec!["slow"; LANE_WIDTH]);
        assert_eq!(lanes.held(), LANE_WAITING_MAX);
        assert_eq!(lanes.full(), ["slow"]);
        assert_eq!(lanes.add(many(1, "quick"), 0), ["quick"]);
        let quick = lanes.next("quick", 0).expect("a job");
        lanes.done(&quick);
        assert_eq!(lanes.next("quick", 0), None);
        assert_eq!(lanes.held(), LANE_WAITING_MAX);
        assert_eq!(
            lanes.add(many(1, "quick"), 0),
            ["quick"],
            "a lane begins anew"
        );
    }

    #[test]
    fn a_full_process_takes_idle_lanes_and_money_alone() {
        let lanes = Lanes::default();
        for index in 0..HELD_MAX + 10 {
            lanes.add(
                vec![job(&format!("job_{index}"), &format!("lane_{index}"), 1)],
                0,
            );
        }
        // Each of these lanes was idle.
        assert_eq!(lanes.held(), HELD_MAX + 10);
        lanes.add(vec![job("job_more", "lane_0", 1)], 0);
        assert_eq!(lanes.held(), HELD_MAX + 10);
        let mut money = job("job_money", "lane_0", 1);
        money.job.kind = JobKind::Recover;
        lanes.add(vec![money], 0);
        assert_eq!(lanes.held(), HELD_MAX + 11);
    }

    #[test]
    fn lines_get_shorter_as_a_process_fills() {
        assert_eq!(waiting_max(0), LANE_WAITING_MAX);
        assert_eq!(waiting_max(HELD_MAX - 1_280), 10);
        assert_eq!(waiting_max(2 * HELD_MAX), 1);
    }

    #[test]
    fn a_job_that_is_leased_again_runs_once_under_its_newer_fence() {
        let lanes = Lanes::default();
        lanes.add(vec![job("job_1", "a", 1)], 0);
        assert!(lanes.add(vec![job("job_1", "a", 2)], 20_000).is_empty());
        let taken = lanes.next("a", 20_001).expect("a job");
        assert_eq!(taken.fence, 2);
        // While it runs, a third lease of it starts nothing beside it.
        lanes.add(vec![job("job_1", "a", 3)], 40_000);
        assert_eq!(lanes.next("a", 40_001), None);
        lanes.done(&taken);
        assert_eq!(lanes.held(), 0);
    }

    #[test]
    fn a_job_whose_lease_may_be_over_is_not_begun() {
        let lanes = Lanes::default();
        lanes.add(many(2, "a"), 0);
        assert_eq!(lanes.next("a", BEGUN_BEFORE_MS), None);
        assert_eq!(lanes.held(), 0);
    }

    #[test]
    fn leases_are_renewed_while_their_jobs_wait_or_run() {
        let lanes = Lanes::default();
        lanes.add(many(3, "a"), 0);
        let runs = lanes.next("a", 1).expect("a job");
        assert!(lanes.aging(RENEW_AFTER_MS - 1).is_empty());
        let asked = lanes.aging(RENEW_AFTER_MS);
        assert_eq!(asked.len(), 3);
        let ours = [runs.job.id.clone(), "job_a_1".to_owned()];
        lanes.renewed(&asked, &ours, RENEW_AFTER_MS);
        assert!(lanes.aging(RENEW_AFTER_MS + 1).is_empty());
        let late = BEGUN_BEFORE_MS + 1;
        let second = lanes.next("a", late).expect("the renewed one");
        assert_eq!(second.job.id, "job_a_1");
        assert_eq!(
            lanes.next("a", late),
            None,
            "the third is somebody else's now"
        );
    }
}
