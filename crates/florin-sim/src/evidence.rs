//! What the auditor is given: the store's contents and journal, the processor's book, and what the outside world saw.
//!
//! Deliberately absent: anything that the engine remembers.

use florin_base::{Millis, Scope};
use florin_domain::Record;
use florin_domain::processor::{Outcome, ProcessorRequest};
use florin_store::Commit;
use florin_store::memory::Snapshot;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A commit that took effect.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number among the commits that were asked for.
    pub number: u64,
    /// When, in milliseconds of virtual time.
    pub at_ms: u64,
    /// What it changed.
    pub commit: Commit,
    /// The body of each write, as the store keeps it.
    pub bodies: Vec<Arc<Value>>,
    /// What each event tells, as the store keeps it.
    pub told: Vec<Arc<Value>>,
}

impl Entry {
    /// Of a commit; its bodies are read here once for every audit.
    pub fn new(number: u64, at_ms: u64, commit: Commit) -> Entry {
        let changes = &commit.changes;
        let told = changes.events.iter().map(|(_, event)| {
            Arc::new(serde_json::from_str(event.snapshot.json()).unwrap_or_default())
        });
        Entry {
            number,
            at_ms,
            bodies: changes
                .writes
                .iter()
                .map(|write| Arc::new(body(&write.record)))
                .collect(),
            told: told.collect(),
            commit,
        }
    }
}

/// The body of a record, as the store keeps it.
pub fn body(record: &Record) -> Value {
    record
        .encode()
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// An answer that a client got.
#[derive(Clone, Debug)]
pub struct Ack {
    /// When, in milliseconds of virtual time.
    pub at_ms: u64,
    /// Whose request it was.
    pub scope: Scope,
    /// The idempotency key.
    pub key: String,
    /// The operation.
    pub operation: &'static str,
    /// The kind of object that a success is answered with.
    pub object: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// It was answered with the saved answer of this request.
    pub replayed_from: Option<String>,
}

/// A webhook that arrived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt {
    /// Where.
    pub url: String,
    /// The event's id.
    pub event: String,
}

/// Everything at one moment in which nothing is under way.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The moment.
    pub now: Millis,
    /// How long the world has existed, in milliseconds; acknowledgements are dated by it.
    pub elapsed_ms: u64,
    /// The processor kept books of its own.
    pub outside: bool,
    /// The store.
    pub snapshot: Snapshot,
    /// Every commit that took effect, in order.
    pub journal: Vec<Arc<Entry>>,
    /// What the processor did, in order.
    pub book: Vec<(ProcessorRequest, Outcome)>,
    /// What clients were answered, in order.
    pub acks: Vec<Ack>,
    /// What arrived at endpoints.
    pub receipts: Vec<Receipt>,
    /// References of calls whose outcome the engine did not hear.
    pub unheard: BTreeSet<String>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The broken rule.
    pub rule: &'static str,
    /// What was found.
    pub what: String,
}

impl Violation {
    /// Of a rule.
    pub fn new(rule: &'static str, what: impl Into<String>) -> Violation {
        Violation {
            rule,
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}
