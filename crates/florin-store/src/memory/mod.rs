//! The store in memory: for tests and the simulator.
//!
//! [`MemoryStore`] checks everything that the SQL engines check, over ordered maps behind one lock, so every run with
//! the same inputs is the same. Its futures are ready at once. Clones share the data, so a simulated process may be
//! dropped and started anew upon it. Deliberately absent: durability, queues, groups and any clock but the given one.

mod apply;
mod installation;
mod jobs;
mod read;
mod snapshot;
mod state;

pub use snapshot::{HeldClaim, HeldJob, HeldKey, Snapshot};

use crate::lease::{Held, Wanted};
use crate::{
    Balance, Commit, LeasedJob, ListQuery, SavedClaim, Store, StoreError, StoreFuture,
    TransactionQuery,
};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use florin_domain::ledger::Transaction;
use florin_domain::{Record, RecordKey, Versioned};
use state::State;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who holds a lease when nobody said otherwise.
const PROCESS: &str = "memory";

/// A store in memory. Clones share the data.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Fn() -> Millis + Send + Sync>,
    process: Arc<str>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStore({})", self.process)
    }
}

impl MemoryStore {
    /// An empty store; `clock` is the database's clock, by which jobs are due and leases run out.
    pub fn new(clock: impl Fn() -> Millis + Send + Sync + 'static) -> MemoryStore {
        MemoryStore {
            state: Arc::default(),
            clock: Arc::new(clock),
            process: PROCESS.into(),
        }
    }

    /// The same data, used by another process: leases are taken in its name.
    pub fn used_by(&self, process: &str) -> MemoryStore {
        MemoryStore {
            process: process.into(),
            ..self.clone()
        }
    }

    /// Voids every lease, as if each had run out: what becomes of the leases of a crashed process in time.
    pub fn forget_leases(&self) {
        self.lock().forget_leases(None);
    }

    /// Voids the leases of one process.
    pub fn forget_leases_of(&self, process: &str) {
        self.lock().forget_leases(Some(process));
    }

    /// Everything that the store holds, for an auditor.
    ///
    /// # Errors
    /// `Corrupt` when a body cannot be read back.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.lock().snapshot()
    }

    /// The state is replaced only by steps that cannot fail half-way, so a poisoned lock holds whole data.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn at_once<'a, T: Send + 'a>(answer: Result<T, StoreError>) -> StoreFuture<'a, T> {
    Box::pin(ready(answer))
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>> {
        at_once(self.lock().get(keys))
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        at_once(self.lock().list(query))
    }

    fn find<'a>(
        &'a self,
        scope: Option<&'a Scope>,
        space: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<RecordKey>> {
        at_once(Ok(self.lock().find(scope, space, key)))
    }

    fn saved<'a>(&'a self, scope: &'a Scope, key: &'a str) -> StoreFuture<'a, Option<SavedClaim>> {
        at_once(Ok(self.lock().saved(scope, key)))
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        at_once(self.lock().commit(&commit, &self.process, (self.clock)()))
    }

    fn lease(&self, wanted: Wanted) -> StoreFuture<'_, Vec<LeasedJob>> {
        let now = (self.clock)();
        at_once(Ok(self.lock().lease(&wanted, &self.process, now)))
    }

    fn renew(&self, held: Vec<Held>) -> StoreFuture<'_, Vec<String>> {
        let now = (self.clock)();
        at_once(Ok(self.lock().renew(&held, now)))
    }

    fn next_due<'a>(&'a self, kinds: &'a [JobKind]) -> StoreFuture<'a, Option<Millis>> {
        at_once(Ok(self.lock().next_due(kinds)))
    }

    fn jobs<'a>(&'a self, scope: &'a Scope, limit: usize) -> StoreFuture<'a, Vec<Job>> {
        at_once(Ok(self.lock().jobs_of(scope, limit)))
    }

    fn balances<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Vec<Balance>> {
        at_once(Ok(self.lock().balances_of(scope)))
    }

    fn transactions<'a>(
        &'a self,
        query: &'a TransactionQuery,
    ) -> StoreFuture<'a, Vec<Transaction>> {
        at_once(Ok(self.lock().transactions_of(query)))
    }

    fn epoch(&self) -> StoreFuture<'_, u64> {
        at_once(Ok(self.lock().epoch))
    }

    fn prune(&self, kept_ms: i64, limit: usize) -> StoreFuture<'_, usize> {
        let before = (self.clock)().plus_ms(-kept_ms);
        at_once(Ok(self.lock().prune(before, limit)))
    }

    fn health(&self) -> StoreFuture<'_, ()> {
        at_once(Ok(()))
    }
}
