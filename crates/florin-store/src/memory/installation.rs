//! The installation's part of the store in memory. Everything is gone with the last clone.

use super::{MemoryStore, at_once};
use crate::installation::{Installation, ShelfKey, Shelved};
use crate::tallies::{Count, Tallied, Tallies, TallyKey};
use crate::{StoreFuture, memory::state::State};
use florin_base::Millis;

impl State {
    fn replace_text(&mut self, name: &str, expected: Option<&str>, value: &str) -> bool {
        if self.texts.get(name).map(String::as_str) != expected {
            return false;
        }
        self.texts.insert(name.to_owned(), value.to_owned());
        self.epoch += 1;
        true
    }

    fn uses_key(&self, key_id: &str) -> bool {
        let mut replies = self.replies.values();
        // Replies in clear have no key.
        replies.any(|reply| !key_id.is_empty() && reply.key_id == key_id)
            || self.shelf.uses_key(key_id)
    }
}

impl Installation for MemoryStore {
    fn now(&self) -> StoreFuture<'_, Millis> {
        at_once(Ok((self.clock)()))
    }

    fn text<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<String>> {
        at_once(Ok(self.lock().texts.get(name).cloned()))
    }

    fn replace_text<'a>(
        &'a self,
        name: &'a str,
        expected: Option<&'a str>,
        value: &'a str,
    ) -> StoreFuture<'a, bool> {
        at_once(Ok(self.lock().replace_text(name, expected, value)))
    }

    fn uses_key<'a>(&'a self, key_id: &'a str) -> StoreFuture<'a, bool> {
        at_once(Ok(self.lock().uses_key(key_id)))
    }

    fn shelve<'a>(&'a self, key: &'a ShelfKey, sealed: Shelved) -> StoreFuture<'a, ()> {
        let now = (self.clock)();
        at_once(
            sealed
                .check()
                .map(|()| self.lock().shelf.put(key, sealed, now)),
        )
    }

    fn take_shelved<'a>(&'a self, key: &'a ShelfKey) -> StoreFuture<'a, Option<Shelved>> {
        let now = (self.clock)();
        at_once(Ok(self.lock().shelf.take(key, now)))
    }

    fn purge_shelf(&self) -> StoreFuture<'_, usize> {
        let now = (self.clock)();
        at_once(Ok(self.lock().shelf.purge(now)))
    }
}

impl Tallies for MemoryStore {
    fn tally<'a>(&'a self, key: &'a TallyKey, count: Count) -> StoreFuture<'a, Tallied> {
        let now = (self.clock)();
        at_once(Ok(self.lock().tallies.count(key, count, now)))
    }

    fn purge_tallies(&self) -> StoreFuture<'_, usize> {
        let now = (self.clock)();
        at_once(Ok(self.lock().tallies.purge(now)))
    }
}
