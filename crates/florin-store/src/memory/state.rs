//! The tables as ordered maps.

use crate::commit::{IdempotencyClaim, Reply};
use crate::grouping::BalanceId;
use crate::shelf::Shelf;
use crate::tallies::Board;
use florin_base::{Millis, Scope, Timestamp};
use florin_domain::changes::Job;
use florin_domain::ledger::Transaction;
use florin_domain::{Kind, RecordKey};
use std::collections::{BTreeMap, BTreeSet};

/// One record, with its body encoded as the SQL engines hold it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) version: u64,
    pub(super) created: Timestamp,
    pub(super) columns: Vec<Option<String>>,
    pub(super) body: String,
}

/// A job with its lease.
#[derive(Clone, Debug)]
pub(super) struct JobRow {
    pub(super) job: Job,
    pub(super) leased_by: Option<String>,
    pub(super) leased_until: Millis,
    pub(super) fence: i64,
}

/// An idempotency key without its reply.
#[derive(Clone, Debug)]
pub(super) struct KeyRow {
    pub(super) hash: [u8; 32],
    pub(super) made: Millis,
    pub(super) answered: Option<Millis>,
    pub(super) request: String,
    pub(super) attempt: Option<String>,
}

impl KeyRow {
    pub(super) fn of(claim: &IdempotencyClaim, now: Millis) -> KeyRow {
        KeyRow {
            hash: claim.hash,
            made: now,
            answered: None,
            request: claim.request.clone(),
            attempt: claim.attempt.clone(),
        }
    }

    /// True when nothing waits for the key any more: answered before an instant, or taken before it without an attempt.
    pub(super) fn is_over(&self, before: Millis) -> bool {
        let is_answered = self.answered.is_some_and(|answered| answered < before);
        self.made < before && (self.attempt.is_none() || is_answered)
    }
}

/// A unique key: its scope (`None` for the whole installation), its space and its name.
pub(super) type ClaimId = (Option<Scope>, String, String);

/// All tables.
#[derive(Debug)]
pub(super) struct State {
    pub(super) records: BTreeMap<RecordKey, Row>,
    /// The records of a scope and kind in the order of lists.
    pub(super) by_created: BTreeSet<(Scope, Kind, Timestamp, String)>,
    pub(super) claims: BTreeMap<ClaimId, RecordKey>,
    /// By scope, time and id: the order of lists.
    pub(super) transactions: BTreeMap<(Scope, Timestamp, String), Transaction>,
    pub(super) transaction_ids: BTreeSet<(Scope, String)>,
    pub(super) balances: BTreeMap<BalanceId, i64>,
    pub(super) keys: BTreeMap<(Scope, String), KeyRow>,
    /// Replies by scope and request.
    pub(super) replies: BTreeMap<(Scope, String), Reply>,
    pub(super) jobs: BTreeMap<String, JobRow>,
    pub(super) epoch: u64,
    /// Texts of the installation by name.
    pub(super) texts: BTreeMap<String, String>,
    pub(super) shelf: Shelf,
    pub(super) tallies: Board,
}

impl Default for State {
    fn default() -> State {
        State {
            records: BTreeMap::new(),
            by_created: BTreeSet::new(),
            claims: BTreeMap::new(),
            transactions: BTreeMap::new(),
            transaction_ids: BTreeSet::new(),
            balances: BTreeMap::new(),
            keys: BTreeMap::new(),
            replies: BTreeMap::new(),
            jobs: BTreeMap::new(),
            epoch: 1,
            texts: BTreeMap::new(),
            shelf: Shelf::default(),
            tallies: Board::default(),
        }
    }
}
