//! Runs a whole life with marker cards and secrets, then searches everything that is left of it.
//!
//! Searched are the database with its log, every file of the data directory, what the server printed and logged at its
//! most talkative, its metrics, every webhook and every error body. Deliberately absent: memory, which the vault's own
//! tests look after.

use crate::audit;
use crate::folder::Folder;
use crate::http::{Answer, find};
use crate::receiver::Receiver;
use crate::server::{Server, Start, asked, florin, until};
use crate::shop::Shop;
use florin_vault::{FoundNumber, find_card_numbers};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::Path;

/// Published test numbers; the last one is declined.
const NUMBERS: [&str; 6] = [
    "4242424242424242",
    "4000056655665556",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "4000000000000002",
];
/// A code that nothing else in a run has as a value of its own.
const CVC: &str = "739";
/// The same for cards with four digits.
const CVC_OF_FOUR: &str = "7391";

/// What was found where.
#[derive(Debug, PartialEq)]
struct Leak {
    place: String,
    what: String,
}

/// What must be nowhere.
#[derive(Default)]
struct Search {
    /// Texts that are secret wherever they stand, each with its name.
    secrets: Vec<(String, String)>,
    leaks: Vec<Leak>,
}

impl Search {
    fn leak(&mut self, place: &str, what: &str) {
        self.leaks.push(Leak {
            place: place.to_owned(),
            what: what.to_owned(),
        });
    }

    /// Card numbers, codes and secrets in any bytes.
    fn bytes(&mut self, place: &str, bytes: &[u8]) {
        for number in NUMBERS {
            for text in [
                number.to_owned(),
                grouped(number, ' '),
                grouped(number, '-'),
            ] {
                if find(bytes, text.as_bytes()).is_some() {
                    self.leak(
                        place,
                        &format!("the number that ends in {}", &number[number.len() - 4..]),
                    );
                }
            }
        }
        // A hash in hexadecimal holds runs of digits by chance, with letters at least on one side.
        let is_letter = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        let stands_alone = |found: &FoundNumber| {
            !is_letter(found.start.checked_sub(1)) && !is_letter(Some(found.end))
        };
        for found in find_card_numbers(bytes).into_iter().filter(stands_alone) {
            self.leak(place, &format!("a card number at {}", found.start));
        }
        for code in [CVC, CVC_OF_FOUR] {
            if holds_code(bytes, code) {
                self.leak(place, &format!("the code {code}"));
            }
        }
        let secrets = self.secrets.clone();
        for (name, secret) in secrets {
            if find(bytes, secret.as_bytes()).is_some() {
                self.leak(place, &name);
            }
        }
    }

    /// Every cell of every table: a code that fills a cell has no marks around it that a search of bytes could know.
    fn cells(&mut self, connection: &Connection) {
        for table in audit::tables(connection) {
            for row in audit::rows(connection, &table, "1") {
                self.bytes(&table, row.as_bytes());
                if row
                    .split('\u{1f}')
                    .any(|cell| cell == CVC || cell == CVC_OF_FOUR)
                {
                    self.leak(&table, "a code in a cell");
                }
            }
        }
    }

    fn files(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("a file");
            self.bytes(&path.display().to_string(), &bytes);
        }
    }
}

/// `4242 4242 4242 4242`.
fn grouped(number: &str, separator: char) -> String {
    let groups: Vec<&str> = (0..number.len())
        .step_by(4)
        .map(|at| &number[at..number.len().min(at + 4)])
        .collect();
    groups.join(&separator.to_string())
}

/// Whether a code stands as a value: in quotes, or behind a name that ends in `cvc`.
fn holds_code(bytes: &[u8], code: &str) -> bool {
    let named = ["cvc=", "cvc]=", "cvc%5D=", "cvc\":", "cvc\": ", "cvc: "];
    let quoted = [
        format!("\"{code}\""),
        format!("'{code}'"),
        format!("\\\"{code}\\\""),
        format!("({code})"),
    ];
    let forms = quoted
        .into_iter()
        .chain(named.map(|name| format!("{name}{code}")));
    forms
        .into_iter()
        .any(|form| find(bytes, form.as_bytes()).is_some())
}

fn card<'a>(prefix: &'a [String; 4], number: &'a str, code: &'a str) -> Vec<(&'a str, &'a str)> {
    let [number_name, month, year, cvc] = prefix;
    vec![
        (number_name, number),
        (month, "12"),
        (year, "2049"),
        (cvc, code),
    ]
}

fn names(prefix: &str) -> [String; 4] {
    ["number", "exp_month", "exp_year", "cvc"].map(|name| format!("{prefix}[{name}]"))
}

/// Everything that takes a card, on its good ways. Returns the answers.
fn good_life(shop: &Shop) -> Vec<Answer> {
    let mut answers = Vec::new();
    let (plain, data) = (names("card"), names("payment_method_data[card]"));
    for (at, number) in NUMBERS.iter().enumerate() {
        let code = if *number == "378282246310005" {
            CVC_OF_FOUR
        } else {
            CVC
        };
        let card_fields = card(&plain, number, code);
        answers.push(shop.post("/v1/tokens", &card_fields));
        let method = shop.post(
            "/v1/payment_methods",
            &[card_fields, vec![("type", "card")]].concat(),
        );
        let id = method.at("/id");
        answers.push(method);
        let pay = [
            ("amount", "2000"),
            ("currency", "usd"),
            ("confirm", "true"),
            ("payment_method_types[]", "card"),
        ];
        answers.push(shop.post(
            "/v1/payment_intents",
            &[&pay[..], &[("payment_method", &id)]].concat(),
        ));
        let inline = [
            &pay[..],
            &card(&data, number, code),
            &[("payment_method_data[type]", "card")],
        ]
        .concat();
        let key = format!("leak-{at}");
        let ask = shop
            .ask("POST", "/v1/payment_intents")
            .form(&inline)
            .header("Idempotency-Key", &key);
        answers.extend([shop.send(&ask), shop.send(&ask)]);
        let body = json!({"card": {"number": grouped(number, ' '), "exp_month": 12, "exp_year": 2049, "cvc": code}});
        answers.push(shop.send(&shop.ask("POST", "/v1/tokens").json(&body)));
    }
    answers.extend(saved_life(shop));
    answers
}

/// A saved card, a set-up, a capture, a refund, a challenge, a legacy charge.
fn saved_life(shop: &Shop) -> Vec<Answer> {
    let customer = shop.made("/v1/customers", &[("name", "Ada")]);
    let plain = names("card");
    let fields = [card(&plain, NUMBERS[0], CVC), vec![("type", "card")]].concat();
    let method = shop.made("/v1/payment_methods", &fields);
    let attach = format!("/v1/payment_methods/{method}/attach");
    let set_up = [
        ("customer", &*customer),
        ("payment_method", &method),
        ("confirm", "true"),
        ("payment_method_types[]", "card"),
    ];
    let hold = [
        ("amount", "3000"),
        ("currency", "usd"),
        ("customer", &customer),
        ("payment_method", &method),
        ("capture_method", "manual"),
        ("confirm", "true"),
        ("payment_method_types[]", "card"),
    ];
    let mut answers = vec![
        shop.post(&attach, &[("customer", &customer)]),
        shop.post("/v1/setup_intents", &set_up),
    ];
    let held = shop.post("/v1/payment_intents", &hold);
    let id = held.at("/id");
    answers.push(held);
    answers.push(shop.post(&format!("/v1/payment_intents/{id}/capture"), &[]));
    answers.push(shop.post("/v1/refunds", &[("payment_intent", &id)]));
    let source = names("source");
    let legacy = [
        card(&source, NUMBERS[1], CVC),
        vec![
            ("source[object]", "card"),
            ("amount", "900"),
            ("currency", "usd"),
        ],
    ]
    .concat();
    answers.push(shop.post("/v1/charges", &legacy));
    answers
}

/// Mistakes that carry a card where it should not be, or in a shape that is refused.
fn bad_life(shop: &Shop) -> Vec<Answer> {
    let number = NUMBERS[0];
    let plain = names("card");
    let mut answers = vec![
        shop.post("/v1/tokens", &card(&plain, "4242424242424241", CVC)),
        shop.post("/v1/tokens", &card(&plain, number, "73")),
        shop.post(
            "/v1/tokens",
            &[card(&plain, number, CVC), vec![("card[exp_month]", "13")]].concat(),
        ),
        shop.post(
            "/v1/tokens",
            &[card(&plain, number, CVC), vec![("card[cvv]", CVC)]].concat(),
        ),
        shop.post("/v1/tokens", &[("card[numbr]", number)]),
        shop.post("/v1/tokens", &[("card", number)]),
        shop.post(
            "/v1/payment_intents",
            &[("amount", number), ("currency", "usd")],
        ),
        shop.post(
            "/v1/payment_intents",
            &[("amount", "2000"), ("currency", number)],
        ),
        shop.post(
            "/v1/payment_intents",
            &[
                ("amount", "2000"),
                ("currency", "usd"),
                ("payment_method", number),
            ],
        ),
        shop.post(
            "/v1/payment_intents",
            &[("amount", "2000"), ("currency", "usd"), (number, "1")],
        ),
        shop.post(
            "/v1/charges",
            &[("amount", "2000"), ("currency", "usd"), ("source", number)],
        ),
        shop.get(&format!("/v1/charges?limit={number}")),
    ];
    for broken in [
        format!(
            "{{\"card\": {{\"number\": \"{number}\", \"cvc\": \"{CVC}\" \"exp_year\": 2049}}}}"
        ),
        format!("{{\"card\": {{\"number\": {number}, \"cvc\": {CVC}, \"exp_year\": 2049}}}}"),
        number.to_owned(),
    ] {
        let ask = shop
            .ask("POST", "/v1/tokens")
            .body("application/json", broken.as_bytes());
        answers.push(shop.send(&ask));
    }
    answers
}

/// A key as a secret: what follows its prefix, which logs may name.
fn key(name: &str, text: &Value) -> (String, String) {
    let text = text.as_str().expect("a key");
    (
        name.to_owned(),
        text.rsplit('_').next().unwrap_or(text).to_owned(),
    )
}

/// Makes keys, an endpoint and rolled successors; returns what is secret.
fn secrets(server: &Server, data: &Path, hook: &str) -> Vec<(String, String)> {
    let account = asked(data, &["accounts", "create", "Marker"]);
    let made = asked(data, &["keys", "create", "--name", "marker"]);
    let fields = [("url", hook), ("enabled_events[]", "*")];
    let ask = server
        .shop()
        .ask("POST", "/v1/webhook_endpoints")
        .form(&fields)
        .header("Idempotency-Key", "hook");
    let endpoint = server.shop().send(&ask).expect(200);
    assert_eq!(
        server.shop().send(&ask).at("/secret"),
        endpoint.at("/secret")
    );
    let rolled = asked(data, &["webhooks", "roll", &endpoint.at("/id")]);
    let vault = std::fs::read_to_string(data.join("vault.key")).expect("the vault's key");
    let admin: Value =
        serde_json::from_str(&std::fs::read_to_string(data.join("admin.json")).expect("a file"))
            .expect("JSON");
    let shop = Shop::new(server.address, made["key"].as_str().expect("a key"));
    shop.get("/v1/balance").expect(200);
    shop.get("/v1/nothing").expect(404);
    vec![
        key("a secret key of the test mode", &account["test_secret_key"]),
        key("a secret key of the live mode", &account["live_secret_key"]),
        key("a key that was made", &made["key"]),
        ("a webhook secret".to_owned(), endpoint.at("/secret")),
        (
            "a rolled webhook secret".to_owned(),
            rolled["secret"].as_str().expect("a secret").to_owned(),
        ),
        ("the vault's key".to_owned(), vault.trim().to_owned()),
        (
            "the token of administration".to_owned(),
            admin["token"].as_str().expect("a token").to_owned(),
        ),
    ]
}

#[test]
fn no_card_and_no_secret_is_left_anywhere() {
    let (folder, receiver) = (Folder::new("leak"), Receiver::start());
    let start = Start::on(folder.path()).with(&["--log", "trace", "--webhook-retries", "0.05"]);
    let server = start.start();
    let mut search = Search {
        secrets: secrets(&server, folder.path(), &receiver.url("/hook")),
        ..Search::default()
    };
    let good = good_life(&server.shop());
    let bad = bad_life(&server.shop());
    assert!(
        good.iter().all(|answer| matches!(answer.status, 200 | 402)),
        "{good:#?}"
    );
    assert!(
        bad.iter()
            .all(|answer| matches!(answer.status, 400 | 402 | 404)),
        "{bad:#?}"
    );
    for answer in good.iter().chain(&bad) {
        search.bytes("an answer", &answer.body);
    }
    let events = server.shop().ids("/v1/events?limit=100").len();
    until("the webhooks", || {
        (receiver.all().len() >= events.min(100)).then_some(())
    });
    for came in receiver.all() {
        search.bytes("a webhook", &came.body);
        search.bytes(
            "a webhook's headers",
            format!("{:?}", came.headers).as_bytes(),
        );
    }
    search.bytes("metrics", server.metrics().as_bytes());
    search.bytes("stdout", server.stdout().as_bytes());
    let client_secrets = good
        .iter()
        .map(|answer| answer.at("/client_secret"))
        .filter(|secret| !secret.is_empty());
    let client_secrets: Vec<String> = client_secrets.collect();
    assert!(client_secrets.len() > 5);
    let database = folder.join("florin.db");
    search_left(&mut search, folder.path(), &database);
    let (_, log) = server.stop();
    search.bytes("the log", log.as_bytes());
    for secret in client_secrets {
        if log.contains(&secret) {
            search.leak("the log", "a client secret");
        }
    }
    search_left(&mut search, folder.path(), &database);
    assert!(
        log.contains("answered") && log.contains("req_"),
        "the log was searched"
    );
    assert!(search.leaks.is_empty(), "{:#?}", search.leaks);
}

/// The files, without the two whose purpose is to hold a secret, and the cells of the database.
fn search_left(search: &mut Search, folder: &Path, database: &Path) {
    let copy = Folder::new("leak-files");
    crate::folder::copy_files(folder, copy.path());
    for holder in ["vault.key", "admin.json"] {
        // The announcement is gone once the server has stopped.
        let _ = std::fs::remove_file(copy.join(holder));
    }
    search.files(copy.path());
    search.cells(&audit::open(database));
}

/// The search must find what is planted: in a file, in a log line, in a cell.
#[test]
fn the_search_finds_what_is_planted() {
    let folder = Folder::new("planted");
    let found = |text: &str| {
        std::fs::write(folder.join("file"), text).expect("a file can be written");
        let mut search = Search {
            secrets: vec![("a key".to_owned(), "Zq8".repeat(8))],
            ..Search::default()
        };
        search.files(folder.path());
        search.leaks.len()
    };
    assert_eq!(
        found("{\"level\":\"INFO\",\"took_us\":739,\"id\":\"pi_739\",\"last4\":\"4242\"}"),
        0
    );
    for planted in [
        "xx4242424242424242xx",
        "card 5555 5555 5555 4444.",
        "card=3782-8224-6310-005",
        "6011 0009 9013 9424",
        "{\"cvc\":\"739\"}",
        "card%5Bcvc%5D=739&a=b",
        "Cvc(7391)",
        &format!("sk_test_{}", "Zq8".repeat(8)),
    ] {
        assert!(found(planted) > 0, "{planted}");
    }
    let connection = Connection::open_in_memory().expect("a database");
    connection
        .execute_batch("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('739');")
        .expect("a table");
    let mut search = Search::default();
    search.cells(&connection);
    assert_eq!(search.leaks.len(), 1);
}

/// A number that somebody put into a URL is neither logged nor repeated.
#[test]
fn a_number_in_a_path_is_not_logged() {
    let server = Start::ephemeral().start();
    let mut search = Search::default();
    for place in ["customers", "nothing", "tokens/x"] {
        let answer = server.shop().get(&format!("/v1/{place}/{}", NUMBERS[0]));
        search.bytes(&format!("an answer {}", answer.status), &answer.body);
    }
    let (_, log) = server.stop();
    assert!(log.contains("answered"), "the log was searched");
    search.bytes("the log", log.as_bytes());
    assert!(search.leaks.is_empty(), "{:#?}", search.leaks);
}

/// Commands print what they were asked for and no more: lists show no key.
#[test]
fn lists_show_no_secret() {
    let folder = Folder::new("lists");
    let server = Start::on(folder.path()).start();
    let made = asked(folder.path(), &["keys", "create", "--name", "one"]);
    let secret = key("", &made["key"]).1;
    for command in [
        &["keys", "list"][..],
        &["accounts", "list"],
        &["webhooks", "list"],
        &["vault", "keys"],
    ] {
        let data = folder.path().display().to_string();
        let output = florin(&[command, &["--data", &data]].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && !text.contains(&secret), "{text}");
    }
    drop(server);
}
