//! `florin sandbox-processor` as a black box: its answers, its faults as a caller meets them, its book after a kill, and
//! what it tells by itself; and the adapter of the product against it.
//!
//! Deliberately absent: the product on top of it, and a power cut.

use crate::folder::Folder;
use crate::http::{Ask, find};
use crate::outside::{Outside, SECRET, guarded, refund, request, said, with_card};
use crate::receiver::{Came, Receiver, Reply};
use crate::server::{florin, signal, until};
use florin_base::Scope;
use florin_domain::cards::CardSource;
use florin_domain::processor::{Outcome, ProcessorRequest};
use florin_egress::HttpEgress;
use florin_processors::remote::Line;
use florin_processors::{Inquiry, NoticeError, Processor, RemoteSandbox, Secrets};
use florin_vault::{MasterKey, Vault, create_ring};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// An hour in milliseconds: no test waits for it.
const HOUR_MS: &str = "3600000";

#[test]
fn a_call_is_booked_and_its_approval_says_of_what() {
    let folder = Folder::new("outside");
    let outside = Outside::start(folder.path(), &[]);
    let asked = request("ref_1", 2_000);
    assert_eq!(outside.inquire(&asked), json!({"inquiry": "not_found"}));
    let outcome = outside.outcome(&asked);
    assert_eq!(outcome["approved"]["amount"], 2_000);
    assert_eq!(outcome["approved"]["currency"], "usd");
    let known = json!({"inquiry": "known", "outcome": outcome});
    assert_eq!(outside.inquire(&asked), known);
    let declined = outside.outcome(&with_card("ref_2", 500, "chargeDeclined"));
    assert_eq!(declined["declined"]["decline_code"], "generic_decline");
    let book = outside.book();
    assert_eq!(book.len(), 2);
    assert_eq!(book[0]["number"], 1);
    assert_eq!(book[0]["reference"], "ref_1");
    assert_eq!(book[0]["request"]["amount"], 2_000);
    assert_eq!(book[0]["outcome"], outcome);
    assert_eq!(book[0]["later"], Value::Null);
    assert!(book[0]["at_ms"].is_i64());
    let greeting = outside.log("stdout");
    assert!(greeting.contains("moves no money"), "{greeting}");
    assert!(!greeting.contains(SECRET), "{greeting}");
    outside.stop();
}

#[test]
fn a_reference_is_done_once_also_after_a_restart() {
    let folder = Folder::new("outside-once");
    let outside = Outside::start(folder.path(), &[]);
    let first = outside.outcome(&request("ref_1", 2_000));
    outside.stop();
    let outside = Outside::start(folder.path(), &[]);
    assert_eq!(outside.outcome(&request("ref_1", 2_000)), first);
    let other = outside.outcome(&request("ref_1", 2_001));
    let message = other["declined"]["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("reference belongs to another request"),
        "{other}"
    );
    assert_eq!(outside.book().len(), 1);
}

#[test]
fn only_whoever_knows_the_secret_is_let_in() {
    let folder = Folder::new("outside-door");
    let outside = Outside::start(folder.path(), &[]);
    let doors = [
        ("POST", "/v1/calls"),
        ("POST", "/v1/inquiries"),
        ("GET", "/v1/book"),
        ("GET", "/v1/faults"),
        ("PUT", "/v1/faults"),
        ("DELETE", "/v1/faults"),
    ];
    for (method, path) in doors {
        let ask = Ask::new(method, path).json(&json!({"request": request("ref_1", 1)}));
        let wrong = format!("{SECRET}x");
        for ask in [ask.clone(), ask.clone().key(""), ask.clone().key(&wrong)] {
            let answer = ask.send(outside.address).expect("an answer").expect(401);
            assert_eq!(answer.at("/error/code"), "unauthorized", "{method} {path}");
        }
    }
    let health = Ask::new("GET", "/healthz").send(outside.address);
    health.expect("an answer").expect(200);
    assert!(outside.book().is_empty());
}

#[test]
fn what_is_not_a_request_is_refused_and_not_repeated() {
    let folder = Folder::new("outside-refused");
    let outside = Outside::start(folder.path(), &[]);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut call = json!({"request": request("ref_1", 100)});
        change(&mut call);
        call.to_string().into_bytes()
    };
    let number = "4242424242424242";
    for (body, status) in [
        (b"{".to_vec(), 400),
        (with(&|call| call["request"]["amount"] = json!(number)), 400),
        (with(&|call| call["request"]["method"] = json!(number)), 400),
        (
            with(&|call| call["request"]["card"] = json!({"published": number})),
            400,
        ),
        (with(&|call| call["request"]["reference"] = json!("")), 400),
        (
            with(&|call| call["request"]["reference"] = json!("x".repeat(201))),
            400,
        ),
        (vec![b' '; 1024 * 1024 + 1], 413),
    ] {
        let ask = guarded("POST", "/v1/calls").body("application/json", &body);
        let answer = ask.send(outside.address).expect("an answer").expect(status);
        assert!(!answer.at("/error/message").is_empty());
        assert!(!answer.text().contains(number), "{}", answer.text());
    }
    for (path, status) in [
        ("/v1/book?limit=0", 400),
        ("/v1/book?limit=1001", 400),
        ("/v1/book?after=x", 400),
        ("/v1/book?before=1", 400),
        ("/v1/nothing", 404),
        ("/v1/calls", 405),
    ] {
        let answer = outside.get(path).expect(status);
        assert!(!answer.at("/error/message").is_empty(), "{path}");
    }
    assert!(outside.book().is_empty());
    assert!(!outside.log("stderr").contains(number));
}

#[test]
fn a_number_decides_and_is_never_kept() {
    let folder = Folder::new("outside-number");
    let outside = Outside::start(folder.path(), &[]);
    let mut asked = request("ref_1", 100);
    asked["card"] = json!({"vault": "vc_1"});
    let call = json!({"request": asked, "number": "4000000000000002"});
    let ask = guarded("POST", "/v1/calls").json(&call);
    let answer = ask.send(outside.address).expect("an answer").expect(200);
    assert_eq!(answer.at("/outcome/declined/code"), "card_declined");
    assert_eq!(outside.book().len(), 1);
    let file = std::fs::read(folder.join("sandbox-processor.jsonl")).expect("the book");
    assert!(find(&file, b"vc_1").is_some());
    assert!(find(&file, b"4000000000000002").is_none());
    assert!(!outside.log("stderr").contains("4000000000000002"));
}

/// Sets a fault for the next call, makes it, and returns what came over the line until its end.
fn under(outside: &Outside, fault: Value, asked: &Value) -> Vec<u8> {
    let mut rule = fault;
    rule["times"] = json!(1);
    outside.set_faults(json!([rule]));
    // Without an answer the connection is the only thing that ends; with one, the caller would have to close it.
    match outside.call(asked) {
        Ok(answer) => format!("{} {}", answer.status, answer.text()).into_bytes(),
        Err(_) => Vec::new(),
    }
}

#[test]
fn faults_before_the_booking_do_nothing() {
    let folder = Folder::new("outside-before");
    let outside = Outside::start(folder.path(), &[]);
    for (fault, begins) in [
        ("drop_before", ""),
        ("status_500_before", "500 "),
        ("status_429", "429 "),
    ] {
        let asked = request(&format!("ref_{fault}"), 100);
        let heard = under(&outside, json!({"fault": fault}), &asked);
        let heard = String::from_utf8_lossy(&heard);
        assert!(
            heard.starts_with(begins) && heard.is_empty() == begins.is_empty(),
            "{heard}"
        );
        assert_eq!(outside.inquire(&asked), json!({"inquiry": "not_found"}));
        let before = outside.book().len();
        outside.outcome(&asked);
        assert_eq!(outside.book().len(), before + 1, "{fault} strikes once");
    }
}

#[test]
fn faults_after_the_booking_leave_it_booked_once() {
    let folder = Folder::new("outside-after");
    let outside = Outside::start(folder.path(), &[]);
    for (fault, begins) in [
        ("drop_after", ""),
        ("status_500_after", "500 "),
        ("truncated", ""),
        ("wrong_amount", "200 "),
        ("duplicate", "200 "),
    ] {
        let asked = request(&format!("ref_{fault}"), 100);
        let heard = under(&outside, json!({"fault": fault}), &asked);
        let heard = String::from_utf8_lossy(&heard);
        assert!(
            heard.starts_with(begins) && heard.is_empty() == begins.is_empty(),
            "{heard}"
        );
        assert_eq!(
            heard.contains("\"amount\":101"),
            fault == "wrong_amount",
            "{heard}"
        );
        let known = outside.inquire(&asked);
        assert_eq!(
            known["outcome"]["approved"]["amount"], 100,
            "{fault}: {known}"
        );
        let before = outside.book().len();
        assert_eq!(outside.outcome(&asked), known["outcome"], "{fault}");
        assert_eq!(outside.book().len(), before, "{fault}");
    }
    assert_eq!(outside.book().len(), 5);
}

#[test]
fn a_truncated_answer_announces_more_than_it_says() {
    let folder = Folder::new("outside-truncated");
    let outside = Outside::start(folder.path(), &[]);
    outside.set_faults(json!([{"fault": "truncated", "times": 1}]));
    let asked = request("ref_1", 100);
    let bytes = said(outside.address, &asked).join().expect("no panic");
    let end = find(&bytes, b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let whole = outside.call(&asked).expect("an answer").body;
    let announced = format!("content-length: {}", whole.len());
    assert!(head.contains(&announced), "{head}");
    assert_eq!(bytes[end + 4..], whole[..whole.len() / 2]);
}

#[test]
fn a_delayed_answer_is_booked_at_once() {
    let folder = Folder::new("outside-delay");
    let outside = Outside::start(folder.path(), &["--faults", "delay:400"]);
    let asked = request("ref_1", 100);
    let began = Instant::now();
    outside.outcome(&asked);
    assert!(began.elapsed() >= Duration::from_millis(400));
    let rule = json!({"fault": "delay", "ms": HOUR_MS.parse::<u64>().expect("a number")});
    outside.set_faults(json!([rule]));
    let heard = said(outside.address, &request("ref_2", 100));
    until("the booking", || (outside.book().len() == 2).then_some(()));
    outside.stop();
    assert!(
        heard.join().expect("no panic").is_empty(),
        "it was not answered yet"
    );
}

#[test]
fn a_hanging_call_is_booked_and_never_answered() {
    let folder = Folder::new("outside-hang");
    let outside = Outside::start(folder.path(), &["--faults", "hang"]);
    let heard = said(outside.address, &request("ref_1", 100));
    until("the booking", || (outside.book().len() == 1).then_some(()));
    outside.stop();
    assert!(heard.join().expect("no panic").is_empty());
}

#[test]
fn a_late_request_is_booked_at_its_time_also_after_a_restart() {
    let folder = Folder::new("outside-late");
    let outside = Outside::start(folder.path(), &["--faults", &format!("late:{HOUR_MS}")]);
    let asked = request("ref_1", 100);
    assert!(outside.call(&asked).is_err(), "it is not answered");
    assert_eq!(outside.inquire(&asked), json!({"inquiry": "not_found"}));
    assert!(outside.book().is_empty());
    outside.set_faults(json!([{"fault": "late", "ms": 1}]));
    assert!(outside.call(&request("ref_2", 200)).is_err());
    let book = until("the late booking", || {
        Some(outside.book()).filter(|book| !book.is_empty())
    });
    assert_eq!(book[0]["reference"], "ref_2");
    outside.kill();
    // Its hour is over.
    let path = folder.join("sandbox-processor.jsonl");
    let text = std::fs::read_to_string(&path).expect("the book");
    let held: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let due = held["held"]["due_ms"].to_string();
    std::fs::write(&path, text.replacen(&due, "1", 1)).expect("the book is written");
    let outside = Outside::start(folder.path(), &[]);
    let book = until("the late booking", || {
        Some(outside.book()).filter(|book| book.len() == 2)
    });
    assert_eq!(book[1]["reference"], "ref_1");
    assert_eq!(
        outside.inquire(&asked)["outcome"]["approved"]["amount"],
        100
    );
}

#[test]
fn a_booking_is_shown_after_the_visibility_delay() {
    let folder = Folder::new("outside-visible");
    let outside = Outside::start(folder.path(), &["--visibility-delay-ms", HOUR_MS]);
    let asked = request("ref_1", 100);
    outside.outcome(&asked);
    assert_eq!(outside.inquire(&asked), json!({"inquiry": "not_found"}));
    assert_eq!(
        outside.book().len(),
        1,
        "the book hides nothing from auditors"
    );
    outside.stop();
    let outside = Outside::start(folder.path(), &[]);
    assert_eq!(outside.inquire(&asked)["inquiry"], "known");
}

#[test]
fn inquiries_fail_on_purpose_too() {
    let folder = Folder::new("outside-inquiries");
    let outside = Outside::start(folder.path(), &[]);
    let asked = request("ref_1", 100);
    outside.outcome(&asked);
    let ask = guarded("POST", "/v1/inquiries").json(&asked);
    outside.set_faults(json!([
        {"fault": "drop_before", "at": "inquiries", "times": 1},
        {"fault": "status_500_after", "at": "inquiries", "times": 1},
        {"fault": "truncated", "at": "inquiries", "times": 1},
    ]));
    assert!(ask.send(outside.address).is_err());
    ask.send(outside.address).expect("an answer").expect(500);
    assert!(ask.send(outside.address).is_err());
    assert_eq!(outside.inquire(&asked)["inquiry"], "known");
}

#[test]
fn faults_go_by_amount_and_can_be_shown_and_ended() {
    let folder = Folder::new("outside-amounts");
    let outside = Outside::start(folder.path(), &["--faults", "by-amount", "--seed", "9"]);
    outside.outcome(&request("ref_1", 4_000));
    assert!(outside.call(&request("ref_2", 4_002)).is_err());
    assert!(outside.call(&request("ref_3", 4_003)).is_err());
    outside
        .call(&request("ref_4", 4_009))
        .expect("an answer")
        .expect(429);
    let booked: Vec<Value> = outside
        .book()
        .iter()
        .map(|entry| entry["reference"].clone())
        .collect();
    assert_eq!(booked, ["ref_1", "ref_3"]);
    let plan = outside.get("/v1/faults").expect(200).json();
    assert_eq!(plan["seed"], 9);
    let struck: i64 = plan["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule["struck"].as_i64())
        .sum();
    assert_eq!(struck, 3);
    let wrong = guarded("PUT", "/v1/faults").json(&json!({"rules": [{"fault": "late"}]}));
    let refused = wrong.send(outside.address).expect("an answer").expect(400);
    assert!(
        refused.at("/error/message").contains("need ms"),
        "{}",
        refused.text()
    );
    guarded("DELETE", "/v1/faults")
        .send(outside.address)
        .expect("an answer")
        .expect(200);
    outside.outcome(&request("ref_2", 4_002));
}

/// A process that is killed while it answers has booked whatever it answered, and nothing twice.
#[test]
fn a_kill_loses_no_answered_booking() {
    let folder = Folder::new("outside-kill");
    let answered: Mutex<HashMap<String, Value>> = Mutex::default();
    for round in 0..5 {
        let outside = Outside::start(folder.path(), &["--log", "warn"]);
        let enough = answered.lock().expect("no panic").len() + 20 + round;
        thread::scope(|scope| {
            for client in 0..4 {
                let (outside, answered) = (&outside, &answered);
                scope.spawn(move || {
                    for number in 0.. {
                        let reference = format!("ref_{round}_{client}_{number}");
                        let Ok(answer) = outside.call(&request(&reference, 100 + number)) else {
                            return;
                        };
                        let outcome = answer.expect(200).json()["outcome"].clone();
                        answered
                            .lock()
                            .expect("no panic")
                            .insert(reference, outcome);
                    }
                });
            }
            until("answers", || {
                (answered.lock().expect("no panic").len() >= enough).then_some(())
            });
            signal("KILL", outside.child.id());
        });
    }
    let outside = Outside::start(folder.path(), &[]);
    let mut booked = HashMap::new();
    for entry in outside.book() {
        let reference = entry["reference"].as_str().expect("a text").to_owned();
        let twice = booked.insert(reference, entry);
        assert_eq!(twice, None);
    }
    let answered = answered.into_inner().expect("no panic");
    for (reference, outcome) in &answered {
        let entry = booked
            .get(reference)
            .unwrap_or_else(|| panic!("{reference} is lost"));
        assert_eq!(&entry["outcome"], outcome);
    }
    let (reference, outcome) = answered.iter().next().expect("an answer");
    assert_eq!(&outside.outcome(&booked[reference]["request"]), outcome);
    assert_eq!(outside.book().len(), booked.len());
}

#[test]
fn two_processes_never_share_a_book() {
    let folder = Folder::new("outside-lock");
    let _outside = Outside::start(folder.path(), &[]);
    let data = folder.path().display().to_string();
    let second = florin(&["sandbox-processor", "--port", "0", "--data", &data]);
    assert!(!second.status.success());
    let error = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        error.contains("in use by another sandbox processor"),
        "{error}"
    );
}

/// A processor that tells a receiver of its own.
fn telling(folder: &Folder, receiver: &Receiver, arguments: &[&str]) -> Outside {
    let url = receiver.url("/notices");
    Outside::start(folder.path(), &[&["--notify", &url], arguments].concat())
}

/// The references of the notices that came, each of them signed.
fn told(came: &[Came]) -> Vec<String> {
    came.iter()
        .map(|came| {
            let expected = florin_processors::remote::protocol::signature(SECRET, &came.body);
            assert_eq!(came.header("florin-sandbox-signature"), expected);
            came.event()["reference"]
                .as_str()
                .expect("a text")
                .to_owned()
        })
        .collect()
}

#[test]
fn what_changes_later_is_told_and_shown() {
    let folder = Folder::new("outside-notices");
    let receiver = Receiver::start();
    let outside = telling(&folder, &receiver, &["--refund-wait-ms", "1"]);
    outside.outcome(&request("ref_quiet", 100));
    let asked = refund("ref_pending", "pendingRefund");
    assert_eq!(
        outside.outcome(&asked),
        json!({"pending": {"ask_after_ms": 1}})
    );
    let came = receiver.wait("/notices", 1);
    assert_eq!(told(&came), ["ref_pending"]);
    assert_eq!(came[0].event()["outcome"]["approved"]["amount"], 700);
    assert_eq!(
        outside.inquire(&asked)["outcome"],
        came[0].event()["outcome"]
    );
    outside.outcome(&refund("ref_fails", "refundFail"));
    let came = receiver.wait("/notices", 2);
    assert_eq!(
        came[1].event()["outcome"]["declined"]["code"],
        "expired_or_canceled_card"
    );
    outside.set_faults(json!([{"fault": "late", "ms": 1, "times": 1}, {"fault": "duplicate"}]));
    assert!(outside.call(&request("ref_late", 100)).is_err());
    receiver.wait("/notices", 3);
    outside.outcome(&request("ref_twice", 100));
    let came = receiver.wait("/notices", 5);
    assert_eq!(told(&came[2..]), ["ref_late", "ref_twice", "ref_twice"]);
    assert_eq!(outside.book().len(), 5);
}

#[test]
fn held_notices_arrive_in_reverse() {
    let folder = Folder::new("outside-reverse");
    let receiver = Receiver::start();
    let outside = telling(&folder, &receiver, &["--notify-all"]);
    outside.set_faults(json!([{"fault": "out_of_order", "hold": 3, "times": 4}]));
    for number in 1..=5 {
        outside.outcome(&request(&format!("ref_{number}"), 100));
    }
    let came = receiver.wait("/notices", 4);
    // The fifth is held by nothing, the fourth waits for two more until the faults end.
    let mut order = told(&came);
    order.retain(|reference| reference != "ref_5");
    assert_eq!(order, ["ref_3", "ref_2", "ref_1"]);
    guarded("DELETE", "/v1/faults")
        .send(outside.address)
        .expect("an answer")
        .expect(200);
    let came = receiver.wait("/notices", 5);
    assert_eq!(told(&came[4..]), ["ref_4"]);
}

#[test]
fn a_notice_is_told_until_it_is_taken_also_after_a_kill() {
    let folder = Folder::new("outside-retry");
    let receiver = Receiver::with(|_, before| Reply::Status(if before < 3 { 503 } else { 200 }));
    let outside = telling(&folder, &receiver, &["--notify-all"]);
    outside.outcome(&request("ref_1", 100));
    receiver.wait("/notices", 2);
    outside.kill();
    let outside = telling(&folder, &receiver, &["--notify-all"]);
    let before = receiver.wait("/notices", 4).len();
    let path = folder.join("sandbox-processor.jsonl");
    until("the note that it was taken", || {
        let text = std::fs::read_to_string(&path).ok()?;
        text.contains("\"told\"").then_some(())
    });
    outside.kill();
    let outside = telling(&folder, &receiver, &["--notify-all"]);
    outside.outcome(&request("ref_2", 100));
    let came = receiver.wait("/notices", before + 1);
    assert_eq!(
        told(&came[before..]),
        ["ref_2"],
        "what was taken is not told again"
    );
    assert!(
        told(&came[..before])
            .iter()
            .all(|reference| reference == "ref_1")
    );
}

/// The adapter of the product, and a runtime for it.
struct Adapter {
    remote: RemoteSandbox,
    runtime: tokio::runtime::Runtime,
    opener: florin_vault::CardOpener,
}

impl Adapter {
    fn to(outside: &Outside) -> Adapter {
        let bytes = std::array::from_fn(|place| place as u8 + 1);
        let master = || MasterKey::from_bytes(&bytes).expect("bytes that differ");
        let ring = create_ring(&master()).expect("a ring");
        let (_, opener) = Vault::open(Box::new(master()), &ring).expect("the same key");
        let line = Line {
            url: format!("http://{}", outside.address),
            secret: SECRET.to_owned(),
            timeout_ms: 60_000,
            visibility_delay_ms: 0,
        };
        let mut builder = tokio::runtime::Builder::new_current_thread();
        Adapter {
            remote: RemoteSandbox::new(line, Arc::new(HttpEgress::new().expect("a client"))),
            runtime: builder.enable_all().build().expect("a runtime"),
            opener,
        }
    }

    fn call(&self, request: &ProcessorRequest) -> Outcome {
        let secrets = Secrets::none(&self.opener);
        self.runtime.block_on(self.remote.call(request, secrets))
    }

    fn inquire(&self, request: &ProcessorRequest) -> Inquiry {
        let secrets = Secrets::none(&self.opener);
        self.runtime.block_on(self.remote.inquire(request, secrets))
    }
}

fn typed(reference: &str) -> ProcessorRequest {
    let typed: ProcessorRequest =
        serde_json::from_value(request(reference, 100)).expect("a request");
    assert_eq!(typed.scope, Scope::test("acct_1"));
    assert_eq!(typed.card, CardSource::Published("visa".to_owned()));
    typed
}

#[test]
fn the_adapter_takes_no_fault_for_an_outcome() {
    let folder = Folder::new("outside-adapter");
    let outside = Outside::start(folder.path(), &[]);
    let adapter = Adapter::to(&outside);
    for (fault, is_booked) in [
        ("drop_before", false),
        ("status_500_before", false),
        ("drop_after", true),
        ("status_500_after", true),
        ("truncated", true),
    ] {
        outside.set_faults(json!([{"fault": fault, "times": 1}]));
        let asked = typed(&format!("ref_{fault}"));
        assert_eq!(adapter.call(&asked), Outcome::Unknown, "{fault}");
        let found = adapter.inquire(&asked);
        assert_eq!(
            matches!(found, Inquiry::Known(Outcome::Approved(_))),
            is_booked,
            "{fault}: {found:?}"
        );
        assert_eq!(found == Inquiry::NotFound, !is_booked, "{fault}: {found:?}");
    }
    outside.set_faults(json!([{"fault": "status_429", "times": 1}]));
    assert!(matches!(
        adapter.call(&typed("ref_429")),
        Outcome::Declined(_)
    ));
    assert_eq!(adapter.inquire(&typed("ref_429")), Inquiry::NotFound);
    outside.set_faults(json!([{"fault": "wrong_amount", "times": 1}]));
    let Outcome::Approved(approval) = adapter.call(&typed("ref_wrong")) else {
        panic!("it is approved");
    };
    assert_eq!(approval.amount, Some(101));
}

#[test]
fn the_adapter_reads_the_notices_of_its_processor_only() {
    let folder = Folder::new("outside-adapter-notices");
    let receiver = Receiver::start();
    let outside = telling(&folder, &receiver, &["--notify-all"]);
    let adapter = Adapter::to(&outside);
    let outcome = adapter.call(&typed("ref_1"));
    let came = receiver.wait("/notices", 1).remove(0);
    let notices = adapter.remote.parse_notice(&came.headers, &came.body);
    let notices = notices.expect("it is genuine");
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (notices[0].reference.as_str(), &notices[0].outcome),
        ("ref_1", &outcome)
    );
    let mut forged = came.body.clone();
    *forged.last_mut().expect("a body") = b' ';
    let refused = adapter.remote.parse_notice(&came.headers, &forged);
    assert_eq!(refused, Err(NoticeError::Forged));
}
