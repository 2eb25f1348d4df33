//! Where a security code waits for its authorisation: at most 15 minutes, to be taken once, never on a disk in clear.
//!
//! `CvcStore` is what the payment flow sees. `CvcShelf` is the bounded map in memory of a single process; `SharedCvcShelf`
//! keeps sealed rows that several processes share. Deliberately absent: a timer; the scheduler calls `CvcShelf::purge`.

use crate::card::Cvc;
use crate::seal::{SealContext, VaultError};
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a security code may wait, in milliseconds.
pub const CVC_KEPT_MS: i64 = 15 * 60 * 1000;
/// How many security codes of one account wait at most in each mode; the oldest of them gives way.
pub const CVCS_KEPT_MAX: usize = 10_000;

/// What the methods of `CvcStore` return.
pub type CvcFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CvcStoreError>> + Send + 'a>>;

/// A place where security codes wait. It forgets each after `CVC_KEPT_MS` and gives each out once.
pub trait CvcStore: Send + Sync {
    /// Keeps a code for a record, in place of an earlier one.
    ///
    /// # Errors
    /// `CvcStoreError`, in which case the payment goes on without a code.
    fn put<'a>(&'a self, context: SealContext<'a>, cvc: Cvc, now_ms: i64) -> CvcFuture<'a, ()>;

    /// Gives out the code of a record and forgets it; nothing when there is none or it is too old.
    ///
    /// # Errors
    /// `CvcStoreError`.
    fn take<'a>(&'a self, context: SealContext<'a>, now_ms: i64) -> CvcFuture<'a, Option<Cvc>>;
}

/// Why a store of security codes did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CvcStoreError {
    /// The database is away, in its own words, which hold no code.
    Unavailable(String),
    /// The vault refused to seal or to open.
    Vault(VaultError),
}

impl fmt::Display for CvcStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CvcStoreError::Unavailable(reason) => {
                write!(f, "the store of security codes: {reason}")
            }
            CvcStoreError::Vault(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CvcStoreError {}

/// Account and mode: nobody's codes make those of another give way.
type Owner = (String, bool);

/// Bounded maps in memory, one per account and mode.
#[derive(Default)]
pub struct CvcShelf {
    owners: Mutex<BTreeMap<Owner, Shelved>>,
}

#[derive(Default)]
struct Shelved {
    /// By record.
    codes: BTreeMap<String, Waiting>,
    /// Which record came when; the first one is the oldest.
    order: BTreeMap<u64, String>,
    next_turn: u64,
}

struct Waiting {
    cvc: Cvc,
    put_at_ms: i64,
    turn: u64,
}

impl CvcShelf {
    /// An empty shelf.
    pub fn new() -> CvcShelf {
        CvcShelf::default()
    }

    /// Keeps a code for a record, in place of an earlier one. The account's oldest gives way when `CVCS_KEPT_MAX` wait.
    pub fn put(&self, context: &SealContext<'_>, cvc: Cvc, now_ms: i64) {
        let mut owners = self.lock();
        let shelved = owners.entry(owner_of(context)).or_default();
        shelved.drop_old_from_front(now_ms);
        shelved.remove(context.record);
        if shelved.codes.len() >= CVCS_KEPT_MAX {
            shelved.drop_first();
        }
        let turn = shelved.next_turn;
        shelved.next_turn += 1;
        shelved.order.insert(turn, context.record.to_owned());
        let waiting = Waiting {
            cvc,
            put_at_ms: now_ms,
            turn,
        };
        shelved.codes.insert(context.record.to_owned(), waiting);
    }

    /// Gives out the code of a record and forgets it; nothing when there is none or it is too old.
    pub fn take(&self, context: &SealContext<'_>, now_ms: i64) -> Option<Cvc> {
        let mut owners = self.lock();
        let owner = owner_of(context);
        let shelved = owners.get_mut(&owner)?;
        let waiting = shelved.remove(context.record);
        if shelved.codes.is_empty() {
            owners.remove(&owner);
        }
        waiting
            .filter(|waiting| !waiting.is_old(now_ms))
            .map(|waiting| waiting.cvc)
    }

    /// Forgets every code that is too old and says how many. Call it each minute: `put` alone would leave the last ones.
    pub fn purge(&self, now_ms: i64) -> usize {
        let mut owners = self.lock();
        let gone = owners
            .values_mut()
            .map(|shelved| shelved.purge(now_ms))
            .sum();
        owners.retain(|_, shelved| !shelved.codes.is_empty());
        gone
    }

    /// How many codes wait, old ones included.
    pub fn len(&self) -> usize {
        self.lock()
            .values()
            .map(|shelved| shelved.codes.len())
            .sum()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The maps are consistent after each statement, so a panic elsewhere does not spoil them.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Owner, Shelved>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CvcStore for CvcShelf {
    fn put<'a>(&'a self, context: SealContext<'a>, cvc: Cvc, now_ms: i64) -> CvcFuture<'a, ()> {
        CvcShelf::put(self, &context, cvc, now_ms);
        Box::pin(ready(Ok(())))
    }

    fn take<'a>(&'a self, context: SealContext<'a>, now_ms: i64) -> CvcFuture<'a, Option<Cvc>> {
        let cvc = CvcShelf::take(self, &context, now_ms);
        Box::pin(ready(Ok(cvc)))
    }
}

impl Shelved {
    fn remove(&mut self, record: &str) -> Option<Waiting> {
        let waiting = self.codes.remove(record)?;
        self.order.remove(&waiting.turn);
        Some(waiting)
    }

    fn drop_first(&mut self) {
        if let Some((_, record)) = self.order.pop_first() {
            self.codes.remove(&record);
        }
    }

    fn purge(&mut self, now_ms: i64) -> usize {
        let old: Vec<String> = self
            .codes
            .iter()
            .filter(|(_, waiting)| waiting.is_old(now_ms))
            .map(|(record, _)| record.clone())
            .collect();
        old.iter().for_each(|record| drop(self.remove(record)));
        old.len()
    }

    fn drop_old_from_front(&mut self, now_ms: i64) {
        while self.order.first_key_value().is_some_and(|(_, record)| {
            // A record without a code cannot happen; dropping it keeps the loop finite all the same.
            self.codes
                .get(record)
                .is_none_or(|waiting| waiting.is_old(now_ms))
        }) {
            self.drop_first();
        }
    }
}

impl Waiting {
    fn is_old(&self, now_ms: i64) -> bool {
        now_ms.saturating_sub(self.put_at_ms) >= CVC_KEPT_MS
    }
}

fn owner_of(context: &SealContext<'_>) -> Owner {
    (context.account.to_owned(), context.live)
}
