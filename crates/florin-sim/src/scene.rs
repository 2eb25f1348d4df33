//! What a world's parts share: the weather, the orders to crash, and everything that an auditor later looks at.
//!
//! Deliberately absent: any lock that is held while somebody waits.

use crate::evidence::{Ack, Entry, Receipt, Violation};
use crate::executor::Group;
use crate::random::Seeded;
use crate::sabotage::Sabotage;
use crate::weather::Weather;
use florin_base::Scope;
use florin_store::StoreError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// A planted bug that strikes once does so on this occasion.
const STRIKES_ON: u64 = 3;
/// The first amount; every order has one of its own, so that a processor's book tells orders apart.
const FIRST_AMOUNT: i64 = 1_000;
/// The longest wait for a late answer of the store, in milliseconds.
const LATE_MS_MAX: u64 = 30_000;
/// Longer than any deadline for a processor, in milliseconds.
const OVERLONG_MS: u64 = 8_000;

/// When a process dies around a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The commit never takes effect.
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

/// What becomes of a call to the processor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFate {
    /// Before it arrives.
    pub before_ms: u64,
    /// Before its answer arrives.
    pub after_ms: u64,
    /// The process dies.
    pub crash: Option<When>,
}

/// A charge that somebody paid, for later refunds.
#[derive(Clone, Debug)]
pub struct Paid {
    /// Whose.
    pub scope: Scope,
    /// The charge.
    pub charge: String,
    /// Its intent.
    pub intent: Option<String>,
}

/// Everything that is shared.
pub struct Inner {
    /// Draws faults.
    pub random: Seeded,
    /// How often they strike.
    pub weather: Weather,
    /// Processes that have to die.
    pub dying: BTreeSet<Group>,
    /// One crash at a chosen commit.
    pub crash_at: Option<(u64, When)>,
    /// The planted bug.
    pub sabotage: Option<Sabotage>,
    /// How often the planted bug struck.
    pub struck: u64,
    occasions: u64,
    /// What happened, line by line.
    pub trace: Vec<String>,
    /// Every commit that took effect.
    pub journal: Vec<Arc<Entry>>,
    /// Every answer that a client got.
    pub acks: Vec<Ack>,
    /// Every webhook that arrived.
    pub receipts: Vec<Receipt>,
    /// References of calls whose outcome the engine did not hear.
    pub unheard: BTreeSet<String>,
    /// What a client found wrong at once.
    pub suspicions: Vec<Violation>,
    /// How often each operation was answered with each status.
    pub answers: BTreeMap<(&'static str, u16), u64>,
    /// Charges that were paid.
    pub paid: Vec<Paid>,
    /// Commits that were asked for.
    pub commits: u64,
    amount: i64,
}

/// The shared part of a world.
pub struct Scene {
    inner: Mutex<Inner>,
}

impl Scene {
    /// A scene in calm weather.
    pub fn new(random: Seeded, sabotage: Option<Sabotage>) -> Scene {
        Scene {
            inner: Mutex::new(Inner {
                random,
                weather: Weather::calm(),
                dying: BTreeSet::new(),
                crash_at: None,
                sabotage,
                struck: 0,
                occasions: 0,
                trace: Vec::new(),
                journal: Vec::new(),
                acks: Vec::new(),
                receipts: Vec::new(),
                unheard: BTreeSet::new(),
                suspicions: Vec::new(),
                answers: BTreeMap::new(),
                paid: Vec::new(),
                commits: 0,
                amount: FIRST_AMOUNT,
            }),
        }
    }

    /// Looks or changes.
    pub fn with<T>(&self, what: impl FnOnce(&mut Inner) -> T) -> T {
        what(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a line to the trace.
    pub fn tell(&self, line: String) {
        self.with(|inner| inner.trace.push(line));
    }
}

impl Inner {
    /// An amount that no other order has, larger than all before it.
    pub fn fresh_amount(&mut self) -> i64 {
        self.amount += self.random.amount(9);
        self.amount
    }

    /// True when the planted bug is this one.
    pub fn is(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    /// True on the one occasion on which this planted bug strikes.
    pub fn strikes(&mut self, sabotage: Sabotage) -> bool {
        if !self.is(sabotage) {
            return false;
        }
        self.occasions += 1;
        let strikes = self.occasions == STRIKES_ON;
        self.struck += u64::from(strikes);
        strikes
    }

    /// What becomes of the next commit, and how long it takes to arrive.
    pub fn draw_commit(&mut self) -> (u64, Fate) {
        self.commits += 1;
        if let Some((at, when)) = self.crash_at
            && at == self.commits
        {
            return (0, Fate::Crash(when));
        }
        let weather = self.weather.clone();
        let wait_ms = if self.random.chance(weather.slow) {
            self.random.below(200)
        } else {
            0
        };
        let fate = if self.random.chance(weather.conflict) {
            Fate::Refused(StoreError::Conflict)
        } else if self.random.chance(weather.unavailable) {
            Fate::Refused(StoreError::Unavailable("the storm took it".to_owned()))
        } else if self.random.chance(weather.in_doubt) {
            match self.random.chance(500) {
                true => Fate::DoneInDoubt,
                false => Fate::Refused(StoreError::InDoubt("the line broke".to_owned())),
            }
        } else if self.random.chance(weather.crash_before) {
            Fate::Crash(When::Before)
        } else if self.random.chance(weather.crash_after) {
            Fate::Crash(When::After)
        } else {
            let late = self.random.chance(weather.late_answer);
            Fate::Done {
                answer_ms: if late {
                    self.random.below(LATE_MS_MAX)
                } else {
                    0
                },
            }
        };
        (wait_ms, fate)
    }

    /// True when a read fails.
    pub fn draw_read(&mut self) -> bool {
        let often = self.weather.unavailable / 8;
        self.random.chance(often)
    }

    /// What becomes of the next call.
    pub fn draw_call(&mut self) -> CallFate {
        let weather = self.weather.clone();
        let wait = |inner: &mut Inner| {
            if inner.random.chance(weather.line / 4) {
                OVERLONG_MS
            } else if inner.random.chance(weather.slow) {
                inner.random.below(400)
            } else {
                0
            }
        };
        let (before_ms, after_ms) = (wait(self), wait(self));
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
        }
    }
}
