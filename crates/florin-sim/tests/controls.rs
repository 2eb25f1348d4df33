//! Negative controls: each planted bug is found, by a rule that it breaks.
//!
//! Deliberately absent: bugs in the engine itself; planting those would need an engine that has a switch for them.

use florin_sim::weather::Weather;
use florin_sim::{Plan, Sabotage, run};

/// A bug must show within so many seeds.
const SEEDS: u64 = 12;
const PAYMENTS: u32 = 40;

/// Weather in which lost answers and repeated requests give every bug its chance, and which is survived without one.
fn gusty() -> Weather {
    Weather {
        line: 150,
        twice: 300,
        slow: 300,
        impatient: 60,
        crash_after: 5,
        ..Weather::calm()
    }
}

fn plan(seed: u64, sabotage: Option<Sabotage>) -> Plan {
    let outside = matches!(
        sabotage,
        Some(Sabotage::CallTwice | Sabotage::ForgetRecovery)
    );
    Plan {
        outside,
        weather: Some(gusty()),
        sabotage,
        ..Plan::new(seed, PAYMENTS)
    }
}

#[test]
fn every_planted_bug_is_found() {
    for sabotage in Sabotage::ALL.iter().copied() {
        let mut struck = 0;
        let found = (1..=SEEDS).any(|seed| {
            let report = run(&plan(seed, Some(sabotage)));
            struck += report.struck;
            report
                .violations
                .iter()
                .any(|violation| sabotage.breaks().contains(&violation.rule))
        });
        assert!(
            found,
            "{sabotage:?} struck {struck} times in {SEEDS} seeds and was not found"
        );
        assert!(struck > 0, "{sabotage:?} was found without having struck");
    }
}

#[test]
fn the_same_weather_without_a_bug_is_clean() {
    for seed in 1..=4 {
        for outside in [false, true] {
            let report = run(&Plan {
                outside,
                ..plan(seed, None)
            });
            let found: Vec<String> = report.violations.iter().map(ToString::to_string).collect();
            assert!(
                found.is_empty(),
                "seed {seed}, outside {outside}: {found:#?}"
            );
        }
    }
}
