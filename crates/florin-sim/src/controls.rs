//! Negative controls: worlds with one planted bug each. The auditor has to find it, by the rule that it breaks.
//!
//! Deliberately absent: bugs in the engine itself; planting those would need an engine that has a switch for them.

use crate::auditor::RULES;
use crate::sabotage::Sabotage;
use crate::weather::Weather;
use crate::world::{Plan, run};

/// A bug must show within so many seeds.
pub const SEEDS: u64 = 96;
/// The stories of each of these worlds.
pub const STORIES: u32 = 40;

/// What came of a control.
#[derive(Clone, Debug)]
pub struct Control {
    /// The planted bug.
    pub sabotage: Sabotage,
    /// The seed in which it was found, and what was found first.
    pub caught: Option<(u64, String)>,
    /// How often it struck until then.
    pub struck: u64,
}

impl Control {
    /// It struck, and it was found.
    pub fn is_caught(&self) -> bool {
        self.caught.is_some() && self.struck > 0
    }
}

/// Weather in which lost answers and repeated requests give every bug its chance, and which is survived without one.
pub fn gusty() -> Weather {
    Weather {
        line: 150,
        twice: 300,
        slow: 300,
        impatient: 60,
        crash_after: 5,
        ..Weather::calm()
    }
}

/// The plan of a control, or of the same world without a bug.
pub fn plan(seed: u64, sabotage: Option<Sabotage>) -> Plan {
    Plan {
        outside: sabotage.is_some_and(Sabotage::is_outside),
        weather: Some(gusty()),
        sabotage,
        ..Plan::new(seed, STORIES)
    }
}

/// Plants a bug in one world after the other until it is found.
pub fn control(sabotage: Sabotage) -> Control {
    let mut struck = 0;
    for seed in 1..=SEEDS {
        let report = run(&plan(seed, Some(sabotage)));
        struck += report.struck;
        let mut found = report.violations.into_iter();
        if let Some(violation) = found.find(|each| sabotage.breaks().contains(&each.rule)) {
            return Control {
                sabotage,
                caught: Some((seed, violation.to_string())),
                struck,
            };
        }
    }
    Control {
        sabotage,
        caught: None,
        struck,
    }
}

/// The rules that no planted bug breaks: there must be none.
pub fn uncontrolled() -> Vec<&'static str> {
    let is_broken = |rule: &str| {
        let mut all = Sabotage::ALL.iter();
        all.any(|sabotage| sabotage.breaks().contains(&rule))
    };
    let rules = RULES.iter().map(|(rule, _)| *rule);
    rules.filter(|rule| !is_broken(rule)).collect()
}
