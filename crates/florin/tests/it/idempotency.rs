//! One idempotency key is one effect, however often and however fast it comes.
//!
//! Deliberately absent: crashes (see `kill9`).

use crate::audit;
use crate::folder::Folder;
use crate::http::Answer;
use crate::server::{PUBLISHABLE_KEY, Start};
use crate::shop::{PAYMENT, Shop};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

/// Buyers who cannot wait.
const CLICKS: usize = 50;

/// The same payment under a key; `more` fields may come twice, the last one counts for nobody: the server refuses.
fn pay_under(shop: &Shop, key: &str, fields: &[(&str, &str)]) -> Answer {
    let ask = shop.ask("POST", "/v1/payment_intents").form(fields);
    shop.send(&ask.header("Idempotency-Key", key))
}

/// Sends from so many threads at the same moment.
fn at_once(count: usize, send: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(count);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    send()
                })
            })
            .collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().expect("a thread"));
        joined.collect()
    })
}

/// Every answer is the same 200, or a 409 that says to wait. Returns how many were 200.
#[track_caller]
fn all_alike(answers: &[Answer]) -> usize {
    let (good, busy): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.status == 200);
    assert!(good.iter().all(|answer| answer.body == good[0].body));
    for answer in busy {
        assert_eq!(
            (answer.status, answer.at("/error/code").as_str()),
            (409, "idempotency_key_in_use"),
            "{}",
            answer.text()
        );
        assert_eq!(answer.at("/error/type"), "idempotency_error");
    }
    good.len()
}

fn clicks(name: &str, start: impl Fn(Start) -> Start) {
    let folder = Folder::new(name);
    let server = start(Start::on(folder.path())).start();
    let shop = server.shop();
    let answers = at_once(CLICKS, || pay_under(&shop, "click", &PAYMENT));
    assert!(all_alike(&answers) >= 1);
    let fresh = answers
        .iter()
        .filter(|answer| answer.status == 200 && answer.header("idempotent-replayed").is_none());
    assert_eq!(
        fresh.count(),
        1,
        "one answer is the first, all others are replays"
    );
    assert_eq!(
        pay_under(&shop, "click", &PAYMENT).header("idempotent-replayed"),
        Some("true")
    );
    assert_eq!(shop.ids("/v1/charges").len(), 1);
    assert_eq!(shop.ids("/v1/payment_intents").len(), 1);
    assert!(server.stop().0.success());
    audit::assert_sound(&folder.join("florin.db"));
}

#[test]
fn fifty_clicks_are_one_charge() {
    clicks("clicks", |start| start);
}

#[test]
fn fifty_clicks_are_one_charge_at_an_outside_processor() {
    clicks("clicks-outside", |start| {
        start.env("FLORIN_FORCE_OUTSIDE", "1")
    });
}

/// The control: without a key every click pays.
#[test]
fn clicks_without_a_key_all_pay() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let answers = at_once(10, || shop.post("/v1/payment_intents", &PAYMENT));
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(shop.ids("/v1/charges?limit=100").len(), 10);
}

#[test]
fn a_replay_says_so_and_names_the_first_request() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let first = pay_under(&shop, "once", &PAYMENT).expect(200);
    let again = pay_under(&shop, "once", &PAYMENT).expect(200);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(first.header("original-request"), first.header("request-id"));
    assert_eq!(first.header("idempotency-key"), Some("once"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_ne!(again.header("request-id"), first.header("request-id"));
}

#[test]
fn a_decline_is_replayed_too() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let mut declined = PAYMENT;
    declined[2].1 = "pm_card_chargeDeclined";
    let first = pay_under(&shop, "declined", &declined).expect(402);
    let again = pay_under(&shop, "declined", &declined).expect(402);
    assert_eq!(
        (first.body, again.header("idempotent-replayed")),
        (again.body.clone(), Some("true"))
    );
    assert_eq!(shop.ids("/v1/charges").len(), 1);
}

#[test]
fn a_key_with_other_parameters_is_refused() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    pay_under(&shop, "mine", &PAYMENT).expect(200);
    let mut other = PAYMENT;
    other[0].1 = "2001";
    let refused = pay_under(&shop, "mine", &other).expect(400);
    assert_eq!(refused.at("/error/type"), "idempotency_error");
    assert!(refused.at("/error/message").contains("'mine'"));
    let elsewhere = shop
        .ask("POST", "/v1/customers")
        .header("Idempotency-Key", "mine");
    assert_eq!(
        shop.send(&elsewhere).expect(400).at("/error/type"),
        "idempotency_error"
    );
    assert_eq!(shop.ids("/v1/charges").len(), 1);
    assert!(shop.ids("/v1/customers").is_empty());
}

/// A parameter error is no execution: the key stays free, and the corrected request may use it.
#[test]
fn a_parameter_error_leaves_the_key_free() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let mut wrong = PAYMENT;
    wrong[0].1 = "many";
    pay_under(&shop, "free", &wrong).expect(400);
    let right = pay_under(&shop, "free", &PAYMENT).expect(200);
    assert_eq!(right.header("idempotent-replayed"), None);
}

#[test]
fn two_browsers_that_confirm_pay_once() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let browser = Shop::new(server.address, PUBLISHABLE_KEY);
    for _ in 0..5 {
        let open = [
            ("amount", "2000"),
            ("currency", "usd"),
            ("payment_method_types[]", "card"),
        ];
        let made = shop.post("/v1/payment_intents", &open).expect(200);
        let (id, secret) = (made.at("/id"), made.at("/client_secret"));
        let fields = [
            ("client_secret", secret.as_str()),
            ("payment_method", "pm_card_visa"),
        ];
        let answers = at_once(2, || {
            browser.post(&format!("/v1/payment_intents/{id}/confirm"), &fields)
        });
        let paid = answers.iter().filter(|answer| answer.status == 200).count();
        let states: Vec<String> = answers
            .iter()
            .map(|answer| format!("{} {}", answer.status, answer.at("/error/code")))
            .collect();
        assert!(paid >= 1, "{states:?}");
        let refusals = [
            "400 payment_intent_unexpected_state",
            "429 lock_timeout",
            "200 ",
        ];
        assert!(
            states
                .iter()
                .all(|state| refusals.contains(&state.as_str())),
            "{states:?}"
        );
        assert_eq!(
            shop.ids(&format!("/v1/charges?payment_intent={id}")).len(),
            1
        );
    }
}

/// Two captures and two refunds of all the money at once: the money moves once.
#[test]
fn racing_captures_and_refunds_move_the_money_once() {
    let folder = Folder::new("races");
    let server = Start::on(folder.path()).start();
    let shop = server.shop();
    for _ in 0..5 {
        let hold = shop.post(
            "/v1/payment_intents",
            &[&PAYMENT[..], &[("capture_method", "manual")]].concat(),
        );
        let id = hold.expect(200).at("/id");
        let captures = at_once(2, || {
            shop.post(&format!("/v1/payment_intents/{id}/capture"), &[])
        });
        assert_eq!(
            captures
                .iter()
                .filter(|answer| answer.status == 200)
                .count(),
            1
        );
        let refunds = at_once(3, || shop.post("/v1/refunds", &[("payment_intent", &id)]));
        assert_eq!(
            refunds.iter().filter(|answer| answer.status == 200).count(),
            1
        );
        assert_eq!(
            shop.ids(&format!("/v1/refunds?payment_intent={id}")).len(),
            1
        );
    }
    assert!(server.stop().0.success());
    audit::assert_sound(&folder.join("florin.db"));
}

/// The key is for what is asked, not for the bytes that ask it: numbers, flags and lists have one meaning in every form.
#[test]
fn one_request_as_a_form_and_as_json_is_one_request() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let path = "/v1/payment_intents";
    let form = |body: &str| {
        let ask = shop.ask("POST", path).header("Idempotency-Key", "k");
        shop.send(&ask.body("application/x-www-form-urlencoded", body.as_bytes()))
    };
    let by_json = |value: Value| {
        let ask = shop.ask("POST", path).header("Idempotency-Key", "k");
        shop.send(&ask.json(&value))
    };
    let rest = "currency=usd&confirm=true&payment_method=pm_card_visa";
    let first = form(&format!("amount=2000&{rest}&payment_method_types[]=card")).expect(200);
    let whole = json!({
        "amount": 2000, "currency": "USD", "confirm": true, "payment_method": "pm_card_visa",
        "payment_method_types": ["card"],
    });
    let mut other = whole.clone();
    other["amount"] = json!(2001);
    for again in [
        by_json(whole),
        form(&format!("{rest}&payment_method_types[0]=card&amount=2000")),
    ] {
        assert_eq!(
            again.header("idempotent-replayed"),
            Some("true"),
            "{}",
            again.text()
        );
        assert_eq!(again.body, first.body);
    }
    assert_eq!(
        by_json(other).expect(400).at("/error/type"),
        "idempotency_error"
    );
}

/// A card may expire between a request and its repetition: the key is looked at before the card is.
#[test]
fn a_used_key_answers_before_the_card_is_looked_at() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let save = |key: &str, year: &str| {
        let fields = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", year),
        ];
        let ask = shop.ask("POST", "/v1/payment_methods").form(&fields);
        shop.send(&ask.header("Idempotency-Key", key))
    };
    save("used", "2060").expect(200);
    assert_eq!(
        save("used", "2020").expect(400).at("/error/type"),
        "idempotency_error"
    );
    assert_eq!(
        save("new", "2020").expect(402).at("/error/code"),
        "invalid_expiry_year"
    );
}
