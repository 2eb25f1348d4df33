//! What the auditor is given: the store's contents and journal, the processor's book, and what the outside world saw.
//!
//! Deliberately absent: anything that the engine remembers.

use florin_base::{Millis, Scope};
use florin_domain::processor::{Outcome, ProcessorRequest};
use florin_domain::{Kind, Record};
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
    /// Ids of what shows a card number or a signing secret in clear.
    pub shows: Vec<String>,
}

impl Entry {
    /// Of a commit; its texts are read here once for every audit.
    pub fn new(number: u64, at_ms: u64, commit: Commit) -> Entry {
        let changes = &commit.changes;
        let mut shows = Vec::new();
        let mut bodies = Vec::with_capacity(changes.writes.len());
        for write in &changes.writes {
            let text = write.record.encode().unwrap_or_default();
            // The hash of a key is so many digits that some run of them looks like anything.
            if write.key.kind != Kind::ApiKey && shows_secret(&text) {
                shows.push(write.key.id.clone());
            }
            bodies.push(parsed(&text));
        }
        let mut told = Vec::with_capacity(changes.events.len());
        for (_, event) in &changes.events {
            let text = event.snapshot.json();
            if shows_secret(text) {
                shows.push(event.id.to_string());
            }
            told.push(parsed(text));
        }
        Entry {
            number,
            at_ms,
            bodies,
            told,
            shows,
            commit,
        }
    }
}

fn parsed(text: &str) -> Arc<Value> {
    Arc::new(serde_json::from_str(text).unwrap_or_default())
}

/// True for a text with a card number or a signing secret in clear.
pub fn shows_secret(text: &str) -> bool {
    florin_vault::looks_like_card_number(text) || text.contains("whsec_")
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

/// One of several requests that raced for one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Takes so much and gives up the rest.
    Capture(i64),
    /// Gives the authorization back.
    Cancel,
    /// Gives so much back to the buyer.
    Refund(i64),
}

/// What a client heard of its move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was done.
    Done,
    /// It was refused, and nothing was changed.
    Refused,
    /// The processor never heard of it, as far as anybody knows: nothing was changed, whether or not it was allowed.
    Unheard,
    /// It may or may not have been done.
    Unsure,
}

/// A race for one payment that was authorized for an amount.
#[derive(Clone, Debug)]
pub struct Contest {
    /// Whose.
    pub scope: Scope,
    /// The intent.
    pub intent: String,
    /// Its charge.
    pub charge: String,
    /// What was authorized, minor units.
    pub amount: i64,
    /// Who wanted what, and what came of it.
    pub moves: Vec<(Move, Told)>,
    /// So many moves at the front were over before the others began.
    pub before: usize,
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
    /// Mails that the mail server took: the id and the address of each.
    pub mails: Vec<(String, String)>,
    /// References of calls whose outcome the engine did not hear.
    pub unheard: BTreeSet<String>,
    /// How far the wall clock jumped ahead since the beginning, in milliseconds.
    pub jumped_ms: u64,
    /// How far it jumped back, in milliseconds.
    pub fell_back_ms: u64,
    /// Races that are over.
    pub contests: Vec<Contest>,
    /// Confirmation tokens, each with a payment or set-up that was confirmed with it.
    pub confirmed: Vec<(Scope, String, String)>,
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
