//! Randomness that a seed decides: one small generator (SplitMix64), and forks of it for the parts of a world.
//!
//! Deliberately absent: anything fit for secrets, and the randomness of the operating system.

use florin_engine::Random;
use std::sync::{Mutex, PoisonError};

/// A generator. The same seed gives the same numbers on every machine.
#[derive(Clone, Debug)]
pub struct Seeded {
    state: u64,
}

impl Seeded {
    /// A generator from a seed.
    pub fn new(seed: u64) -> Seeded {
        Seeded { state: seed }
    }

    /// A generator for one part of the world, so that one part's draws do not shift another part's.
    pub fn fork(&mut self, part: u64) -> Seeded {
        Seeded::new(self.draw() ^ part.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw().checked_rem(limit).unwrap_or(0)
    }

    /// An amount of minor units from 1 to `most`.
    pub fn amount(&mut self, most: i64) -> i64 {
        let most = u64::try_from(most).unwrap_or(0).max(1);
        1 + i64::try_from(self.below(most)).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of several; `None` when there is nothing to pick from.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(from.len() as u64)).unwrap_or(0);
        from.get(at)
    }
}

/// The engine's randomness: ids and secrets follow the seed too.
pub struct SeededRandom(Mutex<Seeded>);

impl SeededRandom {
    /// From a generator.
    pub fn new(seeded: Seeded) -> SeededRandom {
        SeededRandom(Mutex::new(seeded))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut seeded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            let drawn = seeded.draw().to_le_bytes();
            for (byte, drawn) in chunk.iter_mut().zip(drawn) {
                *byte = drawn;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_everything_and_forks_differ() {
        let draw = |seed| {
            let mut seeded = Seeded::new(seed);
            (0..20).map(|_| seeded.draw()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut parent = Seeded::new(1);
        let (mut one, mut two) = (parent.clone().fork(1), parent.fork(2));
        assert_ne!(one.draw(), two.draw());
    }

    #[test]
    fn amounts_and_picks_stay_in_range() {
        let mut seeded = Seeded::new(3);
        for _ in 0..1_000 {
            assert!((1..=9).contains(&seeded.amount(9)));
            assert!(seeded.below(5) < 5);
        }
        assert_eq!(seeded.amount(0), 1);
        assert_eq!(seeded.pick::<u8>(&[]), None);
    }
}
