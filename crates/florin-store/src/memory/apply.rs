//! Commits: everything is checked first, then everything is done, so a refused commit leaves nothing behind.

use super::state::{KeyRow, Row, State};
use crate::commit::IdempotencyClaim;
use crate::grouping::{BalanceId, check, deltas};
use crate::{Commit, LeasedJob, StoreError};
use florin_base::limits::AMOUNT_ABS_MAX;
use florin_base::{Millis, Scope};
use florin_domain::changes::{Changes, Floor};
use florin_domain::ledger::{LedgerAccount, Transaction};
use florin_domain::webhooks::Event;
use florin_domain::{Record, RecordKey};
use std::collections::{BTreeMap, BTreeSet};

impl State {
    /// Commits whole or not at all. Returns the due jobs that are born leased to `process`.
    pub(super) fn commit(
        &mut self,
        commit: &Commit,
        process: &str,
        now: Millis,
    ) -> Result<Vec<LeasedJob>, StoreError> {
        check(commit)?;
        let rows = encode(&commit.changes)?;
        let sums = deltas(commit);
        self.check_fence(commit)?;
        self.check_versions(&commit.changes)?;
        self.check_claims(commit)?;
        self.check_fresh_rows(&commit.changes)?;
        let balances = self.summed(sums)?;
        self.check_floors(&commit.changes.floors, &balances)?;

        self.finish_job(commit);
        for (key, row) in rows {
            self.put(key, row);
        }
        self.balances.extend(balances);
        self.put_claims(commit, now);
        self.put_history(&commit.changes);
        self.epoch += u64::from(commit.bumps_epoch);
        Ok(self.add_jobs(commit, process, now))
    }

    fn check_versions(&self, changes: &Changes) -> Result<(), StoreError> {
        let expected = changes
            .writes
            .iter()
            .map(|write| (&write.key, write.expected));
        let required = changes
            .requires
            .iter()
            .map(|require| (&require.key, require.version));
        for (key, version) in expected.chain(required) {
            if self.records.get(key).map_or(0, |row| row.version) != version {
                return Err(StoreError::Conflict);
            }
        }
        Ok(())
    }

    fn check_claims(&self, commit: &Commit) -> Result<(), StoreError> {
        for claim in &commit.changes.claims {
            let id = (
                claim.scope.clone(),
                claim.space.to_owned(),
                claim.key.clone(),
            );
            if self.claims.contains_key(&id) {
                return Err(StoreError::Claimed {
                    space: claim.space.to_owned(),
                });
            }
        }
        match &commit.claim {
            Some(claim) if self.is_taken(claim) => Err(StoreError::Claimed {
                space: "idempotency".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn is_taken(&self, claim: &IdempotencyClaim) -> bool {
        let key = (claim.scope.clone(), claim.key.clone());
        let request = (claim.scope.clone(), claim.request.clone());
        let is_key_taken = !claim.is_held && self.keys.contains_key(&key);
        is_key_taken || (claim.reply.is_some() && self.replies.contains_key(&request))
    }

    /// Events and transactions are only ever added: their ids must not be known already.
    fn check_fresh_rows(&self, changes: &Changes) -> Result<(), StoreError> {
        let mut fresh = BTreeSet::new();
        let events = changes.events.iter().map(|(scope, event)| {
            let is_known = self.records.contains_key(&event_key(scope, event));
            (is_known, scope, event.id.as_str())
        });
        let transactions = changes.transactions.iter().map(|(scope, transaction)| {
            let id = (scope.clone(), transaction.id.clone());
            (
                self.transaction_ids.contains(&id),
                scope,
                transaction.id.as_str(),
            )
        });
        let is_taken = |(is_known, scope, id)| is_known || !fresh.insert((scope, id));
        match events.chain(transactions).any(is_taken) {
            true => Err(StoreError::Conflict),
            false => Ok(()),
        }
    }

    /// The balances after the commit, for those that it changes.
    fn summed(
        &self,
        sums: BTreeMap<BalanceId, i128>,
    ) -> Result<BTreeMap<BalanceId, i64>, StoreError> {
        let mut after = BTreeMap::new();
        for (id, delta) in sums {
            let sum = i128::from(self.balances.get(&id).copied().unwrap_or(0)) + delta;
            let bounded = i64::try_from(sum)
                .ok()
                .filter(|amount| amount.abs() <= AMOUNT_ABS_MAX);
            let amount = bounded
                .ok_or_else(|| StoreError::Corrupt("a balance leaves its range".to_owned()))?;
            after.insert(id, amount);
        }
        Ok(after)
    }

    fn check_floors(
        &self,
        floors: &[Floor],
        after: &BTreeMap<BalanceId, i64>,
    ) -> Result<(), StoreError> {
        for floor in floors {
            let id = (floor.scope.clone(), floor.account, floor.asset);
            let amount = after
                .get(&id)
                .or_else(|| self.balances.get(&id))
                .copied()
                .unwrap_or(0);
            if LedgerAccount::merchant_view(amount) < floor.at_least {
                return Err(StoreError::Floor);
            }
        }
        Ok(())
    }

    /// A record keeps the time at which it was made, whatever a later body says.
    fn put(&mut self, key: RecordKey, row: Row) {
        if let Some(held) = self.records.get_mut(&key) {
            *held = Row {
                created: held.created,
                ..row
            };
            return;
        }
        self.by_created
            .insert((key.scope.clone(), key.kind, row.created, key.id.clone()));
        self.records.insert(key, row);
    }

    fn put_claims(&mut self, commit: &Commit, now: Millis) {
        for claim in &commit.changes.claims {
            let scope = claim.scope.as_ref().unwrap_or(&claim.target.scope);
            let target = RecordKey::new(scope, claim.target.kind, &claim.target.id);
            self.claims.insert(
                (
                    claim.scope.clone(),
                    claim.space.to_owned(),
                    claim.key.clone(),
                ),
                target,
            );
        }
        let Some(claim) = &commit.claim else { return };
        if !claim.is_held {
            self.keys.insert(
                (claim.scope.clone(), claim.key.clone()),
                KeyRow::of(claim, now),
            );
        }
        if let Some(reply) = &claim.reply {
            if let Some(row) = self.keys.get_mut(&(claim.scope.clone(), claim.key.clone())) {
                row.answered = Some(now);
            }
            self.replies
                .insert((claim.scope.clone(), claim.request.clone()), reply.clone());
        }
    }

    fn put_history(&mut self, changes: &Changes) {
        for (scope, transaction) in &changes.transactions {
            self.transaction_ids
                .insert((scope.clone(), transaction.id.clone()));
            self.transactions
                .insert(place(scope, transaction), transaction.clone());
        }
    }
}

fn place(scope: &Scope, transaction: &Transaction) -> (Scope, florin_base::Timestamp, String) {
    (scope.clone(), transaction.created, transaction.id.clone())
}

fn event_key(scope: &Scope, event: &Event) -> RecordKey {
    RecordKey::new(scope, florin_domain::Kind::Event, &event.id)
}

fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn row(version: u64, record: &Record, body: String) -> Row {
    Row {
        version,
        created: record.created(),
        columns: record
            .columns()
            .into_iter()
            .map(|column| column.map(str::to_owned))
            .collect(),
        body,
    }
}

fn encode(changes: &Changes) -> Result<Vec<(RecordKey, Row)>, StoreError> {
    let mut rows = Vec::with_capacity(changes.writes.len() + changes.events.len());
    for write in &changes.writes {
        let body = write.body().map_err(unwritable)?.into_owned();
        rows.push((write.key.clone(), row(write.version, &write.record, body)));
    }
    for (scope, event) in &changes.events {
        let record = event.clone().into();
        let body = Record::encode(&record).map_err(unwritable)?;
        rows.push((event_key(scope, event), row(1, &record, body)));
    }
    Ok(rows)
}
