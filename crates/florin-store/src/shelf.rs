//! The shelf of a single process: sealed bytes in memory, never on a disk.
//!
//! Deliberately absent: a clock; the engine that uses it brings the time.

use crate::installation::{SHELVED_MAX, SHELVED_MS, ShelfKey, Shelved};
use florin_base::{Millis, Scope};
use std::collections::BTreeMap;

/// One value and when it came.
#[derive(Clone, Debug)]
struct Lying {
    sealed: Shelved,
    put: Millis,
    turn: u64,
}

/// Sealed bytes by scope and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    scopes: BTreeMap<Scope, Board>,
}

/// What lies there for one account and mode.
#[derive(Clone, Debug, Default)]
struct Board {
    lying: BTreeMap<String, Lying>,
    /// Which name came when; the first is the oldest.
    order: BTreeMap<u64, String>,
    next_turn: u64,
}

impl Board {
    fn remove(&mut self, name: &str) -> Option<Lying> {
        let lying = self.lying.remove(name)?;
        self.order.remove(&lying.turn);
        Some(lying)
    }
}

impl Shelf {
    /// Puts sealed bytes in place of earlier ones; the scope's oldest gives way when it has [`SHELVED_MAX`].
    pub(crate) fn put(&mut self, key: &ShelfKey, sealed: Shelved, now: Millis) {
        let board = self.scopes.entry(key.scope.clone()).or_default();
        board.remove(&key.name);
        if board.lying.len() >= SHELVED_MAX
            && let Some((_, oldest)) = board.order.pop_first()
        {
            board.lying.remove(&oldest);
        }
        let turn = board.next_turn;
        board.next_turn += 1;
        board.order.insert(turn, key.name.clone());
        let lying = Lying {
            sealed,
            put: now,
            turn,
        };
        board.lying.insert(key.name.clone(), lying);
    }

    /// Takes sealed bytes away.
    pub(crate) fn take(&mut self, key: &ShelfKey, now: Millis) -> Option<Shelved> {
        let board = self.scopes.get_mut(&key.scope)?;
        let lying = board.remove(&key.name);
        if board.lying.is_empty() {
            self.scopes.remove(&key.scope);
        }
        lying
            .filter(|lying| !is_old(lying, now))
            .map(|lying| lying.sealed)
    }

    /// Removes what lay too long.
    pub(crate) fn purge(&mut self, now: Millis) -> usize {
        let mut gone = 0;
        for board in self.scopes.values_mut() {
            let before = board.lying.len();
            board.lying.retain(|_, lying| !is_old(lying, now));
            let lying = &board.lying;
            board.order.retain(|_, name| lying.contains_key(name));
            gone += before - board.lying.len();
        }
        self.scopes.retain(|_, board| !board.lying.is_empty());
        gone
    }

    /// Whether a data key sealed something here.
    pub(crate) fn uses_key(&self, key_id: &str) -> bool {
        let boards = self.scopes.values();
        let mut lying = boards.flat_map(|board| board.lying.values());
        lying.any(|lying| lying.sealed.key_id == key_id)
    }
}

fn is_old(lying: &Lying, now: Millis) -> bool {
    now.0.saturating_sub(lying.put.0) >= SHELVED_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(account: &str, name: &str) -> ShelfKey {
        ShelfKey {
            scope: Scope::test(account),
            name: name.to_owned(),
        }
    }

    fn sealed(key_id: &str) -> Shelved {
        Shelved {
            key_id: key_id.to_owned(),
            bytes: vec![1],
        }
    }

    #[test]
    fn bytes_are_too_old_at_fifteen_minutes() {
        let mut shelf = Shelf::default();
        for (age, is_there) in [(SHELVED_MS - 1, true), (SHELVED_MS, false)] {
            shelf.put(&key("acct_1", "pm_1"), sealed("dk_1"), Millis(1));
            let taken = shelf.take(&key("acct_1", "pm_1"), Millis(1 + age));
            assert_eq!(taken.is_some(), is_there, "{age}");
        }
        shelf.put(&key("acct_1", "pm_1"), sealed("dk_1"), Millis(0));
        shelf.put(&key("acct_1", "pm_2"), sealed("dk_2"), Millis(1));
        assert_eq!(shelf.purge(Millis(SHELVED_MS)), 1);
        assert!(!shelf.uses_key("dk_1") && shelf.uses_key("dk_2"));
    }

    #[test]
    fn the_oldest_of_the_same_scope_gives_way() {
        let mut shelf = Shelf::default();
        shelf.put(&key("acct_2", "pm_0"), sealed("dk_2"), Millis(0));
        for number in 0..=SHELVED_MAX {
            shelf.put(
                &key("acct_1", &format!("pm_{number}")),
                sealed("dk_1"),
                Millis(0),
            );
        }
        assert_eq!(shelf.take(&key("acct_1", "pm_0"), Millis(0)), None);
        assert_eq!(
            shelf.take(&key("acct_1", "pm_1"), Millis(0)),
            Some(sealed("dk_1"))
        );
        assert_eq!(
            shelf.take(&key("acct_2", "pm_0"), Millis(0)),
            Some(sealed("dk_2"))
        );
    }
}
