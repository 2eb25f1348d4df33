//! The world as a test: short runs hold every rule, a seed decides everything, and every operation, route and command is
//! performed.
//!
//! Deliberately absent: long runs, and a fault at each place in turn; `florin-sim` makes them, which without arguments is a
//! step of the test run.

use florin_engine::operations::OPERATIONS;
use florin_sim::{ADMINISTERED, PERFORMED, Plan, READ, Report, run};
use std::collections::{BTreeMap, BTreeSet};

/// Seeds and stories of the short runs; odd seeds have their processor outside.
const SEEDS: u64 = 10;
/// What is rare may need more worlds; by then it was there.
const SEEDS_MAX: u64 = 400;
const PAYMENTS: u32 = 40;
/// Operations that no story can succeed in, with the reason.
const NEVER_OK: [(&str, &str); 1] = [("CancelRefund", "no card refund waits for its customer")];
/// What the engine exports beside its operations: the parts of their wishes.
const PARTS: [&str; 10] = [
    "Choice",
    "Collected",
    "ItemWish",
    "LineWish",
    "LinkTerms",
    "Press",
    "PriceWish",
    "ProductWish",
    "RefundOf",
    "ShippingWish",
];
/// Operations without a route: a page asks for them.
const OF_PAGES: [&str; 5] = [
    "AbandonSession",
    "AnswerIntentChallenge",
    "ChooseSession",
    "PressSession",
    "RecoverSession",
];

fn check(report: &Report) {
    let seed = report.seed;
    let found: Vec<String> = report.violations.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "seed {seed}: {found:#?}");
}

#[test]
fn short_runs_hold_every_rule_and_perform_everything() {
    let mut answers: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    let mut crashes = 0;
    for seed in 1..=SEEDS_MAX {
        if seed > SEEDS && missing(&answers).is_empty() {
            break;
        }
        let report = run(&Plan::new(seed, PAYMENTS));
        check(&report);
        crashes += report.crashes;
        for (operation, status) in report.answers.into_keys() {
            answers.entry(operation).or_default().insert(status);
        }
    }
    assert!(crashes > 15, "only {crashes} processes died");
    assert_eq!(missing(&answers), Vec::<String>::new());
}

/// What was not performed well in any world, with the answers that it had.
fn missing(answers: &BTreeMap<&str, BTreeSet<u16>>) -> Vec<String> {
    let is_well = |name: &str, excused: bool| {
        let statuses = answers.get(name);
        statuses.is_some_and(|all| excused || all.contains(&200))
    };
    let given = READ.iter().chain(ADMINISTERED);
    let given = given.map(|name| (*name, is_refused(name)));
    let operations = OPERATIONS.iter().map(|operation| {
        let excused = NEVER_OK.iter().any(|(name, _)| name == operation);
        (*operation, excused)
    });
    given
        .chain(operations)
        .filter(|(name, excused)| !is_well(name, *excused))
        .map(|(name, _)| format!("{name} was answered with {:?} only", answers.get(name)))
        .collect()
}

#[test]
fn the_workload_names_the_operations_of_the_engine() {
    let sorted = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(sorted(PERFORMED), sorted(OPERATIONS));
}

#[test]
fn the_engine_lists_every_operation_that_it_exports() {
    let source = include_str!("../../florin-engine/src/operations/mod.rs");
    let exports: Vec<&str> = source
        .split("pub use ")
        .skip(1)
        .filter_map(|part| part.split(';').next())
        .collect();
    let names = exports
        .iter()
        .flat_map(|export| export.split(|c: char| !c.is_ascii_alphanumeric()));
    let is_struct = |name: &&str| name.starts_with(|c: char| c.is_ascii_uppercase());
    let named: BTreeSet<&str> = names
        .filter(is_struct)
        .filter(|name| !PARTS.contains(name))
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

/// A route that no state allows.
fn is_refused(route: &str) -> bool {
    route.starts_with("POST ")
}

#[test]
fn every_row_of_the_api_is_performed() {
    let source = include_str!("../../florin-api/src/routes.rs");
    let rows = source.split("\nroutes! {").nth(1).unwrap_or_default();
    let rows = rows.split("\n}").next().unwrap_or_default();
    let routes = rows.lines().filter_map(|row| {
        let (method, rest) = row.trim().split_once(' ')?;
        let path = rest.split('"').nth(1)?;
        Some(format!("{method} {path}"))
    });
    let (reads, changes): (BTreeSet<String>, BTreeSet<String>) =
        routes.partition(|route| route.starts_with("GET ") || is_without_effect(route));
    assert_eq!(
        reads,
        READ.iter().map(|route| (*route).to_owned()).collect()
    );
    // What pages ask for has no route; each of the others has one of its own, refunds and confirmation tokens have two.
    let with_route = PERFORMED.len() - OF_PAGES.len();
    assert_eq!(changes.len(), with_route + 2, "{changes:#?}");
}

fn is_without_effect(route: &str) -> bool {
    [
        "/apply_customer_balance",
        "/verify_microdeposits",
        "/payment_method_domains/:id/validate",
        "/v1/customer_sessions",
    ]
    .iter()
    .any(|end| route.ends_with(end))
}

#[test]
fn every_command_of_the_engine_is_given() {
    let sources = [
        include_str!("../../florin-engine/src/attempts.rs"),
        include_str!("../../florin-engine/src/jobs.rs"),
        include_str!("../../florin-engine/src/keys.rs"),
        include_str!("../../florin-engine/src/notices.rs"),
        include_str!("../../florin-engine/src/reseal.rs"),
    ];
    let named = sources
        .iter()
        .flat_map(|source| source.split("pub async fn ").skip(1));
    let named: BTreeSet<&str> = named.filter_map(|rest| rest.split('(').next()).collect();
    let given: BTreeSet<&str> = ADMINISTERED
        .iter()
        .copied()
        .filter(|name| *name != "rotate")
        .chain(["authenticate"])
        .collect();
    assert_eq!(named, given);
}
