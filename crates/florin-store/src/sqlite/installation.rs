//! The installation's part: texts in the database, the shelf and the tallies in the memory of the one process
//! that holds the directory.

use super::writer::{self, Request, TextChange};
use super::{SqliteStore, read};
use crate::installation::{Installation, ShelfKey, Shelved};
use crate::shelf::Shelf;
use crate::tallies::{Board, Count, Tallied, Tallies, TallyKey};
use crate::{StoreError, StoreFuture};
use florin_base::Millis;
use std::future::ready;
use std::sync::{MutexGuard, PoisonError};

impl SqliteStore {
    /// The shelf is whole after each step, so a panic elsewhere does not spoil it.
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        let shelf = self.inner.shelf.lock();
        shelf.unwrap_or_else(PoisonError::into_inner)
    }

    /// As the shelf, whole after each step.
    fn tallies(&self) -> MutexGuard<'_, Board> {
        let tallies = self.inner.tallies.lock();
        tallies.unwrap_or_else(PoisonError::into_inner)
    }

    fn at_once<T: Send + 'static>(answer: Result<T, StoreError>) -> StoreFuture<'static, T> {
        Box::pin(ready(answer))
    }
}

impl Installation for SqliteStore {
    fn now(&self) -> StoreFuture<'_, Millis> {
        SqliteStore::at_once(Ok(writer::now()))
    }

    fn text<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<String>> {
        self.read(|connection| read::text(connection, name))
    }

    fn replace_text<'a>(
        &'a self,
        name: &'a str,
        expected: Option<&'a str>,
        value: &'a str,
    ) -> StoreFuture<'a, bool> {
        let change = TextChange {
            name: name.to_owned(),
            expected: expected.map(str::to_owned),
            value: value.to_owned(),
        };
        let send = |reply| Request::Text { change, reply };
        let answer = self.inner.writer.send(send, true);
        Box::pin(async move { answer?.await.unwrap_or_else(|_| Err(writer::gone())) })
    }

    fn uses_key<'a>(&'a self, key_id: &'a str) -> StoreFuture<'a, bool> {
        if self.shelf().uses_key(key_id) {
            return SqliteStore::at_once(Ok(true));
        }
        self.read(|connection| read::seals_a_reply(connection, key_id))
    }

    fn shelve<'a>(&'a self, key: &'a ShelfKey, sealed: Shelved) -> StoreFuture<'a, ()> {
        let checked = sealed.check();
        SqliteStore::at_once(checked.map(|()| self.shelf().put(key, sealed, writer::now())))
    }

    fn take_shelved<'a>(&'a self, key: &'a ShelfKey) -> StoreFuture<'a, Option<Shelved>> {
        SqliteStore::at_once(Ok(self.shelf().take(key, writer::now())))
    }

    fn purge_shelf(&self) -> StoreFuture<'_, usize> {
        SqliteStore::at_once(Ok(self.shelf().purge(writer::now())))
    }
}

impl Tallies for SqliteStore {
    fn tally<'a>(&'a self, key: &'a TallyKey, count: Count) -> StoreFuture<'a, Tallied> {
        SqliteStore::at_once(Ok(self.tallies().count(key, count, writer::now())))
    }

    fn purge_tallies(&self) -> StoreFuture<'_, usize> {
        SqliteStore::at_once(Ok(self.tallies().purge(writer::now())))
    }
}
