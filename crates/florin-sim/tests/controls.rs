//! Negative controls: each rule has its planted bug, and the same weather without a bug is clean.
//!
//! Deliberately absent: planting them; `florin-sim` without arguments, a step of the test run, plants each and fails when
//! one is not found.

use florin_sim::auditor::{ELSEWHERE, RULES};
use florin_sim::controls::{control, plan, uncontrolled};
use florin_sim::{Plan, Sabotage, run};

#[test]
fn a_planted_bug_is_found() {
    let found = control(Sabotage::LoseCommit);
    assert!(found.is_caught(), "{found:?}");
}

#[test]
fn every_rule_has_its_bug_and_every_invariant_its_place() {
    let empty: [&str; 0] = [];
    assert_eq!(uncontrolled(), empty);
    for number in 1..=17 {
        let name = format!("I{number}");
        let mut named = RULES.iter().chain(ELSEWHERE).map(|(rule, _)| *rule);
        assert!(named.any(|rule| rule == name), "{name} is nowhere");
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
