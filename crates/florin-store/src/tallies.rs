//! Tallies: how often something happened within the minutes of one window, for limits.
//!
//! A count lives as long as its window and is no record: an engine that one process holds alone keeps it in memory, one that
//! several share in an unlogged table. Deliberately absent: what is counted, and how much is too much.

use crate::StoreFuture;
use florin_base::{Millis, Scope};
use std::collections::BTreeMap;

/// How long a window is, in milliseconds. Windows begin at multiples of it by the database's clock.
pub const TALLY_WINDOW_MS: i64 = 10 * 60 * 1000;
/// How many counts a process keeps in memory; more make it forget those of the oldest window first, there the last by their
/// names: what is counted of a whole scope has the shorter name and stays.
pub const TALLIES_MAX: usize = 100_000;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyKey {
    /// Whose limit it is.
    pub scope: Scope,
    /// What of theirs.
    pub name: String,
}

/// What to do with a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Leave it.
    Look,
    /// One more, now.
    One,
}

/// A count, and the window that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tallied {
    /// How often it happened, with this time.
    pub count: u64,
    /// When the window began.
    pub began: Millis,
    /// How long until it ends, in milliseconds.
    pub left_ms: i64,
}

/// Counts that all processes of an installation share.
pub trait Tallies: Send + Sync {
    /// Counts in the window of this moment, by the database's clock, and says what the count is then.
    ///
    /// After an error nobody knows whether it was counted.
    fn tally<'a>(&'a self, key: &'a TallyKey, count: Count) -> StoreFuture<'a, Tallied>;

    /// Forgets the counts of windows that are over, and says how many those were.
    fn purge_tallies(&self) -> StoreFuture<'_, usize>;
}

impl Tallied {
    /// A count that was read at a moment of the window.
    pub(crate) fn at(now: Millis, count: u64) -> Tallied {
        let began = window(now);
        Tallied {
            count,
            began,
            left_ms: (began.0 + TALLY_WINDOW_MS - now.0).max(0),
        }
    }
}

/// When the window of a moment began.
pub(crate) fn window(now: Millis) -> Millis {
    Millis(now.0 - now.0.rem_euclid(TALLY_WINDOW_MS))
}

/// The counts of a single process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    windows: BTreeMap<Millis, BTreeMap<TallyKey, u64>>,
    kept: usize,
}

impl Board {
    /// Counts, and says what the count is then.
    pub(crate) fn count(&mut self, key: &TallyKey, count: Count, now: Millis) -> Tallied {
        let began = window(now);
        let held = self.windows.get(&began).and_then(|window| window.get(key));
        let held = held.copied().unwrap_or_default();
        match count {
            Count::Look => Tallied::at(now, held),
            Count::One => {
                let counted = held.saturating_add(1);
                self.put(key, began, counted);
                Tallied::at(now, counted)
            }
        }
    }

    fn put(&mut self, key: &TallyKey, began: Millis, counted: u64) {
        let window = self.windows.entry(began).or_default();
        if window.insert(key.clone(), counted).is_none() {
            self.kept += 1;
        }
        while self.kept > TALLIES_MAX
            && let Some(mut oldest) = self.windows.first_entry()
        {
            oldest.get_mut().pop_last();
            self.kept -= 1;
            if oldest.get().is_empty() {
                oldest.remove();
            }
        }
    }

    /// Forgets windows that are over.
    pub(crate) fn purge(&mut self, now: Millis) -> usize {
        let current = window(now);
        let before = self.kept;
        self.windows.retain(|began, _| *began >= current);
        self.kept = self.windows.values().map(BTreeMap::len).sum();
        before - self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> TallyKey {
        TallyKey {
            scope: Scope::test("acct_1"),
            name: format!("{number:06}"),
        }
    }

    #[test]
    fn a_window_counts_by_itself() {
        let mut board = Board::default();
        let last = Millis(TALLY_WINDOW_MS - 1);
        assert_eq!(board.count(&key(1), Count::One, last).count, 1);
        let tallied = board.count(&key(1), Count::One, last);
        assert_eq!((tallied.count, tallied.left_ms), (2, 1));
        let next = board.count(&key(1), Count::Look, Millis(TALLY_WINDOW_MS));
        assert_eq!((next.count, next.left_ms), (0, TALLY_WINDOW_MS));
        assert_eq!(next.began, Millis(TALLY_WINDOW_MS));
    }

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let mut board = Board::default();
        for window in 0..3 {
            board.count(&key(1), Count::One, Millis(window * TALLY_WINDOW_MS));
        }
        assert_eq!(board.purge(Millis(3 * TALLY_WINDOW_MS - 1)), 2);
        assert_eq!(board.kept, 1);
    }

    #[test]
    fn there_are_not_more_than_fit() {
        let mut board = Board::default();
        board.count(&key(TALLIES_MAX), Count::One, Millis(0));
        for number in 0..TALLIES_MAX {
            board.count(&key(number), Count::One, Millis(TALLY_WINDOW_MS));
        }
        assert_eq!(board.kept, TALLIES_MAX);
        assert_eq!(board.windows.len(), 1);
        let now = Millis(TALLY_WINDOW_MS);
        let look = |board: &mut Board, number| board.count(&key(number), Count::Look, now).count;
        assert_eq!(look(&mut board, TALLIES_MAX - 1), 1);
        // In a full window whoever comes last by name finds no room, and those before stay.
        assert_eq!(board.count(&key(TALLIES_MAX), Count::One, now).count, 1);
        assert_eq!(look(&mut board, TALLIES_MAX), 0);
        assert_eq!(look(&mut board, 0), 1);
        assert_eq!(board.kept, TALLIES_MAX);
    }
}
