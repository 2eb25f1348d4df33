//! Webhooks: signed, repeated until they arrive, never in each other's way, and never lost.
//!
//! Deliberately absent: what the official SDKs' verifiers say (see `e2e/`), and addresses that live mode refuses, which
//! `florin-egress` tests.

use crate::folder::Folder;
use crate::http::find;
use crate::receiver::{Came, Receiver, Reply};
use crate::server::{Server, Start, asked, until};
use crate::shop::Shop;
use base64::Engine as _;
use florin_vault::hmac_sha256;
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// Waits between tries, in seconds.
const FAST: [&str; 2] = ["--webhook-retries", "0.05,0.1,0.2"];
/// How often a delivery is tried with these waits.
const FAST_TRIES: usize = 4;
/// The path of the deliveries that [`outwait`] sees fail.
const OUTWAITED: &str = "/outwaited";
/// How many deliveries to one endpoint go on at once.
const LANE: usize = 8;

/// An endpoint; returns its id and its secret.
fn endpoint(shop: &Shop, url: &str, events: &[&str]) -> (String, String) {
    let mut fields = vec![("url", url)];
    fields.extend(events.iter().map(|event| ("enabled_events[]", *event)));
    let made = shop.post("/v1/webhook_endpoints", &fields).expect(200);
    (made.at("/id"), made.at("/secret"))
}

/// Sees a delivery to an endpoint that always fails through all its [`FAST`] tries. Each of its waits began after this
/// call, so that whatever the server had put off before it was due earlier.
fn outwait(shop: &Shop, receiver: &Receiver) {
    endpoint(shop, &receiver.url(OUTWAITED), &["customer.created"]);
    shop.post("/v1/customers", &[]).expect(200);
    receiver.wait(OUTWAITED, FAST_TRIES);
}

/// The deliveries of a running server, the newest first.
fn deliveries(folder: &Folder) -> Vec<Value> {
    let listed = asked(folder.path(), &["webhooks", "list", "--limit", "100"]);
    listed.as_array().expect("a list").clone()
}

/// Waits until no delivery waits for a try any more, and returns them.
fn ended(folder: &Folder) -> Vec<Value> {
    until("the end of all deliveries", || {
        let listed = deliveries(folder);
        let is_over = listed.iter().all(|each| each["state"] != "pending");
        (is_over && !listed.is_empty()).then_some(listed)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The signatures of the Stripe header that a secret makes of what came.
fn is_signed(came: &Came, secret: &str) -> bool {
    let header = came.header("stripe-signature");
    let parts = |name: &str| {
        let found = header.split(',').filter_map(|part| part.split_once('='));
        found
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
            .collect::<Vec<_>>()
    };
    let time = parts("t").pop().unwrap_or_default();
    let message = [time.as_bytes(), b".", &came.body].concat();
    let expected = hex(&hmac_sha256(secret.as_bytes(), &message));
    parts("v1").contains(&expected)
}

/// The same for the headers of Standard Webhooks.
fn is_signed_by_the_standard(came: &Came, secret: &str) -> bool {
    let key = secret.strip_prefix("whsec_").expect("a webhook secret");
    let key = base64::engine::general_purpose::STANDARD
        .decode(key)
        .expect("base64");
    assert_eq!(key.len(), 24);
    let (id, time) = (came.header("webhook-id"), came.header("webhook-timestamp"));
    let message = [id.as_bytes(), b".", time.as_bytes(), b".", &came.body].concat();
    let expected = base64::engine::general_purpose::STANDARD.encode(hmac_sha256(&key, &message));
    let signatures = came.header("webhook-signature").split(' ');
    signatures
        .filter_map(|each| each.strip_prefix("v1,"))
        .any(|each| each == expected)
}

#[test]
fn both_signatures_are_right() {
    let (server, receiver) = (Start::ephemeral().start(), Receiver::start());
    let shop = server.shop();
    let (_, secret) = endpoint(&shop, &receiver.url("/hook"), &["payment_intent.succeeded"]);
    assert!(
        secret.strip_prefix("whsec_").is_some_and(|rest| {
            rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }),
        "{secret}"
    );
    let intent = shop.pay();
    let came = receiver.wait("/hook", 1).remove(0);
    assert_eq!(came.event()["data"]["object"]["id"], *intent);
    assert_eq!(came.header("webhook-id"), came.id());
    assert!(came.header("content-type").starts_with("application/json"));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock")
        .as_secs();
    let time: u64 = came.header("webhook-timestamp").parse().expect("a second");
    assert!(now.abs_diff(time) < 300, "{time}");
    assert!(
        came.header("stripe-signature")
            .starts_with(&format!("t={time},v1="))
    );
    assert!(is_signed(&came, &secret) && is_signed_by_the_standard(&came, &secret));
    let mut changed = came.clone();
    let at = find(&changed.body, b"2000").expect("the amount");
    changed.body[at] = b'9';
    assert!(!is_signed(&changed, &secret) && !is_signed_by_the_standard(&changed, &secret));
    assert!(!is_signed(&came, "whsec_00000000000000000000000000000000"));
}

#[test]
fn a_failed_delivery_is_repeated_with_the_same_event() {
    let receiver = Receiver::with(|path, before| match (path, before) {
        (OUTWAITED, _) | (_, 0 | 1) => Reply::Status(500),
        _ => Reply::Status(200),
    });
    let folder = Folder::new("repeated");
    let server = Start::on(folder.path()).with(&FAST).start();
    let shop = server.shop();
    let (_, secret) = endpoint(&shop, &receiver.url("/hook"), &["payment_intent.succeeded"]);
    shop.pay();
    let came = receiver.wait("/hook", 3);
    assert!(
        came.iter()
            .all(|each| each.id() == came[0].id() && is_signed(each, &secret))
    );
    assert!(came.iter().all(|each| each.body == came[0].body));
    let listed = ended(&folder);
    assert_eq!(
        (&listed[0]["state"], &listed[0]["tries"]),
        (&"delivered".into(), &3.into())
    );
    outwait(&shop, &receiver);
    assert_eq!(
        receiver.on("/hook").len(),
        3,
        "a delivery that arrived is not repeated"
    );
}

#[test]
fn after_the_last_try_a_delivery_is_given_up() {
    let receiver = Receiver::with(|_, _| Reply::Status(404));
    let folder = Folder::new("given-up");
    let server = Start::on(folder.path()).with(&FAST).start();
    endpoint(
        &server.shop(),
        &receiver.url("/hook"),
        &["payment_intent.succeeded"],
    );
    server.shop().pay();
    receiver.wait("/hook", FAST_TRIES);
    let listed = ended(&folder);
    assert_eq!(
        (&listed[0]["state"], &listed[0]["tries"], &listed[0]["last"]),
        (&"given_up".into(), &FAST_TRIES.into(), &"HTTP 404".into())
    );
    outwait(&server.shop(), &receiver);
    assert_eq!(receiver.on("/hook").len(), FAST_TRIES);
}

#[test]
fn a_redirect_is_a_failure_and_is_not_followed() {
    let receiver = Receiver::with(|path, before| match (path, before) {
        ("/hook", 0) => Reply::Redirect("/elsewhere"),
        _ => Reply::Status(200),
    });
    let server = Start::ephemeral().with(&FAST).start();
    endpoint(
        &server.shop(),
        &receiver.url("/hook"),
        &["payment_intent.succeeded"],
    );
    server.shop().pay();
    let came = receiver.wait("/hook", 2);
    assert_eq!(came[0].id(), came[1].id());
    // The second try begins after the first has ended, with all that belonged to it.
    assert!(receiver.on("/elsewhere").is_empty());
}

#[test]
fn an_endpoint_that_never_answers_delays_no_other() {
    // So many that their lane stays full for longer than this test waits for anything.
    const SLOW: usize = 5 * LANE;
    let receiver = Receiver::with(|path, _| match path {
        "/slow" => Reply::Never,
        _ => Reply::Status(200),
    });
    let folder = Folder::new("slow");
    let server = Start::on(folder.path())
        .with(&["--webhook-retries", "600"])
        .start();
    let shop = server.shop();
    endpoint(&shop, &receiver.url("/slow"), &["customer.created"]);
    endpoint(&shop, &receiver.url("/good"), &["payment_intent.succeeded"]);
    for _ in 0..SLOW {
        shop.post("/v1/customers", &[]).expect(200);
    }
    receiver.wait("/slow", LANE);
    let paid: Vec<String> = (0..12).map(|_| shop.pay()).collect();
    let came = receiver.wait("/good", paid.len());
    let slow = receiver.on("/slow").len();
    let mut told: Vec<Value> = came
        .iter()
        .map(|each| each.event()["data"]["object"]["id"].clone())
        .collect();
    told.sort_by_key(Value::to_string);
    let mut paid: Vec<Value> = paid.into_iter().map(Value::from).collect();
    paid.sort_by_key(Value::to_string);
    assert_eq!(told, paid);
    assert!(slow < SLOW, "the slow ones were waited for");
    // A try that was given up by now may or may not have been under way then; no other can have ended.
    let kinds = |each: &&Value| each["type"] == "customer.created";
    let ended: u64 = deliveries(&folder)
        .iter()
        .filter(kinds)
        .filter_map(|each| each["tries"].as_u64())
        .sum();
    assert!(slow as u64 <= LANE as u64 + ended, "{slow} and {ended}");
}

#[test]
fn what_was_not_delivered_before_a_crash_is_delivered_after_it() {
    let receiver = Receiver::with(|_, before| match before {
        0 => Reply::Never,
        _ => Reply::Status(200),
    });
    let folder = Folder::new("webhook-crash");
    let start = Start::on(folder.path()).with(&["--webhook-retries", "600"]);
    let mut server = start.start();
    let (_, secret) = endpoint(
        &server.shop(),
        &receiver.url("/hook"),
        &["payment_intent.succeeded"],
    );
    let intent = server.shop().pay();
    let first = receiver.wait("/hook", 1).remove(0);
    server.kill();
    let _server = start.start();
    let second = receiver.wait("/hook", 2).remove(1);
    assert_eq!((first.id(), &first.body), (second.id(), &second.body));
    assert_eq!(second.event()["data"]["object"]["id"], *intent);
    assert!(is_signed(&second, &secret));
}

/// Killed right after the answer, over and over: whatever was acknowledged is told, be it before or after the crash.
#[test]
fn no_acknowledged_payment_goes_untold() {
    let receiver = Receiver::start();
    let folder = Folder::new("webhook-untold");
    let start = Start::on(folder.path()).with(&FAST);
    let mut paid = Vec::new();
    for round in 0..4 {
        let mut server = start.start();
        let shop = server.shop();
        if round == 0 {
            endpoint(&shop, &receiver.url("/hook"), &["payment_intent.succeeded"]);
        }
        paid.extend((0..5).map(|_| shop.pay()));
        server.kill();
    }
    let _server = start.start();
    until("every payment's webhook", || {
        let came = receiver.on("/hook");
        let told = |id: &String| {
            came.iter()
                .any(|each| each.event()["data"]["object"]["id"] == **id)
        };
        paid.iter().all(told).then_some(())
    });
}

#[test]
fn filters_disabling_and_deleting_decide_who_is_told() {
    let (folder, receiver) = (Folder::new("filters"), Receiver::start());
    let server = Start::on(folder.path()).with(&FAST).start();
    let shop = server.shop();
    let (everything, _) = endpoint(&shop, &receiver.url("/all"), &["*"]);
    let (charges, _) = endpoint(
        &shop,
        &receiver.url("/charges"),
        &["charge.succeeded", "charge.failed"],
    );
    let (off, _) = endpoint(&shop, &receiver.url("/off"), &["*"]);
    let (gone, _) = endpoint(&shop, &receiver.url("/gone"), &["*"]);
    shop.post(
        &format!("/v1/webhook_endpoints/{off}"),
        &[("disabled", "true")],
    )
    .expect(200);
    shop.delete(&format!("/v1/webhook_endpoints/{gone}"))
        .expect(200);
    shop.pay();
    let kinds = |path: &str, count: usize| {
        let mut kinds: Vec<String> = receiver.wait(path, count).iter().map(Came::kind).collect();
        kinds.sort_unstable();
        kinds
    };
    let all = [
        "charge.succeeded",
        "payment_intent.created",
        "payment_intent.succeeded",
    ];
    assert_eq!(kinds("/all", 3), all);
    assert_eq!(kinds("/charges", 1), ["charge.succeeded"]);
    shop.post(
        &format!("/v1/webhook_endpoints/{off}"),
        &[("disabled", "false")],
    )
    .expect(200);
    shop.pay();
    assert_eq!(
        kinds("/off", 3),
        all,
        "only what happened while it was enabled"
    );
    // Deliveries of one event are planned together: once the two others were told of everything, all are in the list.
    receiver.wait("/all", 6);
    receiver.wait("/charges", 2);
    let listed = ended(&folder);
    let told = [(&everything, 6), (&charges, 2), (&off, 3), (&gone, 0)];
    for (path, (id, count)) in ["/all", "/charges", "/off", "/gone"].iter().zip(told) {
        let planned = listed.iter().filter(|each| each["endpoint"] == **id);
        assert_eq!(planned.count(), count, "{path}");
        assert_eq!(receiver.on(path).len(), count, "{path}");
    }
}

/// A delivery that waits for its next try ends when its endpoint is switched off or goes, and nobody waits for it.
#[test]
fn a_disabled_or_deleted_endpoint_gets_no_more_tries() {
    // More tries than this test can wait for.
    let retries = ["0.2"; 600].join(",");
    let receiver = Receiver::with(|_, _| Reply::Status(500));
    let folder = Folder::new("disabled");
    let server = Start::on(folder.path())
        .with(&["--webhook-retries", &retries])
        .start();
    let shop = server.shop();
    let kinds = ["payment_intent.succeeded"];
    let (off, _) = endpoint(&shop, &receiver.url("/off"), &kinds);
    let (gone, _) = endpoint(&shop, &receiver.url("/gone"), &kinds);
    shop.pay();
    receiver.wait("/off", 1);
    receiver.wait("/gone", 1);
    shop.post(
        &format!("/v1/webhook_endpoints/{off}"),
        &[("disabled", "true")],
    )
    .expect(200);
    shop.delete(&format!("/v1/webhook_endpoints/{gone}"))
        .expect(200);
    // Nothing is pending for ever, and what ended early was ended by the change, not by its last try.
    let listed = ended(&folder);
    assert_eq!(listed.len(), 2);
    for (path, id) in [("/off", off), ("/gone", gone)] {
        let delivery = listed.iter().find(|each| each["endpoint"] == *id);
        let delivery = delivery.expect("both were planned");
        let last = delivery["last"].as_str().unwrap_or_default();
        assert_eq!(delivery["state"], "given_up", "{path}");
        assert!(last.contains("disabled or deleted"), "{path}: {last}");
        assert_eq!(delivery["tries"], receiver.on(path).len(), "{path}");
    }
}

/// A server on a folder with one endpoint and one delivered payment.
fn delivered(folder: &Folder, receiver: &Receiver) -> (Server, String, String) {
    let server = Start::on(folder.path()).with(&FAST).start();
    let (id, secret) = endpoint(
        &server.shop(),
        &receiver.url("/hook"),
        &["payment_intent.succeeded"],
    );
    server.shop().pay();
    receiver.wait("/hook", 1);
    (server, id, secret)
}

#[test]
fn deliveries_are_listed_and_sent_again_on_command() {
    let (folder, receiver) = (Folder::new("resend"), Receiver::start());
    let (server, id, _) = delivered(&folder, &receiver);
    let listed = until("the delivery's record", || {
        let listed = asked(folder.path(), &["webhooks", "list"]);
        (listed[0]["state"] == "delivered").then_some(listed)
    });
    let delivery = listed[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        (&listed[0]["endpoint"], &listed[0]["last"]),
        (&id.as_str().into(), &"HTTP 200".into())
    );
    asked(folder.path(), &["webhooks", "resend", &delivery]);
    let came = receiver.wait("/hook", 2);
    assert_eq!(came[0].id(), came[1].id());
    drop(server);
}

#[test]
fn a_rolled_secret_signs_beside_the_new_one() {
    let (folder, receiver) = (Folder::new("roll"), Receiver::start());
    let (server, id, old) = delivered(&folder, &receiver);
    let rolled = asked(
        folder.path(),
        &["webhooks", "roll", &id, "--overlap-hours", "1"],
    );
    let new = rolled["secret"].as_str().expect("a secret").to_owned();
    assert_ne!(new, old);
    server.shop().pay();
    let came = receiver.wait("/hook", 2).remove(1);
    for secret in [&old, &new] {
        assert!(is_signed(&came, secret) && is_signed_by_the_standard(&came, secret));
    }
    asked(
        folder.path(),
        &["webhooks", "roll", &id, "--overlap-hours", "0"],
    );
    server.shop().pay();
    let came = receiver.wait("/hook", 3).remove(2);
    assert!(!is_signed(&came, &new) && !is_signed(&came, &old));
}
