//! Expansion: what is wanted, where it goes, and what is refused.

use crate::samples::{self, NOW, VIEW};
use crate::shown::{render_dispute, render_record, render_transaction};
use florin_domain::ledger::Movement;
use florin_domain::payments::{PaymentIntent, SetupIntent};
use florin_domain::{Kind, Record};
use florin_render::expand::{ExpandPlan, Target, Wanted, place};
use florin_wire::{Table, parse_form};
use serde_json::{Value, json};

fn shown(record: impl Into<Record>) -> Value {
    render_record(&record.into(), &VIEW)
}

fn wanted(value: &Value, paths: &[&str]) -> Result<Vec<Wanted>, String> {
    let is_list = value["object"] == "list";
    let plan = ExpandPlan::parse(paths, is_list).map_err(|error| error.message)?;
    plan.wanted(value).map_err(|error| {
        assert_eq!(
            (error.status, error.param.as_deref()),
            (400, Some("expand"))
        );
        error.message
    })
}

fn want(pointer: &str, target: Target, id: &str) -> Wanted {
    Wanted {
        pointer: pointer.to_owned(),
        target,
        id: id.to_owned(),
    }
}

#[test]
fn ids_of_an_intent_are_wanted() {
    let cases = [
        (
            "customer",
            want("/customer", Target::Record(Kind::Customer), "cus_1"),
        ),
        (
            "latest_charge",
            want("/latest_charge", Target::Record(Kind::Charge), "ch_1"),
        ),
        (
            "payment_method",
            want(
                "/payment_method",
                Target::Record(Kind::PaymentMethod),
                "pm_1",
            ),
        ),
        (
            "latest_charge.balance_transaction",
            want("/latest_charge", Target::Record(Kind::Charge), "ch_1"),
        ),
        (
            "latest_charge.refunds.data.charge",
            want("/latest_charge", Target::Record(Kind::Charge), "ch_1"),
        ),
        (
            "last_payment_error.payment_method.customer",
            want(
                "/last_payment_error/payment_method/customer",
                Target::Record(Kind::Customer),
                "cus_1",
            ),
        ),
    ];
    let value = shown(samples::full_intent());
    for (path, expected) in cases {
        assert_eq!(wanted(&value, &[path]), Ok(vec![expected]), "{path}");
    }
}

#[test]
fn one_place_is_wanted_once() {
    let value = shown(samples::full_intent());
    let found = wanted(
        &value,
        &["latest_charge", "latest_charge.customer", "latest_charge"],
    );
    assert_eq!(found.map(|found| found.len()), Ok(1));
}

#[test]
fn null_and_what_florin_never_fills_stay_null() {
    let value = shown(samples::intent());
    for path in [
        "customer",
        "latest_charge.refunds",
        "review",
        "application",
        "transfer_data.destination",
        "last_payment_error.payment_method",
        "invoice.subscription",
        "on_behalf_of",
    ] {
        assert_eq!(wanted(&value, &[path]), Ok(vec![]), "{path}");
    }
}

#[test]
fn a_path_that_leads_nowhere_is_refused_even_below_null() {
    let intent = shown(samples::intent());
    let full = shown(samples::full_intent());
    for path in [
        "amount",
        "metadata",
        "metadata.order",
        "nothing",
        "customer.nothing",
        "latest_charge.amount",
        "last_payment_error",
        "last_payment_error.charge",
        "latest_charge.refunds.charge",
        "payment_method.customer.x",
    ] {
        for value in [&intent, &full] {
            let message = format!("This property cannot be expanded ({path}).");
            assert_eq!(wanted(value, &[path]), Err(message), "{path}");
        }
    }
    assert!(wanted(&shown(samples::endpoint()), &["secret"]).is_err());
}

#[test]
fn an_error_repeats_only_what_looks_like_a_path() {
    let value = shown(samples::intent());
    for path in ["4242424242424242", "a b", "x\"y"] {
        assert_eq!(
            wanted(&value, &[path]),
            Err("This property cannot be expanded (...).".to_owned())
        );
    }
}

#[test]
fn lists_that_exist_only_expanded_are_wanted_by_their_owner() {
    let charge = shown(samples::charge());
    let refunds = Target::Refunds {
        charge: "ch_1".to_owned(),
    };
    assert_eq!(
        wanted(&charge, &["refunds"]),
        Ok(vec![want("/refunds", refunds, "ch_1")])
    );
    let customer = shown(samples::customer());
    let cases = [
        (
            "sources",
            Target::Sources {
                customer: "cus_1".to_owned(),
            },
        ),
        (
            "sources.data",
            Target::Sources {
                customer: "cus_1".to_owned(),
            },
        ),
        (
            "subscriptions",
            Target::EmptyList {
                url: "/v1/customers/cus_1/subscriptions".to_owned(),
            },
        ),
        (
            "tax_ids",
            Target::EmptyList {
                url: "/v1/customers/cus_1/tax_ids".to_owned(),
            },
        ),
    ];
    for (path, target) in cases {
        let name = path.split('.').next().unwrap_or_default();
        assert_eq!(
            wanted(&customer, &[path]),
            Ok(vec![want(&format!("/{name}"), target, "cus_1")]),
            "{path}"
        );
    }
    assert_eq!(
        wanted(
            &customer,
            &["default_source", "invoice_settings.default_payment_method"]
        ),
        Ok(vec![
            want("/default_source", Target::Source, "pm_2"),
            want(
                "/invoice_settings/default_payment_method",
                Target::Record(Kind::PaymentMethod),
                "pm_1"
            ),
        ])
    );
    let items = Target::LineItems {
        intent: "pi_1".to_owned(),
    };
    let found = wanted(
        &shown(samples::full_intent()),
        &["amount_details.line_items"],
    );
    assert_eq!(
        found,
        Ok(vec![want("/amount_details/line_items", items, "pi_1")])
    );
}

#[test]
fn a_deleted_customer_has_nothing_to_expand() {
    let gone = florin_render::deleted(Kind::Customer, "cus_1");
    assert_eq!(wanted(&gone, &["sources", "default_source"]), Ok(vec![]));
}

#[test]
fn the_source_of_a_transaction_is_told_by_its_purpose() {
    let cases = [
        (Movement::Charge, Some(Target::Record(Kind::Charge))),
        (Movement::Refund, Some(Target::Record(Kind::Refund))),
        (Movement::RefundFailure, Some(Target::Record(Kind::Refund))),
        (Movement::Dispute, Some(Target::Dispute)),
        (Movement::Release, None),
    ];
    for (movement, target) in cases {
        let value = render_transaction(&samples::transaction(movement), &VIEW, NOW);
        let expected: Vec<Wanted> = target
            .into_iter()
            .map(|target| want("/source", target, "ch_1"))
            .collect();
        assert_eq!(wanted(&value, &["source"]), Ok(expected), "{movement:?}");
    }
    let dispute = render_dispute(&samples::dispute(), &VIEW, NOW);
    let own = samples::dispute().id.to_string();
    let expected = want("/balance_transactions/0/source", Target::Dispute, &own);
    assert_eq!(
        wanted(&dispute, &["balance_transactions.source"]),
        Ok(vec![expected])
    );
}

#[test]
fn a_warning_leads_to_its_charge_and_its_intent() {
    let warning = render_record(&samples::fraud_warning().into(), &VIEW);
    let charge = want("/charge", Target::Record(Kind::Charge), "ch_1");
    let intent = want(
        "/payment_intent",
        Target::Record(Kind::PaymentIntent),
        "pi_1",
    );
    assert_eq!(
        wanted(&warning, &["charge", "payment_intent"]),
        Ok(vec![charge, intent])
    );
    assert!(wanted(&warning, &["fraud_type"]).is_err());
}

#[test]
fn paths_of_a_list_start_with_data() {
    let intents = [
        samples::full_intent(),
        PaymentIntent {
            id: "pi_2".into(),
            ..samples::full_intent()
        },
    ];
    let data: Vec<Value> = intents.map(shown).to_vec();
    let list = crate::shown::list("/v1/payment_intents", data);
    let expected = ["/data/0/customer", "/data/1/customer"];
    let found = wanted(&list, &["data.customer"]).expect("a good path");
    assert_eq!(
        found
            .iter()
            .map(|one| one.pointer.as_str())
            .collect::<Vec<_>>(),
        expected
    );
    assert!(wanted(&list, &["customer"]).is_err_and(|message| message.contains("data.customer")));
    assert!(wanted(&list, &["data.nothing"]).is_err());
}

/// How deep a path goes is for the schema to say, with `data` as one of its levels: the plan has no limit of its own.
#[test]
fn depth_is_limited_once() {
    let allowed = |path: &str| {
        let table = Table::load();
        let operation = table
            .operation("GET", "/v1/charges")
            .expect("a known operation");
        let raw = parse_form(format!("expand[]={path}").as_bytes()).expect("a form");
        operation.check(raw).is_ok()
    };
    let four = "data.payment_intent.customer.default_source";
    let five = "data.payment_intent.latest_charge.customer.default_source";
    assert!(allowed(four) && !allowed(five));
    assert!(ExpandPlan::parse(&[five], true).is_ok());
    assert!(ExpandPlan::parse(&[], false).is_ok_and(|plan| plan.is_empty()));
}

#[test]
fn a_refund_leads_to_the_customer_of_its_charge() {
    let refund = shown(samples::refund());
    let customer = want("/customer", Target::Record(Kind::Customer), "cus_1");
    assert_eq!(wanted(&refund, &["customer"]), Ok(vec![customer]));
}

/// Loads what is wanted until nothing is.
fn expanded(mut value: Value, paths: &[&str]) -> Value {
    for _ in 0..8 {
        let found = wanted(&value, paths).expect("good paths");
        if found.is_empty() {
            return value;
        }
        for one in found {
            let object = match one.target {
                Target::Record(Kind::Charge) => shown(samples::charge()),
                Target::Record(Kind::Customer) => shown(samples::customer()),
                Target::Refunds { .. } => {
                    crate::shown::list("/v1/charges/ch_1/refunds", vec![shown(samples::refund())])
                }
                Target::Transaction => {
                    render_transaction(&samples::transaction(Movement::Charge), &VIEW, NOW)
                }
                other => panic!("not loaded in this test: {other:?}"),
            };
            place(&mut value, &one.pointer, object);
        }
    }
    panic!("expansion does not end");
}

#[test]
fn placing_and_asking_again_ends_with_the_whole_tree() {
    let paths = [
        "latest_charge.balance_transaction",
        "latest_charge.refunds.data.charge",
        "customer",
    ];
    let value = expanded(shown(samples::full_intent()), &paths);
    assert_eq!(value["latest_charge"]["balance_transaction"]["net"], 2412);
    assert_eq!(
        value["latest_charge"]["refunds"]["data"][0]["charge"]["id"],
        "ch_1"
    );
    assert_eq!(value["customer"]["email"], "ada@example.com");
    let charge = value["latest_charge"].as_object().expect("a charge");
    let keys: Vec<&String> = charge.keys().skip(2).collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[test]
fn a_pointer_that_leads_nowhere_changes_nothing() {
    let mut value = shown(SetupIntent::default());
    let before = value.clone();
    place(&mut value, "/nothing/customer", json!({}));
    place(&mut value, "", json!("x"));
    assert_eq!(value, json!("x"));
    value = before.clone();
    place(&mut value, "/status/x", json!({}));
    assert_eq!(value, before);
}
