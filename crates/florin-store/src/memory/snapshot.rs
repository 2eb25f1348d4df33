//! Everything at once: what an auditor looks at.

use super::read::decode;
use super::state::State;
use crate::StoreError;
use crate::commit::Reply;
use crate::query::Balance;
use florin_base::{Millis, Scope};
use florin_domain::changes::Job;
use florin_domain::ledger::Transaction;
use florin_domain::webhooks::Event;
use florin_domain::{Entity, Kind, Record, RecordKey, Versioned};

/// A unique key and its holder.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldClaim {
    /// Where the key is unique; `None`: in the whole installation.
    pub scope: Option<Scope>,
    /// What kind of key.
    pub space: String,
    /// The key.
    pub key: String,
    /// The record that holds it.
    pub target: RecordKey,
}

/// An idempotency key with its reply.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldKey {
    /// Whose.
    pub scope: Scope,
    /// The key.
    pub key: String,
    /// The hash that it was first used with.
    pub hash: [u8; 32],
    /// When it was taken.
    pub made: Millis,
    /// The request that took it.
    pub request: String,
    /// The attempt that it waits for.
    pub attempt: Option<String>,
    /// The reply, once there is one.
    pub reply: Option<Reply>,
}

/// A job and its lease.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldJob {
    /// The job.
    pub job: Job,
    /// The process that holds it.
    pub leased_by: Option<String>,
    /// Until when; 0 when nobody holds it.
    pub leased_until: Millis,
    /// How often it was leased.
    pub fence: i64,
}

/// Everything that a store holds, each part in the order of its keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Every record but events, of all scopes.
    pub records: Vec<(RecordKey, Versioned<Record>)>,
    /// Every event.
    pub events: Vec<(Scope, Event)>,
    /// Every ledger transaction.
    pub transactions: Vec<(Scope, Transaction)>,
    /// Every stored balance, zero ones included.
    pub balances: Vec<(Scope, Balance)>,
    /// Every unique key.
    pub claims: Vec<HeldClaim>,
    /// Every idempotency key.
    pub keys: Vec<HeldKey>,
    /// Every job.
    pub jobs: Vec<HeldJob>,
    /// The epoch of settings.
    pub epoch: u64,
}

impl State {
    pub(super) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let records = self
            .records
            .iter()
            .filter(|(key, _)| key.kind != Kind::Event);
        let events = self.all_of(Kind::Event)?.into_iter();
        Ok(Snapshot {
            records: records
                .map(|(key, row)| Ok((key.clone(), decode(key, row)?)))
                .collect::<Result<_, StoreError>>()?,
            events: events
                .filter_map(|(scope, event)| Some((scope, Event::from_record(event)?)))
                .collect(),
            transactions: self
                .transactions
                .iter()
                .map(|((scope, _, _), made)| (scope.clone(), made.clone()))
                .collect(),
            balances: self.all_balances(),
            claims: self.all_claims(),
            keys: self.all_keys(),
            jobs: self.all_jobs(),
            epoch: self.epoch,
        })
    }

    fn all_balances(&self) -> Vec<(Scope, Balance)> {
        let all = self.balances.iter();
        all.map(|((scope, account, asset), amount)| {
            (
                scope.clone(),
                Balance {
                    account: *account,
                    asset: *asset,
                    amount: *amount,
                },
            )
        })
        .collect()
    }

    fn all_claims(&self) -> Vec<HeldClaim> {
        let all = self.claims.iter();
        all.map(|((scope, space, key), target)| HeldClaim {
            scope: scope.clone(),
            space: space.clone(),
            key: key.clone(),
            target: target.clone(),
        })
        .collect()
    }

    fn all_keys(&self) -> Vec<HeldKey> {
        let all = self.keys.iter();
        all.map(|((scope, key), row)| HeldKey {
            scope: scope.clone(),
            key: key.clone(),
            hash: row.hash,
            made: row.made,
            request: row.request.clone(),
            attempt: row.attempt.clone(),
            reply: self
                .replies
                .get(&(scope.clone(), row.request.clone()))
                .cloned(),
        })
        .collect()
    }

    fn all_jobs(&self) -> Vec<HeldJob> {
        let all = self.jobs.values().cloned();
        all.map(|row| HeldJob {
            job: row.job,
            leased_by: row.leased_by,
            leased_until: row.leased_until,
            fence: row.fence,
        })
        .collect()
    }
}
