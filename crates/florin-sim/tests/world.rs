//! The world as a test: short runs hold every rule, a seed decides everything, every operation is performed, and a
//! crash at any commit is survived.
//!
//! Deliberately absent: long runs; `cargo xtask sim` makes them.

use florin_engine::operations::OPERATIONS;
use florin_sim::scene::When;
use florin_sim::weather::Weather;
use florin_sim::{PERFORMED, Plan, Report, run};
use std::collections::{BTreeMap, BTreeSet};

/// Seeds and stories of the short runs; odd seeds have their processor outside.
const SEEDS: u64 = 30;
const PAYMENTS: u32 = 40;
/// No small world has so many commits.
const COMMITS_MAX: u64 = 400;
/// Operations that no story can succeed in, with the reason.
const NEVER_OK: [(&str, &str); 1] = [("CancelRefund", "no card refund waits for its customer")];

fn check(report: &Report) {
    let seed = report.seed;
    let found: Vec<String> = report.violations.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "seed {seed}: {found:#?}");
}

#[test]
fn short_runs_hold_every_rule_and_perform_everything() {
    let mut answers: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    let mut crashes = 0;
    for seed in 1..=SEEDS {
        let report = run(&Plan::new(seed, PAYMENTS));
        check(&report);
        crashes += report.crashes;
        for (operation, status) in report.answers.into_keys() {
            answers.entry(operation).or_default().insert(status);
        }
    }
    assert!(crashes > 50, "only {crashes} processes died");
    for operation in OPERATIONS {
        let statuses = answers.get(operation);
        let excused = NEVER_OK.iter().any(|(name, _)| name == operation);
        let performed = statuses.is_some_and(|all| excused || all.contains(&200));
        assert!(performed, "{operation} was answered with {statuses:?} only");
    }
}

#[test]
fn the_workload_names_the_operations_of_the_engine() {
    let sorted = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(sorted(PERFORMED), sorted(OPERATIONS));
}

#[test]
fn the_engine_lists_every_operation_that_it_exports() {
    let source = include_str!("../../florin-engine/src/operations/mod.rs");
    let exports: String = source
        .split("pub use ")
        .skip(1)
        .filter_map(|part| part.split(';').next())
        .collect();
    let names = exports.split(|c: char| !c.is_ascii_alphanumeric());
    let is_struct = |name: &&str| name.starts_with(|c: char| c.is_ascii_uppercase());
    let named: BTreeSet<&str> = names
        .filter(is_struct)
        .filter(|name| *name != "RefundOf")
        .collect();
    assert_eq!(named, OPERATIONS.iter().copied().collect());
}

#[test]
fn a_seed_decides_everything() {
    for seed in [4, 5] {
        let (one, two) = (run(&Plan::new(seed, 20)), run(&Plan::new(seed, 20)));
        assert!(one.trace.len() > 100, "seed {seed} did next to nothing");
        assert_eq!(one.trace, two.trace, "seed {seed}");
        assert_eq!(
            (one.steps, one.commits, one.crashes),
            (two.steps, two.commits, two.crashes)
        );
        assert_ne!(one.trace, run(&Plan::new(seed + 2, 20)).trace);
    }
}

#[test]
fn a_crash_at_any_commit_is_survived() {
    for outside in [false, true] {
        for when in [When::Before, When::After] {
            let survived = (1..COMMITS_MAX)
                .take_while(|commit| survives(outside, *commit, when))
                .count();
            assert!(survived > 20, "only {survived} commits, outside {outside}");
        }
    }
}

/// Runs a small calm world with one crash. False when the world has fewer commits, so that nothing crashed.
fn survives(outside: bool, commit: u64, when: When) -> bool {
    let report = run(&Plan {
        outside,
        weather: Some(Weather::calm()),
        crash_at: Some((commit, when)),
        ..Plan::new(11, 6)
    });
    let found: Vec<String> = report.violations.iter().map(ToString::to_string).collect();
    assert!(
        found.is_empty(),
        "outside {outside}, commit {commit}, {when:?}: {found:#?}"
    );
    report.crashes > 0
}
