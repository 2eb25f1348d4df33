//! PostgreSQL, and what speaks like it.
//!
//! One writer task with a connection of its own commits groups: a first pipeline opens the transaction, writes the
//! group's marker, locks what is written or required and takes the unique keys; the losers are found in memory; a
//! second pipeline writes and commits. A statement of the second pipeline that does not touch the rows it must raises
//! an error, so a wrong count can never be committed. Readers share a few connections. The lost answer of a commit is
//! looked up by the marker (see `doubt`). Everything is right under READ COMMITTED and SERIALIZABLE. Deliberately
//! absent: sequences, triggers, advisory locks, `LISTEN`, cancel requests, reads from replicas, TLS.

mod doubt;
mod effects;
#[cfg(test)]
mod guard_tests;
mod jitter;
mod jobs;
mod locks;
mod migrate;
mod params;
mod pool;
mod prepared;
mod read;
mod records;
mod session;
mod sql;
mod target;
mod trouble;
mod writer;

use crate::{
    Balance, Commit, LeasedJob, ListQuery, SavedClaim, Store, StoreError, StoreFuture,
    TransactionQuery,
};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use florin_domain::ledger::Transaction;
use florin_domain::{Record, RecordKey, Versioned};
use pool::Pool;
use prepared::Prepared;
use std::fmt;
use std::sync::Arc;
use target::Target;
use writer::{Door, Writer};

/// How long a lease lasts.
pub const LEASE_MS: i64 = 30_000;
/// How many jobs of one lane are leased at once.
pub const LANE_JOBS_MAX: i64 = 32;
/// How long the writer waits for the database before it closes the connection, in milliseconds.
pub const COMMIT_ANSWER_MS: u64 = 5_000;
/// How long a reader waits for the database before it closes the connection, in milliseconds.
pub const READ_ANSWER_MS: u64 = 5_000;
/// How long one host may take to accept a connection, in milliseconds.
pub const CONNECT_MS: u64 = 2_000;
/// How many connections readers share.
pub const READERS: usize = 4;

/// The isolation that sessions ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// What the database gives by default.
    #[default]
    Database,
    /// READ COMMITTED.
    ReadCommitted,
    /// SERIALIZABLE.
    Serializable,
}

/// How the store is reached and how patient it is.
#[derive(Clone)]
pub struct Options {
    /// A keyword string or an URL, with one or several hosts. May hold a password.
    pub config: String,
    /// The isolation of every session.
    pub isolation: Isolation,
    /// How long a commit may take before its outcome is looked up, in milliseconds.
    pub commit_answer_ms: u64,
    /// How long a read may take, in milliseconds.
    pub read_answer_ms: u64,
    /// How long one host may take to accept a connection, in milliseconds.
    pub connect_ms: u64,
    /// How many connections readers share.
    pub readers: usize,
}

impl Options {
    /// The usual patience.
    pub fn new(config: &str) -> Options {
        Options {
            config: config.to_owned(),
            isolation: Isolation::Database,
            commit_answer_ms: COMMIT_ANSWER_MS,
            read_answer_ms: READ_ANSWER_MS,
            connect_ms: CONNECT_MS,
            readers: READERS,
        }
    }
}

/// A store in PostgreSQL. Cheap to clone; the last clone stops the writer once it has served those who wait.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    door: Arc<Door>,
    process: Arc<str>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.door.close();
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresStore({})", self.inner.process)
    }
}

impl PostgresStore {
    /// Connects with the usual patience. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub async fn connect(config: &str) -> Result<PostgresStore, StoreError> {
        PostgresStore::open(Options::new(config)).await
    }

    /// Connects. The tables may be missing: [`PostgresStore::migrate`] makes them.
    ///
    /// # Errors
    /// `Corrupt` when the configuration cannot be read, `Unavailable` when no host that takes writes answers.
    pub async fn open(options: Options) -> Result<PostgresStore, StoreError> {
        let process: Arc<str> = jitter::run_name().into();
        let target = Arc::new(Target::new(&options, &process)?);
        let pool = Pool::new(Arc::clone(&target), &options);
        pool.rows("SELECT 1", &[]).await?;
        let door = Arc::new(Door::default());
        tokio::spawn(Writer::new(target, Arc::clone(&door), &process, &options).run());
        Ok(PostgresStore {
            inner: Arc::new(Inner {
                pool,
                door,
                process,
            }),
        })
    }

    /// Makes or completes the tables. Safe to run by several processes at once and to repeat.
    ///
    /// # Errors
    /// The database does not answer or refuses a statement.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::migrate(&self.inner.pool).await
    }

    /// The name under which this process leases jobs and marks its groups.
    pub fn process(&self) -> &str {
        &self.inner.process
    }

    /// A text that belongs to the installation and not to an account, such as the wrapped key ring.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn installation(&self, name: &str) -> Result<Option<String>, StoreError> {
        records::installation(&self.inner.pool, name).await
    }

    /// Sets such a text.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_installation(&self, name: &str, value: &str) -> Result<(), StoreError> {
        records::set_installation(&self.inner.pool, name, value).await
    }
}

impl Store for PostgresStore {
    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>> {
        Box::pin(records::get(&self.inner.pool, keys))
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        Box::pin(read::list(&self.inner.pool, query))
    }

    fn find<'a>(
        &'a self,
        scope: Option<&'a Scope>,
        space: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<RecordKey>> {
        Box::pin(records::find(&self.inner.pool, scope, space, key))
    }

    fn saved<'a>(&'a self, scope: &'a Scope, key: &'a str) -> StoreFuture<'a, Option<SavedClaim>> {
        Box::pin(records::saved(&self.inner.pool, scope, key))
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        let answer = Prepared::new(commit).and_then(|prepared| self.inner.door.enter(prepared));
        let gone = || Err(StoreError::InDoubt("the writer is gone".to_owned()));
        Box::pin(async move { answer?.await.unwrap_or_else(|_| gone()) })
    }

    fn lease<'a>(&'a self, kinds: &'a [JobKind], limit: usize) -> StoreFuture<'a, Vec<LeasedJob>> {
        Box::pin(jobs::lease(
            &self.inner.pool,
            kinds,
            limit,
            &self.inner.process,
        ))
    }

    fn next_due<'a>(&'a self, kinds: &'a [JobKind]) -> StoreFuture<'a, Option<Millis>> {
        Box::pin(jobs::next_due(&self.inner.pool, kinds))
    }

    fn jobs<'a>(&'a self, scope: &'a Scope, limit: usize) -> StoreFuture<'a, Vec<Job>> {
        Box::pin(jobs::of_scope(&self.inner.pool, scope, limit))
    }

    fn balances<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Vec<Balance>> {
        Box::pin(read::balances(&self.inner.pool, scope))
    }

    fn transactions<'a>(
        &'a self,
        query: &'a TransactionQuery,
    ) -> StoreFuture<'a, Vec<Transaction>> {
        Box::pin(read::transactions(&self.inner.pool, query))
    }

    fn epoch(&self) -> StoreFuture<'_, u64> {
        Box::pin(records::epoch(&self.inner.pool))
    }

    fn prune(&self, before: Millis, limit: usize) -> StoreFuture<'_, usize> {
        Box::pin(records::prune(&self.inner.pool, before, limit))
    }

    fn health(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.inner.pool.rows("SELECT 1", &[]).await?;
            match self.inner.door.is_closed() {
                true => Err(StoreError::Unavailable("the writer is gone".to_owned())),
                false => Ok(()),
            }
        })
    }
}
