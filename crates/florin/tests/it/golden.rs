//! Databases that releases left behind open in this one, with everything in them.
//!
//! `tests/golden/<release>/` holds the database, the vault's key (made for these tests, it opens nothing else) and
//! `objects.json`: the id of an object of each kind and the members that must be read back. A release writes its own
//! with `FLORIN_WRITE_GOLDEN=1 cargo test -p florin --test it golden`; a folder that was committed is never written
//! anew. Deliberately absent: what time takes away, such as idempotency keys, and events in lists.

use crate::audit;
use crate::folder::{Folder, copy_files};
use crate::http::Answer;
use crate::server::{ACCOUNT, SECRET_KEY, Start, asked};
use crate::shop::{PAYMENT, Shop};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Asks for the folder of this release to be written.
const WRITE: &str = "FLORIN_WRITE_GOLDEN";
/// What a folder may weigh, so that the repository stays small.
const BYTES_MAX: u64 = 500_000;
/// 32 bytes that are nobody's secret.
const VAULT_KEY: &str = "Z29sZGVuIGtleSBvZiB0aGUgdGVzdHMgb2YgRmxvcmk=\n";
/// Kinds of records that a golden database must hold.
const TABLES: [&str; 25] = [
    "accounts",
    "api_keys",
    "attempts",
    "balances",
    "charges",
    "customers",
    "deliveries",
    "disputes",
    "early_fraud_warnings",
    "events",
    "global_claims",
    "idempotency_keys",
    "idempotency_replies",
    "installation",
    "jobs",
    "ledger_entries",
    "ledger_transactions",
    "payment_intents",
    "payment_methods",
    "refunds",
    "setup_intents",
    "tokens",
    "vault_cards",
    "webhook_endpoints",
    "webhook_settings",
];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Copies a golden folder's database and key to where a server may write.
fn copied(from: &Path, to: &Path) {
    copy_files(from, to);
    let key = to.join("vault.key");
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o600)).expect("the key is ours");
}

#[test]
fn databases_of_all_releases_open() {
    if std::env::var_os(WRITE).is_some() {
        write();
    }
    let mut releases = 0;
    for entry in std::fs::read_dir(golden()).expect("the golden folder") {
        let release = entry.expect("an entry").path();
        println!("{}", release.display());
        opens(&release);
        releases += 1;
    }
    assert!(releases > 0, "there is no golden database");
}

/// The server starts on a copy, every object reads back, the saved card pays, and the books stay right.
fn opens(release: &Path) {
    let weight: u64 = std::fs::read_dir(release)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").metadata().expect("a size").len())
        .sum();
    assert!(weight < BYTES_MAX, "{weight} bytes");
    let folder = Folder::new("golden");
    let data = folder.join("data");
    copied(release, &data);
    let objects = std::fs::read_to_string(release.join("objects.json")).expect("objects.json");
    let objects: Value = serde_json::from_str(&objects).expect("objects.json is JSON");
    holds_every_kind(&data.join("florin.db"));
    let server = Start::on(&data).start();
    let shop = server.shop();
    for object in objects["objects"].as_array().expect("a list") {
        reads_back(&shop, object);
    }
    let text = |name: &str| objects[name].as_str().expect("a text").to_owned();
    let other = Shop::new(server.address, &text("other_key"));
    assert_eq!(
        other.get("/v1/account").expect(200).at("/id"),
        text("other_account")
    );
    let (customer, method) = (text("customer"), text("method"));
    let mut fields = PAYMENT.to_vec();
    fields[2].1 = &method;
    fields.extend([("customer", customer.as_str()), ("off_session", "true")]);
    assert_eq!(
        shop.post("/v1/payment_intents", &fields)
            .expect(200)
            .at("/status"),
        "succeeded"
    );
    shop.made(
        "/v1/refunds",
        &[("charge", &text("charge")), ("amount", "1")],
    );
    let deliveries = asked(&data, &["webhooks", "list"]);
    assert!(deliveries.as_array().is_some_and(|list| !list.is_empty()));
    asked(&data, &["vault", "rotate"]);
    assert_eq!(
        shop.post("/v1/payment_intents", &fields)
            .expect(200)
            .at("/status"),
        "succeeded"
    );
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    audit::assert_sound(&data.join("florin.db"));
}

fn holds_every_kind(database: &Path) {
    let connection = audit::open(database);
    for table in TABLES {
        let count =
            audit::column(&connection, &format!("SELECT count(*) FROM {table}")).expect("a table");
        assert_ne!(count, ["0"], "{table} is empty");
    }
}

fn reads_back(shop: &Shop, object: &Value) {
    let path = object["path"].as_str().expect("a path");
    let found = shop.get(path).expect(200).json();
    for (member, value) in object["members"].as_object().expect("members") {
        assert_eq!(&found[member], value, "{member} of {path}");
    }
}

/// Writes the folder of this release.
fn write() {
    let folder = Folder::new("golden-write");
    let data = folder.join("data");
    std::fs::create_dir(&data).expect("a folder can be made");
    std::fs::write(data.join("vault.key"), VAULT_KEY).expect("a file can be written");
    let key = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(data.join("vault.key"), key).expect("the key is ours");
    let server = Start::on(&data).start();
    let objects = make_all(&server.shop(), &data);
    assert!(server.stop().0.success());
    // A payment of an outside processor leaves the attempt that it was asked for with.
    let server = Start::on(&data).env("FLORIN_FORCE_OUTSIDE", "1").start();
    server.shop().pay();
    assert!(server.stop().0.success());
    let to = golden().join(env!("CARGO_PKG_VERSION"));
    std::fs::create_dir_all(&to).expect("a folder can be made");
    let text = serde_json::to_string_pretty(&objects).expect("JSON");
    std::fs::write(to.join("objects.json"), text + "\n").expect("a file can be written");
    for name in ["florin.db", "vault.key"] {
        std::fs::copy(data.join(name), to.join(name)).expect("a file can be copied");
    }
}

/// Objects that are kept, by their path, and the members that must be read back in all times to come.
const KEPT: [(&str, &str); 14] = [
    ("account", "id country"),
    ("customers/{customer}", "id name email metadata created"),
    (
        "payment_methods/{method}",
        "id customer billing_details created",
    ),
    (
        "payment_intents/{paid}",
        "id amount amount_received status description metadata customer latest_charge client_secret",
    ),
    ("payment_intents/{open}", "id amount currency status"),
    (
        "charges/{charge}",
        "id amount amount_captured amount_refunded outcome balance_transaction payment_method_details",
    ),
    ("charges/{disputed}", "id disputed currency"),
    ("refunds/{refund}", "id amount status reason charge"),
    ("disputes/{dispute}", "id amount reason charge"),
    (
        "radar/early_fraud_warnings/{warning}",
        "id actionable charge fraud_type",
    ),
    ("setup_intents/{setup}", "id status customer payment_method"),
    ("tokens/{token}", "id used type"),
    (
        "balance_transactions/{transaction}",
        "id amount fee net source type",
    ),
    (
        "webhook_endpoints/{endpoint}",
        "id url enabled_events status",
    ),
];

/// One object of each kind, and what of it must be read back.
fn make_all(shop: &Shop, data: &Path) -> Value {
    let other = asked(data, &["accounts", "create", "Golden", "--country", "DE"]);
    let made = make_objects(shop);
    let objects: Vec<Value> = KEPT
        .iter()
        .map(|(path, members)| kept(shop, &made, path, members))
        .collect();
    json!({
        "account": ACCOUNT, "key": SECRET_KEY, "objects": objects,
        "customer": made["customer"], "method": made["method"], "charge": made["charge"],
        "other_account": other["id"], "other_key": other["test_secret_key"],
    })
}

fn kept(shop: &Shop, made: &BTreeMap<&str, String>, path: &str, members: &str) -> Value {
    let filled = made.iter().fold(path.to_owned(), |path, (name, id)| {
        path.replace(&format!("{{{name}}}"), id)
    });
    let path = format!("/v1/{filled}");
    let found = shop.get(&path).expect(200).json();
    let members: Map<String, Value> = members
        .split(' ')
        .map(|name| (name.to_owned(), found[name].clone()))
        .collect();
    json!({ "path": path, "members": members })
}

/// A payment under an idempotency key.
fn pay(shop: &Shop, customer: &str, method: &str) -> Answer {
    let mut fields = PAYMENT.to_vec();
    fields[2].1 = method;
    fields.extend([
        ("customer", customer),
        ("description", "Golden order"),
        ("metadata[order]", "1"),
        ("setup_future_usage", "off_session"),
    ]);
    let ask = shop.ask("POST", "/v1/payment_intents").form(&fields);
    shop.send(&ask.header("Idempotency-Key", "golden"))
        .expect(200)
}

fn make_objects(shop: &Shop) -> BTreeMap<&'static str, String> {
    let card = "card[exp_month]=12&card[exp_year]=2060&card[number]";
    let endpoint = shop.make(
        "/v1/webhook_endpoints",
        "url=https://hooks.invalid/golden&enabled_events[]=refund.created&description=Golden",
    );
    let customer = shop.make(
        "/v1/customers",
        "name=Ada&email=ada@example.com&metadata[a]=1",
    );
    let method = shop.make(
        "/v1/payment_methods",
        &format!("type=card&billing_details[name]=Ada&{card}=4242424242424242"),
    );
    shop.make(
        &format!("/v1/payment_methods/{method}/attach"),
        &format!("customer={customer}"),
    );
    let paid = pay(shop, &customer, &method);
    let charge = paid.at("/latest_charge");
    let refund = shop.make(
        "/v1/refunds",
        &format!("charge={charge}&amount=300&reason=requested_by_customer"),
    );
    let set_up = format!(
        "customer={customer}&payment_method={method}&confirm=true&payment_method_types[]=card"
    );
    let direct = |amount: u32, source: &str| {
        let body = format!("amount={amount}&currency=eur&source={source}");
        shop.make("/v1/charges", &body)
    };
    let disputed = direct(2_500, "tok_createDispute");
    let warned = direct(2_600, "tok_createIssuerFraudRecord");
    BTreeMap::from([
        (
            "warning",
            shop.ids(&format!("/v1/radar/early_fraud_warnings?charge={warned}"))
                .remove(0),
        ),
        ("setup", shop.make("/v1/setup_intents", &set_up)),
        (
            "dispute",
            shop.ids(&format!("/v1/disputes?charge={disputed}"))
                .remove(0),
        ),
        (
            "token",
            shop.make("/v1/tokens", &format!("{card}=5555555555554444")),
        ),
        (
            "open",
            shop.make(
                "/v1/payment_intents",
                "amount=1000&currency=jpy&payment_method_types[]=card",
            ),
        ),
        (
            "transaction",
            shop.ids(&format!("/v1/balance_transactions?source={charge}"))
                .remove(0),
        ),
        ("paid", paid.at("/id")),
        ("endpoint", endpoint),
        ("customer", customer),
        ("method", method),
        ("refund", refund),
        ("disputed", disputed),
        ("charge", charge),
    ])
}
