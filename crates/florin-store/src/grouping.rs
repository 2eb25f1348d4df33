//! Which waiting commits go into one transaction.
//!
//! [`Queue`] holds the waiting commits in two lanes, settling and recovery first, and hands out groups whose members
//! cannot spoil each other: no two of them share a record (unless both only read it), a unique key, an idempotency
//! key, a job or a floor. Additions to balances commute and may overlap; a floor counts as reading the sum, so it
//! shares its balance with nobody, and a commit with a floor has a group of its own: it locks balances early, and no
//! neighbour's rows shall hang on them. Everything is pure and deterministic. Deliberately absent: databases, time, and
//! who waits for the answer: an item of the queue is whatever the engine puts in.

mod sound;
#[cfg(test)]
mod tests;

pub use sound::{BalanceId, check, deltas};

use crate::Commit;
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many waiting commits are looked at for one group, so that a long queue behind one record stays cheap.
pub const GROUP_LOOK_MAX: usize = 1_024;

/// What a commit touches: hashes of keys. Two different keys with one hash only make a commit wait for the next group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Nobody else in the group may touch these.
    alone: Vec<u64>,
    /// Others may touch these as long as they, too, share them.
    shared: Vec<u64>,
    /// It shares its group with nobody.
    is_lone: bool,
}

impl Footprint {
    /// What this commit touches.
    pub fn of(commit: &Commit) -> Footprint {
        let changes = &commit.changes;
        let mut footprint = Footprint {
            is_lone: !changes.floors.is_empty(),
            ..Footprint::default()
        };
        let alone = &mut footprint.alone;
        alone.extend(
            changes
                .writes
                .iter()
                .map(|write| mark("record", &write.key)),
        );
        alone.extend(
            changes
                .claims
                .iter()
                .map(|claim| mark("claim", &(&claim.scope, claim.space, &claim.key))),
        );
        alone.extend(
            changes
                .floors
                .iter()
                .map(|floor| mark("balance", &(&floor.scope, floor.account, floor.asset))),
        );
        alone.extend(
            commit
                .claim
                .iter()
                .map(|claim| mark("idempotency", &(&claim.scope, &claim.key))),
        );
        alone.extend(commit.finish.iter().map(|finish| mark("job", &finish.job)));
        let shared = &mut footprint.shared;
        shared.extend(
            changes
                .requires
                .iter()
                .map(|require| mark("record", &require.key)),
        );
        shared.extend(deltas(commit).keys().map(|key| mark("balance", key)));
        footprint
    }

    /// A footprint of ready marks, for tests of what uses a queue.
    pub fn of_marks(alone: Vec<u64>, shared: Vec<u64>) -> Footprint {
        Footprint {
            alone,
            shared,
            is_lone: false,
        }
    }
}

/// The hasher has fixed keys, so that the simulator meets the same groups on every run.
fn mark(place: &str, key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    key.hash(&mut hasher);
    hasher.finish()
}

/// What the members picked so far, and those left behind, touch.
#[derive(Default)]
struct Touched {
    alone: HashSet<u64>,
    shared: HashSet<u64>,
}

impl Touched {
    fn admits(&self, footprint: &Footprint) -> bool {
        let alone = footprint
            .alone
            .iter()
            .all(|mark| !self.alone.contains(mark) && !self.shared.contains(mark));
        alone
            && footprint
                .shared
                .iter()
                .all(|mark| !self.alone.contains(mark))
    }

    fn add(&mut self, footprint: &Footprint) {
        self.alone.extend(&footprint.alone);
        self.shared.extend(&footprint.shared);
    }
}

/// Waiting commits.
#[derive(Debug)]
pub struct Queue<T> {
    first: VecDeque<(Footprint, T)>,
    rest: VecDeque<(Footprint, T)>,
    /// The last group left somebody behind who needs a group of his own. He comes next, so that nobody starves him.
    owes_lone: bool,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        Queue {
            first: VecDeque::new(),
            rest: VecDeque::new(),
            owes_lone: false,
        }
    }
}

impl<T> Queue<T> {
    /// Puts a commit at the end of its lane. Settling and recovery (`is_first`) go ahead of everything else.
    pub fn push(&mut self, footprint: Footprint, is_first: bool, item: T) {
        let lane = if is_first {
            &mut self.first
        } else {
            &mut self.rest
        };
        lane.push_back((footprint, item));
    }

    /// Puts a commit back at the head of its lane.
    pub fn put_back(&mut self, footprint: Footprint, is_first: bool, item: T) {
        let lane = if is_first {
            &mut self.first
        } else {
            &mut self.rest
        };
        lane.push_front((footprint, item));
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.first.len() + self.rest.len()
    }

    /// True when nobody waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the next group, at most `members_max`. Members keep their order. A commit that touches what somebody ahead
    /// of it touches waits, also when the one ahead of it waits itself, so commits on one key never overtake each other
    /// within a lane. A queue that is not empty gives a group that is not empty.
    pub fn next_group(&mut self, members_max: usize) -> Vec<T> {
        if std::mem::take(&mut self.owes_lone)
            && let Some(item) = [&mut self.first, &mut self.rest]
                .into_iter()
                .find_map(take_lone)
        {
            return vec![item];
        }
        let mut touched = Touched::default();
        let mut group = Vec::new();
        for lane in [&mut self.first, &mut self.rest] {
            let mut left = Vec::new();
            let mut looks = lane.len().min(GROUP_LOOK_MAX);
            let mut is_full = false;
            while looks > 0 && group.len() < members_max && !is_full {
                looks -= 1;
                let Some((footprint, item)) = lane.pop_front() else {
                    break;
                };
                let fits = touched.admits(&footprint);
                let is_crowded = footprint.is_lone && !group.is_empty();
                self.owes_lone |= fits && is_crowded;
                touched.add(&footprint);
                match fits && !is_crowded {
                    true => {
                        is_full = footprint.is_lone;
                        group.push(item);
                    }
                    false => left.push((footprint, item)),
                }
            }
            for waiting in left.into_iter().rev() {
                lane.push_front(waiting);
            }
            if is_full {
                return group;
            }
        }
        group
    }
}

/// Takes the first of a lane that needs a group of its own and overtakes nobody on a key.
fn take_lone<T>(lane: &mut VecDeque<(Footprint, T)>) -> Option<T> {
    let mut touched = Touched::default();
    let at = lane
        .iter()
        .take(GROUP_LOOK_MAX)
        .position(|(footprint, _)| {
            let is_next = footprint.is_lone && touched.admits(footprint);
            touched.add(footprint);
            is_next
        })?;
    lane.remove(at).map(|(_, item)| item)
}
