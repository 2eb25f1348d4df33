//! The default engine: SQLite inside the process.
//!
//! One writer thread takes the waiting commits, gives each a savepoint inside one transaction, and answers all of them
//! after one fsync (`WAL`, `synchronous=FULL`). Readers use connections of their own on the calling thread: a point read
//! is a few microseconds, a list is bounded. Deliberately absent: more than one server per file (a lock file refuses).

mod apply;
mod checkpoint;
mod installation;
mod jobs;
pub(crate) mod open;
mod prepared;
mod read;
mod writer;

pub use open::Options;

use crate::commit::{Commit, LeasedJob, SavedClaim, StoreError};
use crate::lease::{Held, Wanted};
use crate::query::{Balance, ListQuery, TransactionQuery};
use crate::shelf::Shelf;
use crate::tallies::Board;
use crate::{Store, StoreFuture};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use florin_domain::ledger::Transaction;
use florin_domain::{Record, RecordKey, Versioned};
use prepared::Prepared;
use std::future::ready;
use std::path::Path;
use std::sync::{Arc, Mutex};
use writer::Request;

/// SQLite behind the [`Store`] trait. Cheap to clone; the last clone stops the writer.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    readers: read::Readers,
    writer: writer::Writer,
    directory: open::Directory,
    /// In memory only: what lies here must not reach the disk.
    shelf: Mutex<Shelf>,
    /// In memory only: a count is good for minutes.
    tallies: Mutex<Board>,
}

impl SqliteStore {
    /// Opens (and creates or migrates) the database in a directory.
    ///
    /// # Errors
    /// Another server holds the directory, the file cannot be opened, or the SQLite that is linked is too old.
    pub fn open(options: Options) -> Result<SqliteStore, StoreError> {
        let directory = open::Directory::take(&options)?;
        let connection = open::writer(&directory, &options)?;
        let readers = read::Readers::new(directory.database());
        let writer = writer::Writer::start(connection, directory.database(), &options)?;
        let inner = Arc::new(Inner {
            readers,
            writer,
            directory,
            shelf: Mutex::default(),
            tallies: Mutex::default(),
        });
        Ok(SqliteStore { inner })
    }

    /// The directory of the database.
    pub fn directory(&self) -> &Path {
        self.inner.directory.path()
    }

    fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError>,
    ) -> StoreFuture<'static, T> {
        Box::pin(ready(self.inner.readers.with(question)))
    }
}

impl Store for SqliteStore {
    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>> {
        self.read(|connection| {
            keys.iter()
                .map(|key| read::record(connection, key))
                .collect()
        })
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        self.read(|connection| read::list(connection, query))
    }

    fn find<'a>(
        &'a self,
        scope: Option<&'a Scope>,
        space: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<RecordKey>> {
        self.read(|connection| read::find(connection, scope, space, key))
    }

    fn saved<'a>(&'a self, scope: &'a Scope, key: &'a str) -> StoreFuture<'a, Option<SavedClaim>> {
        self.read(|connection| read::saved(connection, scope, key))
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        let must_not_shed = commit.must_not_shed;
        let answer = Prepared::new(commit).and_then(|member| {
            self.inner.writer.send(
                |reply| Request::Commit {
                    member: Box::new(member),
                    reply,
                },
                must_not_shed,
            )
        });
        Box::pin(async move { answer?.await.unwrap_or_else(|_| Err(writer::gone())) })
    }

    fn lease(&self, wanted: Wanted) -> StoreFuture<'_, Vec<LeasedJob>> {
        let answer = self
            .inner
            .writer
            .send(|reply| Request::Lease { wanted, reply }, true);
        Box::pin(async move { answer?.await.unwrap_or_else(|_| Err(writer::gone())) })
    }

    fn renew(&self, held: Vec<Held>) -> StoreFuture<'_, Vec<String>> {
        let answer = self
            .inner
            .writer
            .send(|reply| Request::Renew { held, reply }, true);
        Box::pin(async move { answer?.await.unwrap_or_else(|_| Err(writer::gone())) })
    }

    fn next_due<'a>(&'a self, kinds: &'a [JobKind]) -> StoreFuture<'a, Option<Millis>> {
        self.read(|connection| read::next_due(connection, kinds))
    }

    fn jobs<'a>(&'a self, scope: &'a Scope, limit: usize) -> StoreFuture<'a, Vec<Job>> {
        self.read(|connection| read::jobs(connection, scope, limit))
    }

    fn balances<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Vec<Balance>> {
        self.read(|connection| read::balances(connection, scope))
    }

    fn transactions<'a>(
        &'a self,
        query: &'a TransactionQuery,
    ) -> StoreFuture<'a, Vec<Transaction>> {
        self.read(|connection| read::transactions(connection, query))
    }

    fn epoch(&self) -> StoreFuture<'_, u64> {
        self.read(read::epoch)
    }

    fn prune(&self, kept_ms: i64, limit: usize) -> StoreFuture<'_, usize> {
        let answer = self.inner.writer.send(
            |reply| Request::Prune {
                kept_ms,
                limit,
                reply,
            },
            true,
        );
        Box::pin(async move { answer?.await.unwrap_or_else(|_| Err(writer::gone())) })
    }

    fn health(&self) -> StoreFuture<'_, ()> {
        let writes = self.inner.writer.health();
        self.read(move |connection| writes.and_then(|()| read::epoch(connection).map(|_| ())))
    }
}
