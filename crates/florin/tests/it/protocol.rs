//! The wire at its edges: limits, malformed bodies, headers, versions, expansion, crowds.
//!
//! Deliberately absent: the tables of parameters and of test cards, which `e2e/` and the crates' own tests go through.

use crate::http::{Answer, Ask};
use crate::server::{SECRET_KEY, Server, Start};
use crate::shop::{PAYMENT, Shop};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;

const INTENTS: &str = "/v1/payment_intents";

/// An error answer with this status, `param` and part of its message; nothing was made.
#[track_caller]
fn refused(answer: &Answer, status: u16, param: &str, message: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert_eq!(answer.at("/error/param"), param, "{text}");
    assert!(answer.at("/error/message").contains(message), "{text}");
    assert!(!answer.at("/error/type").is_empty(), "{text}");
    assert!(
        answer
            .header("request-id")
            .is_some_and(|id| id.starts_with("req_")),
        "{:?}",
        answer.headers
    );
}

fn form(shop: &Shop, body: &[u8]) -> Answer {
    shop.send(
        &shop
            .ask("POST", INTENTS)
            .body("application/x-www-form-urlencoded", body),
    )
}

fn json_text(shop: &Shop, body: &[u8]) -> Answer {
    shop.send(&shop.ask("POST", INTENTS).body("application/json", body))
}

/// Nothing that was refused left anything behind, and the server is well.
#[track_caller]
fn unharmed(server: &Server) {
    for list in [INTENTS, "/v1/charges", "/v1/customers", "/v1/events"] {
        assert!(server.shop().ids(list).is_empty(), "{list}");
    }
    server.shop().pay();
    assert!(
        server
            .metrics()
            .contains("florin_http_responses_total{class=\"5xx\"} 0")
    );
}

#[test]
fn bodies_have_a_size() {
    const MAX: usize = 1024 * 1024;
    let server = Start::ephemeral().start();
    let shop = server.shop();
    for body in [vec![b'a'; MAX + 1], vec![b'a'; 5 * MAX]] {
        refused(&form(&shop, &body), 413, "", "too large");
        refused(&json_text(&shop, &body), 413, "", "too large");
    }
    let fits = [b"description=".to_vec(), vec![b'a'; MAX - 12]].concat();
    assert_eq!(
        form(&shop, &fits).status,
        400,
        "a body of exactly the limit is read"
    );
    // A length that is not announced is counted while it comes.
    let head = format!(
        "POST {INTENTS} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {SECRET_KEY}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        server.address
    );
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    stream
        .write_all(head.as_bytes())
        .expect("the head is taken");
    let chunk = [b"40000\r\n".to_vec(), vec![b'a'; 0x40000], b"\r\n".to_vec()].concat();
    for _ in 0..5 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    unharmed(&server);
}

#[test]
fn forms_have_a_shape() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let many: Vec<String> = (0..1_001).map(|at| format!("metadata[k{at}]=1")).collect();
    for (body, param, message) in [
        (many.join("&").as_bytes(), "", "at most 1000"),
        (b"a[b][c][d][e][f][g][h][i]=1", "a", "nested too deeply"),
        (
            &[b"a".to_vec(), b"[b]".repeat(50_000), b"=1".to_vec()].concat(),
            "a",
            "nested too deeply",
        ),
        (b"amount=\xff&currency=usd", "amount", "UTF-8"),
        (b"amount=%ff&currency=usd", "amount", "UTF-8"),
        (b"amount=2000&currency=u%00d", "currency", "NUL"),
        (
            b"amount=2000&amount=2000&currency=usd",
            "amount",
            "more than once",
        ),
        (
            b"metadata=x&metadata[a]=1",
            "metadata",
            "exclude each other",
        ),
        (
            b"amount=99999999999999999999&currency=usd",
            "amount",
            "Invalid integer",
        ),
        (b"amount=2000.5&currency=usd", "amount", "Invalid integer"),
        (b"amount=-1&currency=usd", "amount", "greater than or equal"),
        (b"amount=2000", "currency", "Missing required param"),
        (
            b"amount=2000&currency=usd&amuont=1",
            "amuont",
            "unknown parameter",
        ),
        (
            b"amount=2000&currency=usd&metadata[a][b]=1",
            "metadata[a]",
            "",
        ),
        (
            b"amount=2000&currency=usd&confirm=perhaps",
            "confirm",
            "Invalid boolean",
        ),
    ] {
        refused(&form(&shop, body), 400, param, message);
    }
    let twice = shop.post(
        &format!("{INTENTS}?amount=1"),
        &[("amount", "2000"), ("currency", "usd")],
    );
    refused(&twice, 400, "amount", "in the URL and in the body");
    unharmed(&server);
}

#[test]
fn json_has_a_shape_and_says_where_it_breaks() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let deep = [
        b"{\"a\":".repeat(20_000),
        b"1".to_vec(),
        b"}".repeat(20_000),
    ]
    .concat();
    for (body, param, message) in [
        (
            &b"{\"amount\": 2000 \"currency\": \"usd\"}"[..],
            "",
            "line 1, column 17",
        ),
        (b"{\n  \"amount\": 2000,\n  oops}", "", "line 3, column 3"),
        (b"[1]", "", "must be an object"),
        (
            b"{\"amount\": 2000, \"amount\": 1}",
            "amount",
            "more than once",
        ),
        (b"{\"currency\": \"\xff\"}", "currency", "UTF-8"),
        (b"{\"currency\": \"u\\u0000d\"}", "currency", "NUL"),
        (
            b"{\"amount\": 20.5, \"currency\": \"usd\"}",
            "amount",
            "Invalid integer",
        ),
        (b"{\"amount\": 1e400, \"currency\": \"usd\"}", "", ""),
        (
            b"{\"amount\": \"2000\", \"currency\": [\"usd\"]}",
            "currency",
            "",
        ),
        (
            b"{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":1}}}}}}}}}",
            "a",
            "nested too deeply",
        ),
        (&deep, "a", "nested too deeply"),
    ] {
        let answer = json_text(&shop, body);
        refused(&answer, 400, param, message);
    }
    unharmed(&server);
}

/// What differs between two payments that were asked for in the same way.
fn without_chance(mut value: Value) -> Value {
    let members = value.as_object_mut().expect("an object");
    for name in [
        "id",
        "client_secret",
        "latest_charge",
        "payment_method",
        "created",
    ] {
        assert!(
            members.remove(name).is_some_and(|value| !value.is_null()),
            "{name}"
        );
    }
    value
}

#[test]
fn json_and_forms_say_the_same() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let by_form = shop.post(
        INTENTS,
        &[
            ("amount", "2000"),
            ("currency", "usd"),
            ("payment_method", "pm_card_visa"),
            ("confirm", "true"),
            ("payment_method_types[0]", "card"),
            ("metadata[order]", "7"),
            ("shipping[name]", "Ada"),
            ("shipping[address][city]", "London"),
            ("description", "Tea & biscuits"),
        ],
    );
    let by_json = shop.send(&shop.ask("POST", INTENTS).json(&json!({
        "amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": true,
        "payment_method_types": ["card"], "metadata": {"order": "7"},
        "shipping": {"name": "Ada", "address": {"city": "London"}}, "description": "Tea & biscuits",
    })));
    let (by_form, by_json) = (by_form.expect(200).json(), by_json.expect(200).json());
    assert_eq!(by_form["description"], "Tea & biscuits");
    assert_eq!(without_chance(by_form), without_chance(by_json));
    let wrong_form = shop.post(INTENTS, &[("amount", "x"), ("currency", "usd")]);
    let wrong_json = shop.send(
        &shop
            .ask("POST", INTENTS)
            .json(&json!({"amount": "x", "currency": "usd"})),
    );
    for pointer in ["/error/message", "/error/param", "/error/code"] {
        assert_eq!(wrong_form.at(pointer), wrong_json.at(pointer));
    }
}

#[test]
fn answers_carry_their_headers() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let made = shop.send(
        &shop
            .ask("POST", "/v1/customers")
            .header("Idempotency-Key", "k")
            .header("Stripe-Account", crate::server::ACCOUNT),
    );
    let made = made.expect(200);
    for (name, value) in [
        ("content-type", "application/json"),
        ("stripe-version", "2026-10-28.endive"),
        ("idempotency-key", "k"),
        ("stripe-should-retry", "false"),
        ("stripe-account", crate::server::ACCOUNT),
        ("cache-control", "no-cache, no-store"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(made.header(name), Some(value), "{name}");
    }
    assert_eq!(made.header("original-request"), made.header("request-id"));
    assert!(
        made.text().starts_with("{\n  \"id\": \"cus_"),
        "two spaces of indentation"
    );
    let read = shop
        .get(&format!("/v1/customers/{}", made.at("/id")))
        .expect(200);
    assert_eq!(
        (
            read.header("original-request"),
            read.header("stripe-should-retry")
        ),
        (None, None)
    );
}

#[test]
fn what_does_not_exist_or_may_not_be_is_said() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let account = shop
        .send(
            &shop
                .ask("GET", "/v1/balance")
                .header("Stripe-Account", "acct_other"),
        )
        .expect(403);
    assert_eq!(account.at("/error/code"), "account_invalid");
    refused(
        &shop.get("/v1/nothing"),
        404,
        "",
        "Unrecognized request URL (GET: /v1/nothing)",
    );
    refused(
        &shop.send(&shop.ask("PUT", "/v1/customers")),
        404,
        "",
        "Unrecognized request URL (PUT",
    );
    refused(
        &shop.get("/v1/customers/cus_none"),
        404,
        "id",
        "No such customer: 'cus_none'",
    );
    let keyless = Ask::new("GET", "/v1/balance")
        .send(server.address)
        .expect("an answer");
    refused(&keyless, 401, "", "did not provide an API key");
    let basic = Ask::new("GET", "/v1/balance").header(
        "Authorization",
        "Basic c2tfdGVzdF9GbG9yaW5EZXZGbG9yaW5EZXZGbG9yaW5EZXY6",
    );
    shop.send(&basic).expect(200);
    let preflight = Ask::new("OPTIONS", "/v1/tokens")
        .send(server.address)
        .expect("an answer")
        .expect(200);
    assert!(preflight.header("access-control-allow-headers").is_some());
}

#[test]
fn older_versions_have_their_shapes() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let id = shop
        .post(INTENTS, &PAYMENT)
        .expect(200)
        .at("/latest_charge");
    let path = format!("/v1/charges/{id}");
    let older = |ask: Ask| shop.send(&ask.header("Stripe-Version", "2023-10-16"));
    let (new, old) = (
        shop.get(&path).expect(200),
        older(shop.ask("GET", &path)).expect(200),
    );
    assert_eq!(old.header("stripe-version"), Some("2023-10-16"));
    assert_eq!(old.json().get("invoice"), Some(&Value::Null));
    assert_eq!(new.json().get("invoice"), None);
    let mut declined = PAYMENT;
    declined[2].1 = "pm_card_chargeDeclined";
    let new = shop.post(INTENTS, &declined).expect(402);
    let old = older(shop.ask("POST", INTENTS).form(&declined)).expect(402);
    assert_eq!(
        (new.at("/error/decline_code"), old.at("/error/decline_code")),
        ("generic_decline".to_owned(), "generic_decline".to_owned())
    );
    assert_eq!(
        (
            new.at("/error/advice_code").as_str(),
            old.at("/error/advice_code").as_str()
        ),
        ("try_again_later", "")
    );
    let versioned = |text: &str| {
        shop.send(
            &shop
                .ask("GET", "/v1/balance")
                .header("Stripe-Version", text),
        )
    };
    refused(
        &versioned("2099-01-01.none"),
        400,
        "",
        "Invalid Stripe API version",
    );
    refused(
        &versioned("2020-03-02"),
        400,
        "",
        "oldest version that is served",
    );
    versioned("2023-10-16; some_beta=v1").expect(200);
}

#[test]
fn expansion_goes_four_levels_deep() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    shop.pay();
    let list = |path: &str| shop.get(&format!("{INTENTS}?expand%5B%5D={path}"));
    let deep = list("data.latest_charge.balance_transaction.source").expect(200);
    assert_eq!(deep.at("/data/0/latest_charge/object"), "charge");
    assert_eq!(
        deep.at("/data/0/latest_charge/balance_transaction/object"),
        "balance_transaction"
    );
    assert_eq!(
        deep.at("/data/0/latest_charge/balance_transaction/source/object"),
        "charge"
    );
    refused(
        &list("data.latest_charge.balance_transaction.source.customer"),
        400,
        "expand[0]",
        "At most 4 levels",
    );
    assert!(
        list("data.nothing")
            .expect(400)
            .at("/error/message")
            .contains("cannot be expanded (data.nothing)")
    );
    assert_eq!(
        list("latest_charge").status,
        400,
        "on a list a path begins with data"
    );
}

/// More at once than the machine has threads for: everybody is answered, or told to come again.
#[test]
fn a_crowd_is_served_or_told_to_come_again() {
    const CROWD: usize = 200;
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let barrier = Barrier::new(CROWD);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let threads: Vec<_> = (0..CROWD)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    shop.post(INTENTS, &PAYMENT)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a thread"))
            .collect()
    });
    let paid = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert!(matches!(answer.status, 429 | 503), "{}", answer.text());
        assert!(
            answer.header("retry-after").is_some(),
            "{:?}",
            answer.headers
        );
    }
    let mut listed = 0;
    let mut page = format!("{INTENTS}?limit=100");
    loop {
        let list = shop.get(&page).expect(200).json();
        let data = list["data"].as_array().expect("a list");
        listed += data.len();
        let (Some(last), Some(true)) = (data.last(), list["has_more"].as_bool()) else {
            break;
        };
        page = format!(
            "{INTENTS}?limit=100&starting_after={}",
            last["id"].as_str().expect("an id")
        );
    }
    assert_eq!(listed, paid);
    assert!(paid > 0);
    shop.pay();
}

/// Changes of one object at once: each is applied, or refused with the advice to come again; none is lost.
#[test]
fn no_update_of_one_object_is_lost() {
    const WRITERS: usize = 40;
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let id = shop.made("/v1/customers", &[]);
    let barrier = Barrier::new(WRITERS);
    let done: Vec<String> = thread::scope(|scope| {
        let (shop, id, barrier) = (&shop, &id, &barrier);
        let threads: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    barrier.wait();
                    let answer = shop.post(
                        &format!("/v1/customers/{id}"),
                        &[(&format!("metadata[k{writer}]"), "1")],
                    );
                    if answer.status != 200 {
                        assert_eq!(
                            answer.at("/error/code"),
                            "lock_timeout",
                            "{}",
                            answer.text()
                        );
                        assert_eq!(answer.header("stripe-should-retry"), Some("true"));
                        return None;
                    }
                    Some(format!("k{writer}"))
                })
            })
            .collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().expect("a thread"))
            .collect()
    });
    let held = shop.get(&format!("/v1/customers/{id}")).expect(200).json();
    let mut held: Vec<String> = held["metadata"]
        .as_object()
        .expect("metadata")
        .keys()
        .cloned()
        .collect();
    let mut done = done;
    held.sort_unstable();
    done.sort_unstable();
    assert_eq!(held, done);
    assert!(!done.is_empty());
}
