//! What a decision wants: one value that the store commits whole or not at all.
//!
//! [`Draft`] is the only way to build [`Changes`]: it keeps versions without gaps, writes one event per type and
//! version, and asserts that every ledger transaction sums to zero. Deliberately absent: executing anything.

use crate::context::Context;
use crate::ledger::{LedgerAccount, Movement, Transaction};
use crate::record::{Entity, Kind, Record, RecordKey, Versioned};
use crate::transitions::Transition;
use crate::webhooks::{Event, EventOf, Snapshot};
use florin_base::time::Day;
use florin_base::{Asset, Millis, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

/// A record to write, and the version that the store must hold now (0: none).
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Where.
    pub key: RecordKey,
    /// The version that the store must hold; 0 means that the record must not exist.
    pub expected: u64,
    /// The version after the write.
    pub version: u64,
    /// The whole record.
    pub record: Record,
    /// Its body, where an event needed it already.
    pub encoded: Option<Snapshot>,
}

impl Write {
    /// The record's body.
    ///
    /// # Errors
    /// The record cannot be encoded.
    pub fn body(&self) -> Result<Cow<'_, str>, serde_json::Error> {
        let Some(encoded) = &self.encoded else {
            return self.record.encode().map(Cow::Owned);
        };
        debug_assert_eq!(self.record.encode().ok().as_deref(), Some(encoded.json()));
        Ok(Cow::Borrowed(encoded.json()))
    }
}

/// Something that was only read and must not have changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Require {
    /// The record.
    pub key: RecordKey,
    /// Its version when it was read; 0 when it did not exist.
    pub version: u64,
}

/// A unique key: at most one record may hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The scope in which the key is unique; `None`: in the whole installation.
    pub scope: Option<Scope>,
    /// What kind of key: `api_key`, `order`, `reference`.
    pub space: &'static str,
    /// The key.
    pub key: String,
    /// The record that holds it.
    pub target: RecordKey,
}

/// Work that is due at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Unique; a job with a known id is not added a second time while the first one waits.
    pub id: String,
    /// What to do.
    pub kind: JobKind,
    /// Whose work it is.
    pub scope: Scope,
    /// When, in real time.
    pub due: Millis,
    /// Jobs of one lane are leased with bounded concurrency, so that one slow endpoint delays no other.
    pub lane: String,
    /// What the job needs to know.
    pub body: Value,
}

/// The kinds of due work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Find the endpoints of fresh events and write one delivery for each.
    FanOut,
    /// Send one delivery.
    Deliver,
    /// Ask the processor what became of an attempt, then settle it.
    Recover,
    /// Ask the processor about a refund that was pending or may still fail.
    RefundInquiry,
    /// Cancel an authorization that was not captured in time.
    AuthorizationExpiry,
    /// Give back an authorization that nobody wants any more.
    Void,
    /// Give back the money of an approval that came after another end was recorded.
    Reverse,
    /// Move a day's pending balance to the available one.
    Release,
    /// End a checkout session that nobody paid.
    SessionExpiry,
    /// Give up what a buyer was asked to do and did not do in time.
    ActionExpiry,
    /// Mail the receipt of a payment.
    Receipt,
    /// Mail the receipt of a refund.
    RefundReceipt,
    /// Detach what was attached to a customer while it was being deleted.
    Detach,
    /// Drop idempotency keys that are too old.
    PruneKeys,
}

impl JobKind {
    /// Every kind.
    pub const ALL: &'static [JobKind] = &[
        JobKind::FanOut,
        JobKind::Deliver,
        JobKind::Recover,
        JobKind::RefundInquiry,
        JobKind::AuthorizationExpiry,
        JobKind::Void,
        JobKind::Reverse,
        JobKind::Release,
        JobKind::SessionExpiry,
        JobKind::ActionExpiry,
        JobKind::Receipt,
        JobKind::RefundReceipt,
        JobKind::Detach,
        JobKind::PruneKeys,
    ];

    /// The name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            JobKind::FanOut => "fan_out",
            JobKind::Deliver => "deliver",
            JobKind::Recover => "recover",
            JobKind::RefundInquiry => "refund_inquiry",
            JobKind::AuthorizationExpiry => "authorization_expiry",
            JobKind::Void => "void",
            JobKind::Reverse => "reverse",
            JobKind::Release => "release",
            JobKind::SessionExpiry => "session_expiry",
            JobKind::ActionExpiry => "action_expiry",
            JobKind::Receipt => "receipt",
            JobKind::RefundReceipt => "refund_receipt",
            JobKind::Detach => "detach",
            JobKind::PruneKeys => "prune_keys",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<JobKind> {
        JobKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
    }
}

/// A floor: the balance must be at least this after the commit, or the commit fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// Whose balance.
    pub scope: Scope,
    /// Which account of the chart.
    pub account: LedgerAccount,
    /// Which asset.
    pub asset: Asset,
    /// The least amount that may remain, as the merchant sees it (positive is money of the merchant).
    pub at_least: i64,
}

/// Everything that one decision changes. Built by [`Draft`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Records to write; at most one write per record.
    pub writes: Vec<Write>,
    /// Records only read.
    pub requires: Vec<Require>,
    /// Floors under balances.
    pub floors: Vec<Floor>,
    /// Unique keys taken.
    pub claims: Vec<Claim>,
    /// Balanced ledger transactions, each with its scope.
    pub transactions: Vec<(Scope, Transaction)>,
    /// Events, each with its scope.
    pub events: Vec<(Scope, Event)>,
    /// Due work.
    pub jobs: Vec<Job>,
}

impl Changes {
    /// True when there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
            && self.transactions.is_empty()
            && self.jobs.is_empty()
            && self.claims.is_empty()
    }

    /// The record that this change leaves behind under a key, if it writes it.
    pub fn written(&self, key: &RecordKey) -> Option<&Write> {
        self.writes.iter().find(|write| write.key == *key)
    }

    /// Puts a later decision behind this one, so that both are one commit. The later one was made upon the records
    /// that this one writes.
    pub fn then(&mut self, later: Changes) {
        for write in later.writes {
            self.push_write(write);
        }
        for require in later.requires {
            self.push_require(require);
        }
        self.floors.extend(later.floors);
        self.claims.extend(later.claims);
        self.transactions.extend(later.transactions);
        self.events.extend(later.events);
        self.jobs.extend(later.jobs);
    }

    /// Leaves out the attempts that are answered: where a processor's effects lie in our own store, only those are kept whose
    /// outcome comes later.
    pub fn without_answered(mut self) -> Changes {
        let is_kept = |write: &Write| match &write.record {
            Record::Attempt(attempt) => attempt.ask_from.is_some(),
            _ => true,
        };
        self.writes.retain(is_kept);
        self.requires
            .retain(|require| require.key.kind != Kind::Attempt);
        self
    }

    fn push_write(&mut self, write: Write) {
        self.requires.retain(|require| require.key != write.key);
        match self.writes.iter_mut().find(|known| known.key == write.key) {
            Some(known) => {
                known.version = write.version;
                known.record = write.record;
                known.encoded = write.encoded;
            }
            None => self.writes.push(write),
        }
    }

    /// Demands that something which was read stays as it was, unless this change writes it.
    pub fn require(&mut self, require: Require) {
        self.push_require(require);
    }

    fn push_require(&mut self, require: Require) {
        let known = self.writes.iter().any(|write| write.key == require.key)
            || self.requires.contains(&require);
        if !known {
            self.requires.push(require);
        }
    }
}

/// Changes in the making.
#[derive(Debug)]
pub struct Draft {
    scope: Scope,
    changes: Changes,
}

impl Draft {
    /// An empty draft in a scope.
    pub fn new(scope: &Scope) -> Draft {
        Draft {
            scope: scope.clone(),
            changes: Changes::default(),
        }
    }

    /// Writes a record's next version and the events that its transition is listed with.
    pub fn save<T: Entity>(
        &mut self,
        context: &mut Context<'_>,
        held: &mut Versioned<T>,
        transition: Transition,
    ) {
        self.save_with(context, held, transition, None);
    }

    /// As [`Draft::save`]; `*.updated` events also tell what changed since `before`.
    pub fn save_with<T: Entity>(
        &mut self,
        context: &mut Context<'_>,
        held: &mut Versioned<T>,
        transition: Transition,
        before: Option<T>,
    ) {
        let record: Record = held.record.clone().into();
        held.version += 1;
        let before = before.map(Into::into);
        self.write(context, (held.version, record), transition, before);
    }

    /// As [`Draft::save`], for a record that nobody needs afterwards.
    pub fn close<T: Entity>(
        &mut self,
        context: &mut Context<'_>,
        held: Versioned<T>,
        transition: Transition,
    ) {
        let record: Record = held.record.into();
        self.write(context, (held.version + 1, record), transition, None);
    }

    fn write(
        &mut self,
        context: &mut Context<'_>,
        (version, record): (u64, Record),
        transition: Transition,
        before: Option<Record>,
    ) {
        // What was deleted is told as it was; everything else as it is now.
        let (past, before) = match transition.tells_the_past() {
            true => (before, None),
            false => (None, before),
        };
        let kinds = transition.events();
        let encoded = (!kinds.is_empty()).then(|| Snapshot::of(&record));
        for kind in kinds {
            let now = || encoded.clone().unwrap_or_default();
            let event = Event::of(
                context,
                kind,
                EventOf {
                    record: past.as_ref().unwrap_or(&record),
                    version,
                    snapshot: past.as_ref().map_or_else(now, Snapshot::of),
                    before: before.as_ref().map(Snapshot::of),
                },
            );
            self.changes.events.push((self.scope.clone(), event));
        }
        let key = RecordKey::new(&self.scope, record.kind(), record.id());
        self.changes.push_write(Write {
            key,
            expected: version - 1,
            version,
            record,
            encoded,
        });
    }

    /// Puts a record aside for the decision that follows in the same commit, without a version of its own. Used where
    /// a processor's effects lie inside our store; the later [`Draft::save`] gives the version and the events.
    pub fn stage<T: Entity>(&mut self, held: Versioned<T>) {
        let key = held.record.key(&self.scope);
        self.changes.push_write(Write {
            key,
            expected: held.version,
            version: held.version,
            record: held.record.into(),
            encoded: None,
        });
    }

    /// Demands that a record which was only read has not changed.
    pub fn require<T: Entity>(&mut self, held: &Versioned<T>) {
        let key = held.record.key(&self.scope);
        self.changes.push_require(Require {
            key,
            version: held.version,
        });
    }

    /// Takes a unique key.
    pub fn claim(&mut self, claim: Claim) {
        self.changes.claims.push(claim);
    }

    /// Books a balanced transaction. What comes into a pending day is released on that day, whenever it comes: a clock that
    /// fell back may book into a day whose release is over.
    pub fn book(&mut self, transaction: Transaction) {
        debug_assert!(transaction.is_balanced());
        if transaction.movement != Movement::Release {
            for (account, _) in &transaction.entries {
                if let LedgerAccount::Pending(day) = account {
                    self.release_on(*day, transaction.asset);
                }
            }
        }
        self.changes
            .transactions
            .push((self.scope.clone(), transaction));
    }

    /// One release job per account, asset and day: the same id is added once.
    fn release_on(&mut self, day: Day, asset: Asset) {
        let mode = self.scope.mode();
        let (account, day_number) = (&self.scope.account, day.0);
        let id = format!("job_release_{account}_{mode}_{asset}_{day_number}");
        if self.changes.jobs.iter().any(|known| known.id == id) {
            return;
        }
        let body = json!({ "asset": asset, "day": day_number });
        self.job(JobKind::Release, id, day.start().millis(), body);
    }

    /// Adds due work for this scope.
    pub fn job(&mut self, kind: JobKind, id: String, due: Millis, body: Value) {
        let lane = kind.name().to_owned();
        self.changes.jobs.push(Job {
            id,
            kind,
            scope: self.scope.clone(),
            due,
            lane,
            body,
        });
    }

    /// Adds due work in a lane of its own.
    pub fn job_in_lane(&mut self, job: Job) {
        self.changes.jobs.push(job);
    }

    /// Puts ready changes behind what stands here.
    pub fn append(&mut self, later: Changes) {
        self.changes.then(later);
    }

    /// What stands here so far.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// The finished changes.
    pub fn finish(self) -> Changes {
        self.changes
    }
}

/// A creation time range, both ends included; used by lists.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Created {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
}
