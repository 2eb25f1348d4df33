//! Due work in memory: adding, leasing, finishing.

use super::state::{JobRow, State};
use crate::lease::{Held, LANE_JOBS_MAX, LEASE_MS, Wanted};
use crate::{Commit, LeasedJob, StoreError};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use std::collections::BTreeMap;

impl JobRow {
    fn lease(&mut self, process: &str, now: Millis) -> LeasedJob {
        self.leased_by = Some(process.to_owned());
        self.leased_until = now.plus_ms(LEASE_MS);
        self.fence += 1;
        LeasedJob {
            job: self.job.clone(),
            fence: self.fence,
        }
    }

    fn release(&mut self) {
        self.leased_by = None;
        self.leased_until = Millis(0);
    }
}

impl State {
    pub(super) fn check_fence(&self, commit: &Commit) -> Result<(), StoreError> {
        let Some(finish) = &commit.finish else {
            return Ok(());
        };
        match self.jobs.get(&finish.job) {
            Some(row) if row.fence == finish.fence => Ok(()),
            _ => Err(StoreError::Conflict),
        }
    }

    pub(super) fn finish_job(&mut self, commit: &Commit) {
        let Some(finish) = &commit.finish else { return };
        match finish.again {
            None => {
                self.jobs.remove(&finish.job);
            }
            Some(due) => {
                if let Some(row) = self.jobs.get_mut(&finish.job) {
                    row.job.due = due;
                    row.release();
                }
            }
        }
    }

    pub(super) fn add_jobs(
        &mut self,
        commit: &Commit,
        process: &str,
        now: Millis,
    ) -> Vec<LeasedJob> {
        let mut taken = Vec::new();
        for job in &commit.changes.jobs {
            if self.jobs.contains_key(&job.id) {
                continue;
            }
            let mut row = JobRow {
                job: job.clone(),
                leased_by: None,
                leased_until: Millis(0),
                fence: 0,
            };
            if commit.takes_jobs && job.due <= now {
                taken.push(row.lease(process, now));
            }
            self.jobs.insert(job.id.clone(), row);
        }
        taken
    }

    pub(super) fn lease(&mut self, wanted: &Wanted, process: &str, now: Millis) -> Vec<LeasedJob> {
        let mut due: Vec<&mut JobRow> = self
            .jobs
            .values_mut()
            .filter(|row| {
                wanted.kinds.contains(&row.job.kind)
                    && row.job.due <= now
                    && row.leased_until <= now
                    && !wanted.except.contains(&row.job.lane)
            })
            .collect();
        due.sort_by(|a, b| (a.job.due, &a.job.id).cmp(&(b.job.due, &b.job.id)));
        let mut lanes: BTreeMap<String, usize> = BTreeMap::new();
        let mut leased = Vec::new();
        for row in due {
            if leased.len() == wanted.limit {
                break;
            }
            let in_lane = lanes.entry(row.job.lane.clone()).or_default();
            if *in_lane < LANE_JOBS_MAX {
                *in_lane += 1;
                leased.push(row.lease(process, now));
            }
        }
        leased
    }

    pub(super) fn renew(&mut self, held: &[Held], now: Millis) -> Vec<String> {
        let mut ours = Vec::new();
        for (id, fence) in held {
            let row = self.jobs.get_mut(id);
            if let Some(row) = row.filter(|row| row.fence == *fence && row.leased_until > Millis(0))
            {
                row.leased_until = now.plus_ms(LEASE_MS);
                ours.push(id.clone());
            }
        }
        ours
    }

    pub(super) fn next_due(&self, kinds: &[JobKind]) -> Option<Millis> {
        let waiting = self
            .jobs
            .values()
            .filter(|row| kinds.contains(&row.job.kind));
        waiting.map(|row| row.job.due.max(row.leased_until)).min()
    }

    pub(super) fn jobs_of(&self, scope: &Scope, limit: usize) -> Vec<Job> {
        let mut jobs: Vec<&Job> = self
            .jobs
            .values()
            .map(|row| &row.job)
            .filter(|job| job.scope == *scope)
            .collect();
        jobs.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
        jobs.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn forget_leases(&mut self, process: Option<&str>) {
        for row in self.jobs.values_mut() {
            if process.is_none() || row.leased_by.as_deref() == process {
                row.release();
            }
        }
    }
}
