//! Two accounts × two modes over every route: nobody sees or changes what belongs to another account or mode.
//!
//! Shape: an owner makes one object of each kind; three strangers (the other account, the other mode, both) send every
//! sample; the owner's rows in the database must stay as they were; then the owner sends the same samples, which proves
//! that they name what exists. Deliberately absent: connected accounts, which do not exist yet.

use crate::audit;
use crate::folder::Folder;
use crate::http::Answer;
use crate::matrix_samples::{Expect, SAMPLES, Sample};
use crate::server::{Server, Start, asked};
use crate::shop::{PAYMENT, Shop};
use florin_api::ROUTES;
use serde_json::Value;
use std::path::Path;

/// Names of samples and ids of the owner's objects.
type Objects = Vec<(&'static str, String)>;

/// A merchant's keys.
struct Merchant {
    account: Value,
}

impl Merchant {
    fn new(data: &Path, name: &str) -> Merchant {
        Merchant {
            account: asked(data, &["accounts", "create", name]),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.account[name].as_str().expect("a text")
    }

    fn shop(&self, server: &Server, key: &str) -> Shop {
        Shop::new(server.address, self.text(key))
    }
}

fn make_objects(shop: &Shop) -> Objects {
    let card = "card[exp_month]=12&card[exp_year]=2049&card[number]";
    let visa = format!("type=card&{card}=4242424242424242");
    let endpoint = shop.make(
        "/v1/webhook_endpoints",
        "url=https://hooks.invalid/hook&enabled_events[]=*",
    );
    // Switched off at once, so that no delivery changes rows while the matrix runs.
    let own = format!("/v1/webhook_endpoints/{endpoint}");
    shop.make(&own, "disabled=true");
    let customer = shop.make("/v1/customers", "name=Ada&email=ada@example.com");
    let of_customer = format!("customer={customer}");
    let method = shop.make("/v1/payment_methods", &visa);
    let attach = format!("/v1/payment_methods/{method}/attach");
    shop.make(&attach, &of_customer);
    let pay = |more: &[(&str, &str)]| {
        let answer = shop.post("/v1/payment_intents", &[&PAYMENT[..], more].concat());
        answer.expect(200)
    };
    let paid = pay(&[("customer", &customer)]);
    let charge = paid.at("/latest_charge");
    let raise = "payment_method_options[card][request_incremental_authorization]";
    let held = pay(&[("capture_method", "manual"), (raise, "if_available")]);
    let open = format!("payment_method_types[]=card&{of_customer}");
    let direct = |source: &str| {
        let body = format!("amount=2000&currency=usd&source={source}");
        shop.make("/v1/charges", &body)
    };
    let disputed = direct("tok_createDispute");
    let warned = direct("tok_createIssuerFraudRecord");
    vec![
        ("loose", shop.make("/v1/payment_methods", &visa)),
        ("paid", paid.at("/id")),
        ("held", held.at("/id")),
        ("held_charge", held.at("/latest_charge")),
        (
            "open",
            shop.make(
                "/v1/payment_intents",
                &format!("amount=2000&currency=usd&{open}"),
            ),
        ),
        ("setup", shop.make("/v1/setup_intents", &open)),
        (
            "refund",
            shop.make("/v1/refunds", &format!("charge={charge}&amount=100")),
        ),
        (
            "token",
            shop.make("/v1/tokens", &format!("{card}=5555555555554444")),
        ),
        (
            "transaction",
            shop.ids("/v1/balance_transactions").remove(0),
        ),
        ("dispute", shop.ids("/v1/disputes").remove(0)),
        (
            "warning",
            shop.ids("/v1/radar/early_fraud_warnings").remove(0),
        ),
        ("warned", warned),
        ("event", shop.ids("/v1/events").remove(0)),
        ("endpoint", endpoint),
        ("method", method),
        ("disputed", disputed),
        ("charge", charge),
        ("customer", customer),
    ]
}

/// What is sold, two sessions that sell it, one of them to the customer, and what forms need.
fn make_sold(shop: &Shop, made: &Objects) -> Objects {
    let product = shop.make("/v1/products", "name=Tea");
    let priced = format!("product={product}&currency=usd&unit_amount=500&lookup_key=matrix-tea");
    let price = shop.make("/v1/prices", &priced);
    let page = "mode=payment&success_url=https://shop.example/thanks";
    let sells = format!("{page}&line_items[0][price]={price}&line_items[0][quantity]=2");
    let of_customer = filled(&format!("{sells}&customer={{customer}}"), made);
    vec![
        ("session", shop.make("/v1/checkout/sessions", &of_customer)),
        ("ended_session", shop.make("/v1/checkout/sessions", &sells)),
        ("bare_product", shop.make("/v1/products", "name=Cups")),
        (
            "tax_rate",
            shop.make(
                "/v1/tax_rates",
                "display_name=VAT&percentage=19&inclusive=false",
            ),
        ),
        (
            "shipping_rate",
            shop.make(
                "/v1/shipping_rates",
                "display_name=Mail&fixed_amount[amount]=500&fixed_amount[currency]=usd",
            ),
        ),
        (
            "source",
            shop.make("/v1/sources", "type=card&token=tok_visa"),
        ),
        (
            "confirmation",
            shop.make("/v1/confirmation_tokens", "payment_method=pm_card_visa"),
        ),
        (
            "domain",
            shop.make("/v1/payment_method_domains", "domain_name=shop.example"),
        ),
        (
            "configuration",
            shop.make("/v1/payment_method_configurations", "name=Own"),
        ),
        (
            "link",
            shop.make(
                "/v1/payment_links",
                &format!("line_items[0][price]={price}&line_items[0][quantity]=1"),
            ),
        ),
        ("product", product),
        ("price", price),
    ]
}

/// Two orders at the front door, one of them paid on its page, which needs no key.
fn make_ordered(shop: &Shop) -> Objects {
    let path = "/florin/v1/payments";
    let order = shop.make(path, "amount=1000&currency=usd&order_id=matrix-order");
    let paid = shop.make(path, "amount=1000&currency=usd&order_id=matrix-paid");
    let pressed = shop.press(&paid, "4242424242424242").expect(200);
    assert_eq!(pressed.at("/status"), "complete");
    vec![("order", order), ("paid_order", paid)]
}

/// A text with the ids in their places.
fn filled(text: &str, objects: &Objects) -> String {
    let filled = objects.iter().fold(text.to_owned(), |text, (name, id)| {
        text.replace(&format!("{{{name}}}"), id)
    });
    assert!(
        !filled.contains('{'),
        "{filled} names an object that was not made"
    );
    filled
}

fn send(shop: &Shop, sample: &Sample, objects: &Objects) -> (String, Answer) {
    let (method, path, fields, _) = sample;
    let path = filled(path, objects);
    let fields: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, value)| (*name, filled(value, objects)))
        .collect();
    let sent: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let ask = shop.ask(method, &path);
    let answer = shop.send(&if sent.is_empty() {
        ask
    } else {
        ask.form(&sent)
    });
    (format!("{method} {path} {fields:?}"), answer)
}

/// What is wrong with what a stranger got.
fn judge(sample: &Sample, asked: &str, answer: &Answer, objects: &Objects) -> Vec<String> {
    let text = answer.text();
    let mut wrong: Vec<String> = objects
        .iter()
        .filter(|(_, id)| text.contains(id) && !asked.contains(id))
        .map(|(name, _)| format!("shows the {name}"))
        .collect();
    let statuses: &[u16] = match sample.3 {
        Expect::Missing => &[404],
        Expect::MissingInBody => &[400],
        Expect::MissingSomewhere => &[400, 404],
        Expect::List | Expect::Own => &[200],
    };
    if !statuses.contains(&answer.status) {
        wrong.push(format!("answers {}", answer.status));
    }
    if sample.3 == Expect::List
        && answer.json()["data"]
            .as_array()
            .is_none_or(|data| !data.is_empty())
    {
        wrong.push("lists something".to_owned());
    }
    if answer.status >= 400 && answer.at("/error/message").is_empty() {
        wrong.push("has no message".to_owned());
    }
    wrong
        .iter()
        .map(|what| format!("{asked}: {what}: {text}"))
        .collect()
}

/// In live mode no card is taken yet, which is said before anything is looked for.
fn says_no_processor(answer: &Answer) -> bool {
    answer.status == 400 && answer.at("/error/message").contains("live mode")
}

/// The owner's rows in all tables but that of due work, which goes on by itself.
fn rows_of(database: &Path, account: &str) -> Vec<String> {
    let connection = audit::open(database);
    let condition = format!("account = '{account}' AND live = 0");
    let mut rows = Vec::new();
    for table in audit::tables(&connection) {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = audit::column(&connection, &columns).expect("the columns");
        if table != "jobs" && columns.iter().any(|name| name == "account") {
            let found = audit::rows(&connection, &table, &condition);
            rows.extend(found.into_iter().map(|row| format!("{table}: {row}")));
        }
    }
    rows.sort_unstable();
    rows
}

#[test]
fn nobody_sees_or_changes_what_is_not_theirs() {
    let folder = Folder::new("matrix");
    let server = Start::on(folder.path()).start();
    let database = folder.join("florin.db");
    let (owner, other) = (
        Merchant::new(folder.path(), "Owner"),
        Merchant::new(folder.path(), "Other"),
    );
    let own = owner.shop(&server, "test_secret_key");
    let mut objects = make_objects(&own);
    objects.extend(make_sold(&own, &objects));
    objects.extend(make_ordered(&own));
    let before = rows_of(&database, owner.text("id"));
    assert!(before.len() > objects.len(), "{before:#?}");
    let mut wrong = Vec::new();
    for stranger in [
        other.shop(&server, "test_secret_key"),
        owner.shop(&server, "live_secret_key"),
        other.shop(&server, "live_secret_key"),
    ] {
        let is_live = stranger.key.starts_with("sk_live_");
        // Lists first: what a stranger makes is in the stranger's lists.
        for sample in SAMPLES {
            let (asked, answer) = send(&stranger, sample, &objects);
            if !(is_live && says_no_processor(&answer)) {
                wrong.extend(judge(sample, &asked, &answer, &objects));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    assert_eq!(
        rows_of(&database, owner.text("id")),
        before,
        "nothing of the owner's changed"
    );
    samples_name_what_exists(&own, &objects);
    assert_ne!(
        rows_of(&database, owner.text("id")),
        before,
        "the comparison sees a change"
    );
}

/// The control: to the owner nothing is missing, so the strangers' answers meant something.
fn samples_name_what_exists(own: &Shop, objects: &Objects) {
    for sample in SAMPLES {
        let (asked, answer) = send(own, sample, objects);
        let is_missing = answer.status == 404 || answer.text().contains("resource_missing");
        assert!(!is_missing, "{asked}: {}", answer.text());
        if sample.0 == "GET" {
            assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
        }
        if sample.3 == Expect::List {
            assert_ne!(answer.json()["data"], Value::Array(Vec::new()), "{asked}");
        }
    }
}

#[test]
fn every_route_has_a_sample() {
    let covers = |sample: &Sample, method: &str, route: &str| {
        let path = sample.1.split('?').next().unwrap_or_default();
        let (parts, open): (Vec<&str>, Vec<&str>) =
            (path.split('/').collect(), route.split('/').collect());
        let matches = |(part, open): (&&str, &&str)| match open.starts_with(':') {
            true => part.starts_with('{'),
            false => part == open,
        };
        sample.0 == method && parts.len() == open.len() && parts.iter().zip(&open).all(matches)
    };
    for route in ROUTES {
        let found = SAMPLES
            .iter()
            .any(|sample| covers(sample, route.method.as_str(), route.path));
        assert!(
            found,
            "{} {} has no sample in the matrix",
            route.method, route.path
        );
    }
}

/// Publishable keys open one object each, by its client secret, and only in their own account and mode.
#[test]
fn a_client_secret_opens_nothing_with_a_foreign_key() {
    let folder = Folder::new("browser");
    let server = Start::on(folder.path()).start();
    let (owner, other) = (
        Merchant::new(folder.path(), "Owner"),
        Merchant::new(folder.path(), "Other"),
    );
    let open = [
        ("amount", "2000"),
        ("currency", "usd"),
        ("payment_method_types[]", "card"),
    ];
    let made = owner
        .shop(&server, "test_secret_key")
        .post("/v1/payment_intents", &open)
        .expect(200);
    let (id, secret) = (made.at("/id"), made.at("/client_secret"));
    let read = format!("/v1/payment_intents/{id}?client_secret={secret}");
    let confirm = format!("/v1/payment_intents/{id}/confirm");
    let fields = [
        ("client_secret", secret.as_str()),
        ("payment_method", "pm_card_visa"),
    ];
    for (merchant, key) in [
        (&other, "test_publishable_key"),
        (&owner, "live_publishable_key"),
        (&other, "live_publishable_key"),
    ] {
        let stranger = merchant.shop(&server, key);
        let read = stranger.get(&read);
        assert_eq!(read.status, 404, "{}", read.text());
        let tried = stranger.post(&confirm, &fields);
        assert!(
            tried.status == 404 || says_no_processor(&tried),
            "{}",
            tried.text()
        );
    }
    let browser = owner.shop(&server, "test_publishable_key");
    assert!(browser.get(&format!("/v1/payment_intents/{id}")).status >= 400);
    let wrong = format!("/v1/payment_intents/{id}?client_secret={id}_secret_wrong");
    assert!(browser.get(&wrong).status >= 400);
    assert_eq!(
        browser.get(&read).expect(200).at("/status"),
        "requires_payment_method"
    );
    assert_eq!(
        browser.post(&confirm, &fields).expect(200).at("/status"),
        "succeeded"
    );
    assert_eq!(browser.get("/v1/payment_intents").status, 403);
}

#[test]
fn live_mode_says_that_it_has_no_processor() {
    let folder = Folder::new("live");
    let server = Start::on(folder.path()).start();
    let live = Merchant::new(folder.path(), "Owner").shop(&server, "live_secret_key");
    let answer = live.post("/v1/payment_intents", &PAYMENT);
    assert!(says_no_processor(&answer), "{}", answer.text());
    assert!(answer.at("/error/message").contains("processor"));
    assert!(live.ids("/v1/payment_intents").is_empty());
    assert!(live.ids("/v1/charges").is_empty());
}
