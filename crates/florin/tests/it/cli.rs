//! The command line: keys and accounts with and without a server, starting, stopping, and what keeps strangers out.
//!
//! Deliberately absent: `--listen` on another address than loopback, which would open a port to the network.

use crate::folder::{Folder, copy_files};
use crate::http::Ask;
use crate::server::{ACCOUNT, PUBLISHABLE_KEY, SECRET_KEY, Server, Start, asked, florin};
use crate::shop::{PAYMENT, Shop};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What a command that must fail says.
#[track_caller]
fn refused(data: &Path, arguments: &[&str]) -> String {
    let data = data.display().to_string();
    let output = florin(&[arguments, &["--data", &data]].concat());
    assert!(!output.status.success(), "{arguments:?} succeeded");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The id and state of the key that ends like this one.
fn listed(data: &Path, key: &str) -> (String, String) {
    let keys = asked(data, &["keys", "list"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let keys = keys.as_array().expect("a list");
    let found = keys
        .iter()
        .find(|each| text(&each["key"]).ends_with(&key[key.len() - 4..]));
    let found = found.expect("the key is listed");
    (text(&found["id"]), text(&found["state"]))
}

fn created(data: &Path) -> String {
    let made = asked(data, &["keys", "create", "--name", "worker"]);
    made["key"].as_str().expect("a key").to_owned()
}

/// Makes, rolls and revokes keys; `status` tells what a key gets from the API, when there is one.
fn life_of_keys(data: &Path, status: impl Fn(&str) -> Option<u16>) {
    let key = created(data);
    assert!(
        key.starts_with("sk_test_") && key.len() >= "sk_test_".len() + 24,
        "{key}"
    );
    assert!(matches!(status(&key), None | Some(200)));
    let (id, state) = listed(data, &key);
    assert_eq!(state, "usable");
    let rolled = asked(data, &["keys", "roll", &id, "--overlap-hours", "1"]);
    let successor = rolled["key"].as_str().expect("a key");
    assert_ne!(successor, key);
    assert!(matches!(
        (status(&key), status(successor)),
        (None, None) | (Some(200), Some(200))
    ));
    asked(data, &["keys", "revoke", &id]);
    assert_eq!(listed(data, &key).1, "revoked");
    assert!(matches!(
        (status(&key), status(successor)),
        (None, None) | (Some(401), Some(200))
    ));
    let (id, _) = listed(data, successor);
    let last = asked(data, &["keys", "roll", &id, "--overlap-hours", "0"]);
    assert_eq!(listed(data, successor).1, "expired");
    assert!(matches!(status(successor), None | Some(401)));
    assert!(matches!(
        status(last["key"].as_str().expect("a key")),
        None | Some(200)
    ));
    let error = refused(data, &["keys", "revoke", "mk_nothing"]);
    assert!(
        error.contains("mk_nothing") && error.contains("keys list"),
        "{error}"
    );
}

#[test]
fn keys_live_with_a_server() {
    let folder = Folder::new("keys");
    let server = Start::on(folder.path()).start();
    life_of_keys(folder.path(), |key| {
        Some(Shop::new(server.address, key).get("/v1/balance").status)
    });
    let error = Shop::new(server.address, &created(folder.path())).get("/v1/nothing");
    assert_eq!(error.status, 404);
}

#[test]
fn keys_live_without_a_server() {
    let folder = Folder::new("keys-alone");
    let error = refused(folder.path(), &["keys", "list"]);
    assert!(
        error.contains("holds no installation") && error.contains("florin dev"),
        "{error}"
    );
    assert!(Start::on(folder.path()).start().stop().0.success());
    life_of_keys(folder.path(), |_| None);
    let key = created(folder.path());
    let server = Start::on(folder.path()).start();
    Shop::new(server.address, &key)
        .get("/v1/balance")
        .expect(200);
}

#[test]
fn a_revoked_or_unknown_key_is_told_what_it_is() {
    let folder = Folder::new("revoked");
    let server = Start::on(folder.path()).start();
    let key = created(folder.path());
    asked(
        folder.path(),
        &["keys", "revoke", &listed(folder.path(), &key).0],
    );
    let answer = Shop::new(server.address, &key)
        .get("/v1/balance")
        .expect(401);
    assert!(answer.at("/error/message").contains("Revoked"));
    assert!(
        !answer.text().contains(&key["sk_test_".len()..]),
        "the key is masked"
    );
    assert!(answer.header("www-authenticate").is_some());
    let unknown = Shop::new(server.address, "sk_test_000000000000000000000000")
        .get("/v1/balance")
        .expect(401);
    assert!(
        unknown
            .at("/error/message")
            .starts_with("Invalid API Key provided: sk_test_")
    );
}

#[test]
fn accounts_are_made_and_listed() {
    let folder = Folder::new("accounts");
    let server = Start::on(folder.path()).start();
    let made = asked(
        folder.path(),
        &["accounts", "create", "My shop", "--country", "de"],
    );
    let key = made["test_secret_key"].as_str().expect("a key");
    let account = Shop::new(server.address, key)
        .get("/v1/account")
        .expect(200);
    assert_eq!(
        (account.at("/id"), account.at("/country")),
        (
            made["id"].as_str().expect("an id").to_owned(),
            "DE".to_owned()
        )
    );
    let listed = asked(folder.path(), &["accounts", "list"]);
    let ids: Vec<&Value> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|each| &each["id"])
        .collect();
    assert_eq!(ids, [&made["id"], &Value::from(ACCOUNT)]);
    assert!(
        refused(
            folder.path(),
            &["accounts", "create", "x", "--country", "Germany"]
        )
        .contains("country code")
    );
    assert!(
        refused(folder.path(), &["keys", "list", "--account", "acct_none"])
            .contains("accounts list")
    );
}

#[test]
fn one_directory_has_one_server() {
    let folder = Folder::new("lock");
    let first = Start::on(folder.path()).start();
    let error = Start::on(folder.path())
        .try_start()
        .err()
        .expect("a second server is refused");
    assert!(
        error.contains("in use by another Florin process"),
        "{error}"
    );
    first.shop().pay();
}

#[test]
fn a_stop_is_graceful_and_a_restart_keeps_everything() {
    let folder = Folder::new("restart");
    let server = Start::on(folder.path()).start();
    let id = server.shop().pay();
    let before = server
        .shop()
        .get(&format!("/v1/payment_intents/{id}"))
        .expect(200)
        .json();
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    assert!(
        !folder.join("admin.json").exists(),
        "the announcement is taken back"
    );
    assert_eq!(
        std::fs::metadata(folder.join("florin.db-wal")).map_or(0, |file| file.len()),
        0,
        "the log is in the database"
    );
    let server = Start::on(folder.path()).start();
    assert_eq!(
        server
            .shop()
            .get(&format!("/v1/payment_intents/{id}"))
            .expect(200)
            .json(),
        before
    );
    server.shop().pay();
}

/// An announcement that a dead server left behind must not keep commands from working.
#[test]
fn commands_work_after_a_crash() {
    let folder = Folder::new("crash");
    Start::on(folder.path()).start().kill();
    assert!(folder.join("admin.json").exists());
    let key = created(folder.path());
    let server = Start::on(folder.path()).start();
    Shop::new(server.address, &key)
        .get("/v1/balance")
        .expect(200);
}

#[test]
fn health_readiness_and_metrics_answer() {
    let server = Start::ephemeral().start();
    for path in ["/healthz", "/readyz"] {
        let answer = Ask::new("GET", path)
            .send(server.address)
            .expect("an answer")
            .expect(200);
        assert_eq!(answer.text(), "ok\n");
    }
    // A browser that looks for a picture of the site is not refused.
    let picture = Ask::new("GET", "/favicon.ico").send(server.address);
    picture.expect("an answer").expect(204);
    server.shop().pay();
    server.shop().get("/v1/nothing").expect(404);
    let metrics = server.metrics();
    for line in [
        "florin_http_responses_total{class=\"2xx\"} 1",
        "florin_http_responses_total{class=\"4xx\"} 1",
        "florin_database_up 1",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line} in {metrics}"
        );
    }
    let log = server.stderr();
    let line = log
        .lines()
        .find(|line| line.contains("/v1/payment_intents"))
        .expect("the request is logged");
    let line: Value = serde_json::from_str(line).expect("a log line is JSON");
    assert!(
        line["request"]
            .as_str()
            .is_some_and(|id| id.starts_with("req_")),
        "{line}"
    );
}

/// The side door does nothing without the token that lies in the directory.
#[test]
fn administration_wants_its_token() {
    let folder = Folder::new("token");
    let server = Start::on(folder.path()).start();
    let body = br#"{"command":"accounts_list"}"#;
    for key in ["", "wrong", SECRET_KEY] {
        let ask = Ask::new("POST", "/admin")
            .key(key)
            .body("application/json", body);
        let answer = ask.send(server.side).expect("an answer");
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
    let mode = std::fs::metadata(folder.join("admin.json"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_foreign_host_or_origin_is_refused() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let ask = |name: &str, value: &str| shop.ask("GET", "/v1/balance").header(name, value);
    for host in [
        "evil.example",
        "evil.example:8484",
        "127.0.0.1.evil.example",
    ] {
        let answer = shop.send(&ask("Host", host)).expect(403);
        assert!(
            answer.at("/error/message").contains("host name"),
            "{}",
            answer.text()
        );
    }
    for host in ["localhost", "127.0.0.1", "LOCALHOST:1", "[::1]:80"] {
        shop.send(&ask("Host", host)).expect(200);
    }
    for origin in ["https://evil.example", "null", "http://localhost:1"] {
        let answer = shop.send(&ask("Origin", origin)).expect(403);
        assert_eq!(answer.at("/error/code"), "secret_key_required");
        assert!(answer.at("/error/message").contains("web page"));
    }
    shop.send(&ask("Origin", &format!("http://{}", server.address)))
        .expect(200);
    let fields = [("type", "card"), ("card[token]", "tok_visa")];
    let browser = Ask::new("POST", "/v1/payment_methods")
        .key(PUBLISHABLE_KEY)
        .form(&fields);
    shop.send(&browser.header("Origin", "https://shop.example"))
        .expect(200);
}

#[test]
fn help_shows_examples() {
    for command in [
        &["--help"][..],
        &["dev", "--help"],
        &["accounts", "create", "--help"],
        &["keys", "create", "--help"],
        &["keys", "roll", "--help"],
        &["webhooks", "resend", "--help"],
        &["pay", "--help"],
    ] {
        let output = florin(command);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && text.contains("Example") && text.contains("  florin "),
            "{command:?}: {text}"
        );
    }
    let wrong = florin(&["dev", "--prot", "1"]);
    assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("--port"));
}

/// A paid card that is saved with a customer; returns both.
fn saved_card(shop: &Shop) -> (String, String) {
    let customer = shop.made("/v1/customers", &[]);
    let card = [
        ("type", "card"),
        ("card[number]", "5555555555554444"),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2049"),
    ];
    let method = shop.made("/v1/payment_methods", &card);
    shop.made(
        &format!("/v1/payment_methods/{method}/attach"),
        &[("customer", &customer)],
    );
    (customer, method)
}

#[track_caller]
fn pays(server: &Server, card: &(String, String)) {
    let mut fields = PAYMENT.to_vec();
    fields[2].1 = &card.1;
    fields.extend([("customer", card.0.as_str()), ("off_session", "true")]);
    let answer = server
        .shop()
        .post("/v1/payment_intents", &fields)
        .expect(200);
    assert_eq!(answer.at("/status"), "succeeded");
}

#[test]
fn the_vault_key_is_private_and_missed_when_it_is_gone() {
    let folder = Folder::new("vault-key");
    let path = folder.join("vault.key");
    let server = Start::on(folder.path()).start();
    let card = saved_card(&server.shop());
    assert_eq!(
        std::fs::metadata(&path)
            .expect("a key")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    assert!(server.stop().0.success());
    let key = std::fs::read_to_string(&path).expect("a key");
    std::fs::remove_file(&path).expect("it can be removed");
    let error = Start::on(folder.path())
        .try_start()
        .err()
        .expect("no start without the key");
    assert!(
        error.contains("vault.key is missing") && error.contains("backup"),
        "{error}"
    );
    assert!(!path.exists(), "no new key is made over an old ring");
    let server = Start::on(folder.path())
        .env("FLORIN_VAULT_KEY", key.trim())
        .start();
    pays(&server, &card);
    assert!(server.stop().0.success());
    let other = Folder::new("vault-key-other");
    assert!(Start::on(other.path()).start().stop().0.success());
    copy_files(folder.path(), &folder.join("copy"));
    std::fs::copy(
        other.join("vault.key"),
        folder.join("copy").join("vault.key"),
    )
    .expect("a copy");
    let error = Start::on(&folder.join("copy"))
        .try_start()
        .err()
        .expect("no start with a wrong key");
    assert!(
        error.contains("cannot be opened with this master key"),
        "{error}"
    );
}

#[test]
fn after_a_rotation_old_cards_still_pay() {
    let folder = Folder::new("rotate");
    let server = Start::on(folder.path()).start();
    let card = saved_card(&server.shop());
    let before = asked(folder.path(), &["vault", "keys"]);
    let rotated = asked(folder.path(), &["vault", "rotate"]);
    assert!(
        rotated["resealed"].as_u64().is_some_and(|count| count >= 1),
        "{rotated}"
    );
    let after = asked(folder.path(), &["vault", "keys"]);
    let active = |keys: &Value| {
        let keys = keys.as_array().expect("a list").iter();
        keys.filter(|key| key["state"] == "active")
            .map(|key| key["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!((active(&before).len(), active(&after).len()), (1, 1));
    assert_ne!(active(&before), active(&after));
    pays(&server, &card);
    assert!(server.stop().0.success());
    let server = Start::on(folder.path()).start();
    pays(&server, &card);
    assert!(server.stop().0.success());
    asked(folder.path(), &["vault", "rotate"]);
    pays(&Start::on(folder.path()).start(), &card);
}

#[test]
fn an_ephemeral_server_leaves_nothing() {
    let temporary = Folder::new("ephemeral");
    let server = Start::ephemeral()
        .env("TMPDIR", &temporary.path().display().to_string())
        .start();
    server.shop().pay();
    assert_eq!(
        std::fs::read_dir(temporary.path())
            .expect("a folder")
            .count(),
        1
    );
    assert!(server.stop().0.success());
    assert_eq!(
        std::fs::read_dir(temporary.path())
            .expect("a folder")
            .count(),
        0
    );
}
