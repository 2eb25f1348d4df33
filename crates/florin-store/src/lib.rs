//! The store: one small trait, and the engines behind it.
//!
//! [`Store`] commits [`Commit`]s whole or not at all, in groups with one fsync, and reads records back. The engines are
//! [`memory`] (tests and the simulator), [`sqlite`] (the default) and [`postgres`]; one conformance suite holds all
//! three to the same behaviour. Deliberately absent: business rules, wire formats, card data in clear.

mod ailing;
#[cfg(feature = "conformance")]
#[path = "../tests/support/cluster.rs"]
pub mod cluster;
pub mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
mod forward;
pub mod grouping;
pub mod installation;
pub mod lease;
pub mod memory;
pub mod packing;
pub mod postgres;
pub mod query;
pub mod schema;
mod shelf;
pub mod sqlite;
pub mod tallies;
pub mod transfer;

pub use commit::{Commit, Finish, IdempotencyClaim, LeasedJob, Reply, SavedClaim, StoreError};
pub use installation::{Installation, ShelfKey, Shelved};
pub use lease::{Held, Wanted};
pub use query::{Balance, ListQuery, Order, TransactionQuery};
pub use tallies::{Count, Tallied, Tallies, TallyKey};

use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use florin_domain::ledger::Transaction;
use florin_domain::{Record, RecordKey, Versioned};
use std::future::Future;
use std::pin::Pin;

/// A boxed future of a store operation.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Everything that the engine asks of a database.
pub trait Store: Send + Sync {
    /// The records under these keys, each with its version; `None` where there is none.
    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>>;

    /// A page of records in (created, id) order, the newest first unless asked otherwise.
    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>>;

    /// Who holds a unique key. `scope` is `None` for keys that are unique in the whole installation.
    fn find<'a>(
        &'a self,
        scope: Option<&'a Scope>,
        space: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<RecordKey>>;

    /// What is known of an idempotency key.
    fn saved<'a>(&'a self, scope: &'a Scope, key: &'a str) -> StoreFuture<'a, Option<SavedClaim>>;

    /// Commits, durably, before the future resolves. Jobs that are due are returned leased to this process when the
    /// commit asks for it.
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>>;

    /// Leases due jobs for this process for [`lease::LEASE_MS`], by the database's clock, with a fence that grows.
    fn lease(&self, wanted: Wanted) -> StoreFuture<'_, Vec<LeasedJob>>;

    /// Begins held leases anew, also one that ran out as long as nobody else took the job. Returns the jobs that are still
    /// this process's own.
    fn renew(&self, held: Vec<Held>) -> StoreFuture<'_, Vec<String>>;

    /// When the next job of these kinds is due; `None` when none waits.
    fn next_due<'a>(&'a self, kinds: &'a [JobKind]) -> StoreFuture<'a, Option<Millis>>;

    /// The jobs of a scope, waiting or leased: for operators and tests.
    fn jobs<'a>(&'a self, scope: &'a Scope, limit: usize) -> StoreFuture<'a, Vec<Job>>;

    /// Balances that are not zero, debit positive.
    fn balances<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Vec<Balance>>;

    /// A page of ledger transactions with their entries, the newest first.
    fn transactions<'a>(&'a self, query: &'a TransactionQuery)
    -> StoreFuture<'a, Vec<Transaction>>;

    /// The epoch of settings: grows with every commit that changes keys, pricing or endpoints.
    fn epoch(&self) -> StoreFuture<'_, u64>;

    /// Drops idempotency keys that were answered longer ago than this by the database's clock, in milliseconds, at most
    /// `limit` of them, with their replies. Returns how many went. A key that still waits for its attempt stays, however
    /// old it is: without it the client's next try would be a second payment.
    fn prune(&self, kept_ms: i64, limit: usize) -> StoreFuture<'_, usize>;

    /// Fails when the database does not answer.
    fn health(&self) -> StoreFuture<'_, ()>;
}
