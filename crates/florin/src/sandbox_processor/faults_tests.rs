//! Plans of faults: how they are written, whom they strike, and that a seeded run can be replayed.
//!
//! Deliberately absent: what a fault looks like from outside (the tests of the binary see that).

use super::book_tests::request;
use super::faults::{At, Faults, Kind, Plan, Strike};
use florin_domain::processor::{ProcessorRequest, Verb};
use serde_json::json;

fn faults(plan: serde_json::Value) -> Faults {
    Faults::new(Plan::from_json(plan.to_string().as_bytes()).expect("a plan"))
}

fn struck(faults: &mut Faults, request: &ProcessorRequest) -> Option<Kind> {
    faults.strike(At::Calls, request).map(|strike| strike.fault)
}

#[test]
fn plans_are_written_in_short_or_in_json() {
    let short = "drop_after=50, delay:2000,out-of-order:3,late:60000=7,status_500_before";
    let long = json!({"rules": [
        {"fault": "drop_after", "per_mille": 50},
        {"fault": "delay", "ms": 2_000},
        {"fault": "out_of_order", "hold": 3},
        {"fault": "late", "ms": 60_000, "per_mille": 7},
        {"fault": "status_500_before"},
    ]});
    let short = Plan::read(short).expect("a list");
    assert_eq!(short, Plan::read(&long.to_string()).expect("JSON"));
    let shown = serde_json::to_string(&short).expect("JSON");
    assert_eq!(short, Plan::read(&shown).expect("a plan as it is shown"));
}

#[test]
fn every_kind_has_a_name_and_a_row_of_the_amounts() {
    let plan = Plan::read("by-amount").expect("the preset");
    let names: Vec<String> = plan
        .rules
        .iter()
        .map(|rule| {
            let name = serde_json::to_value(rule.fault).expect("a name");
            name.as_str().expect("a text").to_owned()
        })
        .collect();
    let expected = "delay drop_before drop_after duplicate late out_of_order status_500_before \
                    status_500_after status_429 truncated wrong_amount hang late";
    assert_eq!(names.join(" "), expected);
    let mut faults = Faults::new(plan);
    for (index, name) in names.iter().enumerate() {
        let mut asked = request("ref_1");
        asked.amount = 4_001 + i64::try_from(index).expect("a small number");
        let strike = struck(&mut faults, &asked).expect("a fault");
        assert_eq!(serde_json::to_value(strike).expect("a name"), json!(name));
    }
    assert_eq!(struck(&mut faults, &request("ref_1")), None);
}

#[test]
fn wrong_plans_are_refused_with_their_reason() {
    for (text, reason) in [
        ("nothing", "not a fault"),
        ("", "not a fault"),
        ("drop_after=many", "not a fault"),
        ("delay", "need ms"),
        ("late", "need ms"),
        ("hang:5", "ms is for"),
        ("late:2592000001", "30 days"),
        ("out_of_order:1", "hold has to be"),
        ("out_of_order:4294967296", "not a fault"),
        ("drop_after=1001", "more than 1000"),
        (
            r#"{"rules": [{"fault": "hang", "hold": 2}]}"#,
            "hold is for",
        ),
        (
            r#"{"rules": [{"fault": "hang", "times": 1, "per_mille": 5}]}"#,
            "exclude",
        ),
        (
            r#"{"rules": [{"fault": "late", "ms": 1, "at": "inquiries"}]}"#,
            "inquiry",
        ),
        (
            r#"{"rules": [{"fault": "hang", "metadata": "x"}]}"#,
            "metadata",
        ),
        (r#"{"rules": 5}"#, "not a plan"),
    ] {
        let error = Plan::read(text).expect_err("it is wrong");
        let error = format!("{error:#}");
        assert!(error.contains(reason), "{text}: {error}");
    }
    let many = json!({"rules": vec![json!({"fault": "hang"}); 101]});
    assert!(Plan::read(&many.to_string()).is_err());
}

#[test]
fn a_rule_strikes_whom_it_names() {
    let rule = json!({"fault": "hang", "verb": "capture", "reference": "pa_", "amount": 500});
    let mut capture = request("pa_1");
    capture.verb = Verb::Capture;
    capture.amount = 500;
    let but = |change: fn(&mut ProcessorRequest)| {
        let mut other = capture.clone();
        change(&mut other);
        other
    };
    let mut all = faults(json!({"rules": [rule]}));
    assert_eq!(all.strike(At::Inquiries, &capture), None);
    assert_eq!(
        struck(&mut all, &but(|other| other.verb = Verb::Refund)),
        None
    );
    assert_eq!(
        struck(&mut all, &but(|other| other.reference = "x".to_owned())),
        None
    );
    assert_eq!(struck(&mut all, &but(|other| other.amount = 501)), None);
    assert_eq!(struck(&mut all, &capture), Some(Kind::Hang));
    assert_eq!(all.plan().rules[0].struck, 1);
}

#[test]
fn the_first_rule_that_still_strikes_is_taken() {
    let mut faults = faults(json!({"rules": [
        {"fault": "delay", "ms": 5, "times": 2},
        {"fault": "hang", "at": "inquiries"},
        {"fault": "out_of_order"},
    ]}));
    let delay = Strike {
        fault: Kind::Delay,
        ms: 5,
        hold: 2,
    };
    assert_eq!(faults.strike(At::Calls, &request("ref_1")), Some(delay));
    assert_eq!(struck(&mut faults, &request("ref_2")), Some(Kind::Delay));
    assert_eq!(
        struck(&mut faults, &request("ref_3")),
        Some(Kind::OutOfOrder)
    );
    let asked = faults.strike(At::Inquiries, &request("ref_1"));
    assert_eq!(asked.map(|strike| strike.fault), Some(Kind::Hang));
}

#[test]
fn a_new_plan_begins_with_zero_strikes() {
    let rule = json!({"fault": "hang", "times": 1, "struck": 1});
    let mut faults = faults(json!({"rules": [rule]}));
    assert_eq!(struck(&mut faults, &request("ref_1")), Some(Kind::Hang));
    assert_eq!(struck(&mut faults, &request("ref_1")), None);
}

/// What strikes each of many references, which come twice each, in an order of their own.
fn diced(seed: u64, order: impl Fn(usize) -> usize) -> Vec<Option<Kind>> {
    let mut faults = faults(json!({"seed": seed, "rules": [
        {"fault": "drop_before", "per_mille": 100},
        {"fault": "drop_after", "per_mille": 300},
    ]}));
    let mut seen = vec![None; 2_000];
    for index in (0..1_000).map(order) {
        for arrival in 0..2 {
            let asked = request(&format!("ref_{index}"));
            seen[index * 2 + arrival] = struck(&mut faults, &asked);
        }
    }
    seen
}

#[test]
fn a_seeded_run_is_the_same_whatever_the_order_of_its_requests() {
    let forward = diced(7, |index| index);
    assert_eq!(forward, diced(7, |index| 999 - index));
    assert_ne!(forward, diced(8, |index| index));
    let count = |kind| forward.iter().filter(|each| **each == kind).count();
    // Of 2000: 200, then 30 % of the other 1800. The seed is fixed, so that the counts are, too.
    assert!(
        (150..250).contains(&count(Some(Kind::DropBefore))),
        "{}",
        count(Some(Kind::DropBefore))
    );
    assert!(
        (470..610).contains(&count(Some(Kind::DropAfter))),
        "{}",
        count(Some(Kind::DropAfter))
    );
    let again = (0..1_000).filter(|index| forward[index * 2] != forward[index * 2 + 1]);
    assert!(again.count() > 100, "another arrival throws other dice");
}
