//! The second pipeline: everything that the winners of a group change, and the commit.

use super::params::{Param, clean, ints, live, scopes, texts};
use super::prepared::{Prepared, Row};
use super::session::Step;
use super::sql;
use crate::commit::{Finish, IdempotencyClaim, LeasedJob, Reply};
use crate::grouping::BalanceId;
use crate::lease::LEASE_MS;
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::changes::Job;
use florin_domain::ledger::Transaction;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The second pipeline.
pub struct Effects<'a> {
    winners: Vec<&'a Prepared>,
    /// Which step adds jobs.
    jobs_at: Option<usize>,
    /// The statements.
    pub steps: Vec<Step<'a>>,
}

impl<'a> Effects<'a> {
    /// Builds it: first what the losers give back, additions to balances last, then the commit.
    pub fn of(
        winners: Vec<&'a Prepared>,
        give_back: Vec<Step<'a>>,
        process: &'a str,
    ) -> Effects<'a> {
        let mut effects = Effects {
            winners,
            jobs_at: None,
            steps: give_back,
        };
        effects.records();
        effects.ledger();
        effects.replies();
        effects.finishes();
        effects.jobs(process);
        effects.balances();
        effects.steps.push(Step::Plain("COMMIT"));
        effects
    }

    fn records(&mut self) {
        for kind in Kind::ALL {
            let rows = self
                .winners
                .iter()
                .flat_map(|member| &member.rows)
                .filter(|row| row.key.kind == *kind);
            let mut rows: Vec<&Row> = rows.collect();
            rows.sort_by_key(|row| &row.key);
            let (fresh, known): (Vec<&Row>, Vec<&Row>) =
                rows.into_iter().partition(|row| row.expected == 0);
            if !fresh.is_empty() {
                let params = row_params(*kind, &fresh, |row| row.created);
                self.steps.push(Step::Query(&sql::of(*kind).insert, params));
            }
            if !known.is_empty() {
                let mut params = row_params(*kind, &known, |row| row.expected);
                params.push(Param::new(known.len() as i64));
                self.steps.push(Step::Query(&sql::of(*kind).update, params));
            }
        }
    }

    fn ledger(&mut self) {
        let all = self
            .winners
            .iter()
            .flat_map(|member| &member.commit.changes.transactions);
        let mut booked: Vec<&(Scope, Transaction)> = all.collect();
        if booked.is_empty() {
            return;
        }
        booked.sort_by_key(|(scope, transaction)| (scope, &transaction.id));
        let made = booked.iter().map(|(_, transaction)| transaction);
        let [accounts, lives] = scopes(booked.iter().map(|(scope, _)| scope));
        let params = vec![
            accounts,
            lives,
            texts(made.clone().map(|one| one.id.as_str())),
            texts(made.clone().map(|one| one.movement.name())),
            texts(made.clone().map(|one| one.source.as_str())),
            texts(made.clone().map(|one| one.asset.to_string())),
            ints(made.clone().map(|one| one.created.0)),
            ints(made.clone().map(|one| one.available_on.0)),
            texts(made.map(|one| one.description.as_deref().map(clean))),
        ];
        self.steps.push(Step::Query(sql::BOOK, params));
        let lines = booked.iter().flat_map(|(scope, one)| {
            one.entries
                .iter()
                .enumerate()
                .map(move |(line, entry)| (scope, one.id.as_str(), line as i64, entry))
        });
        let lines: Vec<_> = lines.collect();
        if lines.is_empty() {
            return;
        }
        let [accounts, lives] = scopes(lines.iter().map(|(scope, ..)| *scope));
        let params = vec![
            accounts,
            lives,
            texts(lines.iter().map(|(_, id, ..)| *id)),
            ints(lines.iter().map(|(_, _, line, _)| *line)),
            texts(lines.iter().map(|(.., (account, _))| account.name())),
            ints(lines.iter().map(|(.., (_, amount))| *amount)),
        ];
        self.steps.push(Step::Query(sql::ENTER, params));
    }

    fn replies(&mut self) {
        let claims = self
            .winners
            .iter()
            .filter_map(|member| member.commit.claim.as_ref());
        let finished = claims.filter_map(|claim| Some((claim, claim.reply.as_ref()?)));
        let mut finished: Vec<(&IdempotencyClaim, &Reply)> = finished.collect();
        if finished.is_empty() {
            return;
        }
        finished.sort_by_key(|(claim, _)| (&claim.scope, &claim.request));
        let [accounts, lives] = scopes(finished.iter().map(|(claim, _)| &claim.scope));
        let params = vec![
            accounts,
            lives,
            texts(finished.iter().map(|(claim, _)| claim.request.as_str())),
            texts(finished.iter().map(|(claim, _)| claim.key.as_str())),
            ints(finished.iter().map(|(_, reply)| i64::from(reply.status))),
            texts(finished.iter().map(|(_, reply)| reply.key_id.as_str())),
            texts(finished.iter().map(|(_, reply)| reply.body.as_slice())),
        ];
        self.steps.push(Step::Query(sql::REPLY, params));
    }

    fn finishes(&mut self) {
        let mut all: Vec<&Finish> = self
            .winners
            .iter()
            .filter_map(|member| member.commit.finish.as_ref())
            .collect();
        all.sort_by_key(|finish| &finish.job);
        let (ended, delayed): (Vec<&Finish>, Vec<&Finish>) =
            all.into_iter().partition(|finish| finish.again.is_none());
        let held = |finishes: &[&'a Finish]| -> Vec<Param<'a>> {
            let (ids, fences): (Vec<&str>, Vec<i64>) =
                finishes.iter().map(|f| (f.job.as_str(), f.fence)).unzip();
            vec![Param::new(ids), Param::new(fences)]
        };
        if !ended.is_empty() {
            let mut params = held(&ended);
            params.push(Param::new(ended.len() as i64));
            self.steps.push(Step::Query(&sql::END_JOBS, params));
        }
        if !delayed.is_empty() {
            let mut params = held(&delayed);
            params.push(ints(
                delayed
                    .iter()
                    .filter_map(|finish| finish.again)
                    .map(|due| due.0),
            ));
            params.push(Param::new(delayed.len() as i64));
            self.steps.push(Step::Query(&sql::DELAY_JOBS, params));
        }
    }

    /// The jobs of the winners, each id once: the first that adds it counts.
    fn fresh_jobs(&self) -> Vec<(usize, &'a Job)> {
        let mut seen = HashSet::new();
        let jobs = self.winners.iter().enumerate();
        let jobs = jobs.flat_map(|(index, member)| {
            member
                .commit
                .changes
                .jobs
                .iter()
                .map(move |job| (index, job))
        });
        jobs.filter(|(_, job)| seen.insert(job.id.as_str()))
            .collect()
    }

    fn jobs(&mut self, process: &'a str) {
        let mut jobs = self.fresh_jobs();
        if !jobs.is_empty() {
            jobs.sort_by_key(|(_, job)| &job.id);
            let taking = |index: usize| i64::from(self.winners[index].commit.takes_jobs);
            let [accounts, lives] = [
                texts(jobs.iter().map(|(_, job)| &*job.scope.account)),
                ints(jobs.iter().map(|(_, job)| live(&job.scope))),
            ];
            let params = vec![
                texts(jobs.iter().map(|(_, job)| job.id.as_str())),
                texts(jobs.iter().map(|(_, job)| job.kind.name())),
                accounts,
                lives,
                texts(jobs.iter().map(|(_, job)| job.lane.as_str())),
                ints(jobs.iter().map(|(_, job)| job.due.0)),
                texts(jobs.iter().map(|(_, job)| job.body.to_string())),
                ints(jobs.iter().map(|(index, _)| taking(*index))),
                Param::new(process),
                Param::new(LEASE_MS),
            ];
            self.jobs_at = Some(self.steps.len());
            self.steps.push(Step::Query(sql::ADD_JOBS, params));
        }
        let bumps = self
            .winners
            .iter()
            .filter(|member| member.commit.bumps_epoch)
            .count();
        if bumps > 0 {
            self.steps
                .push(Step::Query(sql::EPOCH, vec![Param::new(bumps as i64)]));
        }
    }

    /// A sum that no column can hold saturates; the CHECK of the table then refuses it, and the members go one by one.
    fn balances(&mut self) {
        let mut sums: BTreeMap<&BalanceId, i128> = BTreeMap::new();
        for (id, delta) in self.winners.iter().flat_map(|member| &member.deltas) {
            *sums.entry(id).or_default() += delta;
        }
        sums.retain(|_, sum| *sum != 0);
        if sums.is_empty() {
            return;
        }
        let fit =
            |sum: i128| i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX });
        let rows = sums.into_iter().map(|((scope, account, asset), sum)| {
            (scope, account.name(), asset.to_string(), fit(sum))
        });
        let mut rows: Vec<(&Scope, String, String, i64)> = rows.collect();
        rows.sort();
        let [accounts, lives] = scopes(rows.iter().map(|(scope, ..)| *scope));
        let params = vec![
            accounts,
            lives,
            texts(rows.iter().map(|(_, account, ..)| account.clone())),
            texts(rows.iter().map(|(_, _, asset, _)| asset.clone())),
            ints(rows.iter().map(|(.., sum)| *sum)),
        ];
        self.steps.push(Step::Query(sql::ADD, params));
    }

    /// The jobs that each winner got, from the answers of the pipeline.
    pub fn born(&self, answers: &[Vec<tokio_postgres::Row>]) -> Vec<Vec<LeasedJob>> {
        let rows = self
            .jobs_at
            .and_then(|at| answers.get(at))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let fence_of = |row: &tokio_postgres::Row| {
            Some((
                row.try_get::<_, String>(0).ok()?,
                row.try_get::<_, i64>(1).ok()?,
            ))
        };
        let fences: HashMap<String, i64> = rows
            .iter()
            .filter_map(fence_of)
            .filter(|(_, fence)| *fence > 0)
            .collect();
        let mut born = vec![Vec::new(); self.winners.len()];
        for (index, job) in self.fresh_jobs() {
            if let Some(fence) = fences.get(&job.id) {
                born[index].push(LeasedJob {
                    job: job.clone(),
                    fence: *fence,
                });
            }
        }
        born
    }
}

/// The columns of some rows; the fifth is the time of fresh rows and the expected version of known ones.
fn row_params<'a>(kind: Kind, rows: &[&'a Row], fifth: impl Fn(&Row) -> i64) -> Vec<Param<'a>> {
    let (ids, bodies): (Vec<&str>, Vec<&str>) = rows
        .iter()
        .map(|row| (row.key.id.as_str(), row.body.as_str()))
        .unzip();
    let accounts: Vec<&str> = rows.iter().map(|row| &*row.key.scope.account).collect();
    let mut params = vec![
        Param::new(accounts),
        ints(rows.iter().map(|row| live(&row.key.scope))),
        Param::new(ids),
        ints(rows.iter().map(|row| row.version)),
        ints(rows.iter().map(|row| fifth(row))),
    ];
    for at in 0..kind.columns().len() {
        let column: Vec<Option<&str>> = rows
            .iter()
            .map(|row| row.columns.get(at).and_then(Option::as_deref))
            .collect();
        params.push(Param::new(column));
    }
    params.push(Param::new(bodies));
    let packed: Vec<Option<&[u8]>> = rows.iter().map(|row| row.packed.as_deref()).collect();
    params.push(Param::new(packed));
    params
}
