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
mod home;
mod installation;
pub(crate) mod jitter;
mod jobs;
#[cfg(test)]
mod live_tests;
mod locks;
pub(crate) mod migrate;
pub(crate) mod params;
mod pool;
mod prepared;
mod read;
mod records;
pub(crate) mod session;
mod sql;
pub(crate) mod target;
pub(crate) mod trouble;
mod writer;

use crate::lease::{Held, Wanted};
use crate::schema::{MIGRATIONS, PACKED_SINCE};
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
use std::sync::atomic::{AtomicBool, Ordering};
use target::{Role, Target};
use writer::{Door, Writer};

/// How long the writer waits for the database before it closes the connection, in milliseconds.
pub const COMMIT_ANSWER_MS: u64 = 5_000;
/// How long a reader waits for the database before it closes the connection, in milliseconds.
pub const READ_ANSWER_MS: u64 = 5_000;
/// How long one host may take to accept a connection, in milliseconds.
pub const CONNECT_MS: u64 = 2_000;
/// How many connections readers share.
pub const READERS: usize = 4;
/// How many connections the shelf has.
const SHELF_CONNECTIONS: usize = 2;
pub use pool::QUESTIONS_MAX;

/// The isolation of commits. Everything else is a single statement under READ COMMITTED.
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
    /// The isolation of commits.
    pub isolation: Isolation,
    /// How long a commit may take before its outcome is looked up, in milliseconds.
    pub commit_answer_ms: u64,
    /// How long a read may take, connecting included, in milliseconds.
    pub read_answer_ms: u64,
    /// How long one host may take to accept a connection, in milliseconds.
    pub connect_ms: u64,
    /// How many connections readers share.
    pub readers: usize,
    /// Accept a server that does not wait for its disk. Only for throw-away data.
    pub unsafe_no_fsync: bool,
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
            unsafe_no_fsync: false,
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
    /// For what tells whether the database is there and whether settings changed: it never waits behind a question.
    pulse: Pool,
    /// For single statements that change something.
    chores: Pool,
    /// For the shelf: a payment must not wait behind a chore.
    shelf: Pool,
    target: Arc<Target>,
    door: Arc<Door>,
    process: Arc<str>,
    /// No older release serves any more, so that bodies may be packed. It never becomes untrue again.
    packs: AtomicBool,
}

impl Inner {
    async fn epoch(&self) -> Result<u64, StoreError> {
        let (epoch, finished) = records::epoch(&self.pulse).await?;
        if finished > MIGRATIONS.len() {
            return Err(StoreError::Corrupt(
                "a newer release has finished the migration of this database; start that one"
                    .to_owned(),
            ));
        }
        if finished >= PACKED_SINCE {
            self.packs.store(true, Ordering::Relaxed);
        }
        Ok(epoch)
    }
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
        let pool = Pool::new(&target, Role::Reader, options.readers, &options);
        let pulse = Pool::new(&target, Role::Reader, 1, &options);
        let chores = Pool::new(&target, Role::Chores, 1, &options);
        let shelf = Pool::new(&target, Role::Chores, SHELF_CONNECTIONS, &options);
        pulse.rows("SELECT 1", &[]).await?;
        let door = Arc::new(Door::default());
        let writer = Writer::new(Arc::clone(&target), Arc::clone(&door), &process, &options);
        tokio::spawn(writer.run());
        Ok(PostgresStore {
            inner: Arc::new(Inner {
                pool,
                pulse,
                chores,
                shelf,
                target,
                door,
                process,
                packs: AtomicBool::new(false),
            }),
        })
    }

    /// Makes or completes the tables. Safe to run by several processes at once and to repeat.
    ///
    /// # Errors
    /// The database does not answer or refuses a statement.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        if !migrate::is_done(&self.inner.chores).await {
            migrate::migrate(&self.inner.target, &self.inner.process).await?;
        }
        self.inner.epoch().await.map(|_| ())
    }

    /// Takes away what only older releases use. None of them may serve this database any more; copies of this release
    /// notice within a second, and may go on serving.
    ///
    /// # Errors
    /// The database does not answer or refuses a statement.
    pub async fn finish(&self) -> Result<(), StoreError> {
        self.migrate().await?;
        migrate::finish(&self.inner.target, &self.inner.process).await?;
        self.inner.epoch().await.map(|_| ())
    }

    /// The name under which this process leases jobs and marks its groups.
    pub fn process(&self) -> &str {
        &self.inner.process
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
        let packs = self.inner.packs.load(Ordering::Relaxed);
        let prepared = Prepared::new(commit, packs);
        let answer = prepared.and_then(|prepared| self.inner.door.enter(prepared));
        let gone = || Err(StoreError::InDoubt("the writer is gone".to_owned()));
        Box::pin(async move { answer?.await.unwrap_or_else(|_| gone()) })
    }

    fn lease(&self, wanted: Wanted) -> StoreFuture<'_, Vec<LeasedJob>> {
        Box::pin(async move { jobs::lease(&self.inner.chores, &wanted, &self.inner.process).await })
    }

    fn renew(&self, held: Vec<Held>) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async move { jobs::renew(&self.inner.chores, &held).await })
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
        Box::pin(self.inner.epoch())
    }

    fn prune(&self, kept_ms: i64, limit: usize) -> StoreFuture<'_, usize> {
        Box::pin(records::prune(&self.inner.chores, kept_ms, limit))
    }

    fn health(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.inner.pulse.rows("SELECT 1", &[]).await?;
            match self.inner.door.is_closed() {
                true => Err(StoreError::Unavailable("the writer is gone".to_owned())),
                false => self.inner.door.ailing.check(),
            }
        })
    }
}
