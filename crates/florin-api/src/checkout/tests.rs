//! What pages may send, case by case.

use super::sent;
use super::shell::{Problem, SHELL_TEXTS};
use serde_json::{Map, Value, json};

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => panic!("not an object"),
    }
}

#[test]
fn what_a_buyer_leaves_empty_is_not_told() {
    let pressed = sent::press(&map(json!({
        "attempt": "a1",
        "billing": {"name": "  Ada ", "email": "", "phone": null, "address": {"line1": " ", "city": "Berlin"}},
        "shipping": {"address": {"line1": ""}},
        "custom_fields": {"size": " l ", "note": ""},
        "expected_amount": "1200", "save": "on", "terms": true,
    })));
    let press = pressed.expect("a press");
    assert_eq!(
        Value::Object(press.told.buyer),
        json!({"name": "Ada", "address": {"city": "Berlin"}})
    );
    assert_eq!(press.told.delivery, Map::new());
    assert_eq!(press.told.fields, [("size".to_owned(), "l".to_owned())]);
    assert_eq!(press.expected_total, Some(1_200));
    assert!(press.saves && press.told.agreed);
}

#[test]
fn a_press_that_is_wrong_is_refused_by_name() {
    let long = "x".repeat(501);
    for (sent, param) in [
        (json!({"billing": "Ada"}), "billing"),
        (json!({"billing": {"name": 5}}), "billing[name]"),
        (json!({"billing": {"name": long}}), "billing[name]"),
        (json!({"shipping": []}), "shipping"),
        (json!({"save": "perhaps"}), "save"),
        (json!({"expected_amount": 1.5}), "expected_amount"),
        (json!({"expected_amount": true}), "expected_amount"),
        (json!({"custom_fields": []}), "custom_fields"),
    ] {
        let shown = sent.to_string();
        let refused = sent::press(&map(sent)).expect_err("a refusal");
        assert_eq!(refused.param.as_deref(), Some(param), "{shown}");
        assert_eq!(refused.status, 400);
    }
}

#[test]
fn a_choice_is_read() {
    let choice = sent::choice(&map(json!({
        "shipping_option": "shr_1", "quantities": {"li_1": 3, "li_2": "0"}, "locale": "de",
    })));
    let choice = choice.expect("a choice");
    assert_eq!(choice.shipping_rate.as_deref(), Some("shr_1"));
    assert_eq!(
        choice.quantities,
        [("li_1".to_owned(), 3), ("li_2".to_owned(), 0)]
    );
    assert_eq!(choice.locale.as_deref(), Some("de"));
    for (sent, param) in [
        (json!({"amount": 1}), "amount"),
        (json!({"quantities": [1]}), "quantities"),
        (json!({"shipping_option": 5}), "shipping_option"),
    ] {
        let refused = sent::choice(&map(sent)).expect_err("a refusal");
        assert_eq!(refused.param.as_deref(), Some(param));
    }
}

#[test]
fn an_expiry_may_be_typed_in_many_ways() {
    for (typed, month, year) in [
        ("12 / 34", "12", "34"),
        ("1234", "12", "34"),
        ("12/2034", "12", "2034"),
        ("1", "1", ""),
        ("", "", ""),
    ] {
        let sent = sent::of_form(map(json!({ "exp": typed })));
        assert_eq!(
            (&sent["card"]["exp_month"], &sent["card"]["exp_year"]),
            (&json!(month), &json!(year)),
            "{typed}"
        );
    }
    let plain = sent::of_form(map(json!({"attempt": "a1"})));
    assert!(plain.get("card").is_none() && plain.get("billing").is_none());
}

#[test]
fn no_words_of_an_address_reach_the_page() {
    for (problem, told) in [
        (Problem::Form, "/c/pay/cs_1?problem=form"),
        (Problem::Busy, "/c/pay/cs_1?problem=busy"),
        (Problem::SoldOut, "/c/pay/cs_1?problem=sold_out"),
    ] {
        assert_eq!(problem.told_at("/c/pay/cs_1"), told);
        let query = map(json!({"problem": problem.word()}));
        assert_eq!(Problem::of(&query), Some(problem));
    }
    for unknown in [
        json!({}),
        json!({"problem": "x"}),
        json!({"problem": ["form"]}),
    ] {
        assert_eq!(Problem::of(&map(unknown)), None);
    }
}

#[test]
fn every_language_of_the_shell_has_every_text() {
    let english = SHELL_TEXTS["en"].as_object().expect("texts");
    assert_eq!(SHELL_TEXTS.len(), 8);
    for (language, words) in SHELL_TEXTS.iter() {
        let words = words.as_object().expect("texts");
        let missing: Vec<_> = english
            .keys()
            .filter(|key| !words.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}
