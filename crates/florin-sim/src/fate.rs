//! What becomes of commits, calls and clocks: one fault at a chosen place, and the draws of a storm.
//!
//! Deliberately absent: carrying out what was drawn; that is the part of [`crate::faulty`] and [`crate::line`].

use crate::scene::Inner;
use florin_store::StoreError;

/// The longest wait for a late answer of the store, in milliseconds.
const LATE_MS_MAX: u64 = 30_000;
/// Longer than any deadline for a processor, in milliseconds.
const OVERLONG_MS: u64 = 8_000;
/// How far a wall clock jumps, in milliseconds.
const JUMP_MS: i64 = 3_600_000;
/// How late a request may reach the processor, in milliseconds: from soon to nearly a week.
const STRAYS_MS: [u64; 5] = [20_000, 600_000, 18_000_000, 259_200_000, 561_600_000];

/// When a process dies around a commit or a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It never takes effect.
    Before,
    /// It took effect, and its answer never arrives.
    After,
}

/// What becomes of a commit.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is done and answered, after so many milliseconds of its own.
    Done {
        /// Between its effect and its answer.
        answer_ms: u64,
    },
    /// It is not done.
    Refused(StoreError),
    /// It is done, and nobody learns of it.
    DoneInDoubt,
    /// The process dies.
    Crash(When),
}

impl Fate {
    /// A version that was read is not there any more, or the database could not order two transactions.
    pub fn conflict() -> Fate {
        Fate::Refused(StoreError::Conflict)
    }

    /// The database is away; nothing happened.
    pub fn unavailable() -> Fate {
        Fate::Refused(StoreError::Unavailable("the storm took it".to_owned()))
    }

    /// Nothing happened, and nobody knows.
    pub fn lost_in_doubt() -> Fate {
        Fate::Refused(StoreError::InDoubt("the line broke".to_owned()))
    }
}

/// What becomes of a call to the processor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFate {
    /// Before it arrives.
    pub before_ms: u64,
    /// Before its answer arrives.
    pub after_ms: u64,
    /// The process dies.
    pub crash: Option<When>,
    /// An authorization goes astray.
    pub turn: Option<Turn>,
}

/// What a processor outside may do with an authorization that it approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The request arrives so many milliseconds after everybody stopped waiting.
    Stray(u64),
    /// It says that it declined, and takes that back later.
    Contradiction,
    /// It names another amount than it took.
    WrongAmount,
}

/// One fault at a chosen place.
#[derive(Clone, Debug, PartialEq)]
pub enum Point {
    /// At the commit with this number. The first is number 1.
    Commit(u64, Fate),
    /// At the call to the processor with this number.
    Call(u64, When),
}

impl Inner {
    /// What becomes of the next commit, and how long it takes to arrive.
    pub fn draw_commit(&mut self) -> (u64, Fate) {
        self.commits += 1;
        if let Some(Point::Commit(at, fate)) = self.point.clone()
            && at == self.commits
        {
            self.is_hit = true;
            return (0, fate);
        }
        let weather = self.weather.clone();
        let wait_ms = if self.random.chance(weather.slow) {
            self.random.below(200)
        } else {
            0
        };
        let fate = if self.random.chance(weather.conflict) {
            Fate::conflict()
        } else if self.random.chance(weather.unavailable) {
            Fate::unavailable()
        } else if self.random.chance(weather.in_doubt) {
            match self.random.chance(500) {
                true => Fate::DoneInDoubt,
                false => Fate::lost_in_doubt(),
            }
        } else if self.random.chance(weather.crash_before) {
            Fate::Crash(When::Before)
        } else if self.random.chance(weather.crash_after) {
            Fate::Crash(When::After)
        } else {
            let late = self.random.chance(weather.late_answer);
            let answer_ms = if late {
                self.random.below(LATE_MS_MAX)
            } else {
                0
            };
            Fate::Done { answer_ms }
        };
        (wait_ms, fate)
    }

    /// True when a read fails.
    pub fn draw_read(&mut self) -> bool {
        let often = self.weather.unavailable / 8;
        self.random.chance(often)
    }

    /// How far the wall clock jumps now, in milliseconds; what it jumps is kept for the auditor.
    pub fn draw_jump(&mut self) -> Option<i64> {
        let often = self.weather.clock;
        if !self.random.chance(often) {
            return None;
        }
        let is_forward = self.random.chance(500);
        let jumps = match is_forward {
            true => &mut self.jumped_ms,
            false => &mut self.fell_back_ms,
        };
        *jumps += JUMP_MS.unsigned_abs();
        Some(if is_forward { JUMP_MS } else { -JUMP_MS })
    }

    /// What becomes of the next call.
    pub fn draw_call(&mut self) -> CallFate {
        self.calls += 1;
        if let Some(Point::Call(at, when)) = self.point.clone()
            && at == self.calls
        {
            self.is_hit = true;
            return CallFate {
                crash: Some(when),
                ..CallFate::default()
            };
        }
        let weather = self.weather.clone();
        let (before_ms, after_ms) = (self.draw_wait(), self.draw_wait());
        let dies = self.random.chance(weather.crash_in_call);
        let when = if self.random.chance(500) {
            When::Before
        } else {
            When::After
        };
        CallFate {
            before_ms,
            after_ms,
            crash: dies.then_some(when),
            turn: self.draw_turn(),
        }
    }

    fn draw_wait(&mut self) -> u64 {
        let (line, slow) = (self.weather.line, self.weather.slow);
        if self.random.chance(line / 4) {
            OVERLONG_MS
        } else if self.random.chance(slow) {
            self.random.below(400)
        } else {
            0
        }
    }

    fn draw_turn(&mut self) -> Option<Turn> {
        let weather = self.weather.clone();
        if self.random.chance(weather.stray) {
            let most = self.random.pick(&STRAYS_MS).copied().unwrap_or_default();
            return Some(Turn::Stray(OVERLONG_MS + self.random.below(most)));
        }
        if self.random.chance(weather.contradiction) {
            return Some(Turn::Contradiction);
        }
        let is_wrong = self.random.chance(weather.wrong_amount);
        is_wrong.then_some(Turn::WrongAmount)
    }
}
