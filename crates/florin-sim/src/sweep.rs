//! The sweep: one small calm world, told again for each of its commits and each of its calls, with one fault there (F2,
//! F14). No place is left out, and none depends on luck.
//!
//! Deliberately absent: two faults in one world; storms have those.

use crate::evidence::Violation;
use crate::fate::{Fate, Point, When};
use crate::weather::Weather;
use crate::world::{Plan, Report, run};

/// The world that is told again and again.
pub const SEED: u64 = 11;
/// Its stories.
pub const STORIES: u32 = 6;

/// A fault that strikes one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// The process dies before a commit takes effect.
    BeforeCommit,
    /// The process dies after a commit took effect, before anybody is answered.
    AfterCommit,
    /// The process dies between the commit that announces a call and the call.
    BeforeCall,
    /// The process dies between a call and the commit that records its outcome.
    AfterCall,
    /// A commit meets a conflict.
    Conflict,
    /// The store does not take a commit.
    Unavailable,
    /// A commit is done, and nobody learns of it.
    DoneInDoubt,
    /// A commit is not done, and nobody learns of it.
    LostInDoubt,
}

impl Strike {
    /// Every one of them.
    pub const ALL: [Strike; 8] = [
        Strike::BeforeCommit,
        Strike::AfterCommit,
        Strike::BeforeCall,
        Strike::AfterCall,
        Strike::Conflict,
        Strike::Unavailable,
        Strike::DoneInDoubt,
        Strike::LostInDoubt,
    ];

    /// The strike at the place with this number, the first being 1.
    pub fn at(self, number: u64) -> Point {
        match self {
            Strike::BeforeCommit => Point::Commit(number, Fate::Crash(When::Before)),
            Strike::AfterCommit => Point::Commit(number, Fate::Crash(When::After)),
            Strike::BeforeCall => Point::Call(number, When::Before),
            Strike::AfterCall => Point::Call(number, When::After),
            Strike::Conflict => Point::Commit(number, Fate::conflict()),
            Strike::Unavailable => Point::Commit(number, Fate::unavailable()),
            Strike::DoneInDoubt => Point::Commit(number, Fate::DoneInDoubt),
            Strike::LostInDoubt => Point::Commit(number, Fate::lost_in_doubt()),
        }
    }

    /// The strike with this name.
    pub fn from_name(name: &str) -> Option<Strike> {
        let mut all = Strike::ALL.into_iter();
        all.find(|strike| format!("{strike:?}") == name)
    }
}

/// The plan of one strike.
pub fn plan(strike: Strike, number: u64, outside: bool) -> Plan {
    Plan {
        outside,
        weather: Some(Weather::calm()),
        point: Some(strike.at(number)),
        ..Plan::new(SEED, STORIES)
    }
}

/// What came of striking every place in turn.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// So many places were struck, each in a world of its own.
    pub places: u64,
    /// The first place at which a rule broke, and how.
    pub broken: Option<(u64, Vec<Violation>)>,
}

/// Strikes every place of the world in turn, until one breaks a rule.
pub fn sweep(strike: Strike, outside: bool) -> Swept {
    let mut swept = Swept::default();
    loop {
        let number = swept.places + 1;
        let Report {
            is_hit, violations, ..
        } = run(&plan(strike, number, outside));
        if !violations.is_empty() {
            swept.broken = Some((number, violations));
            return swept;
        }
        if !is_hit {
            return swept;
        }
        swept.places = number;
    }
}
