//! `florin pay` as a process: what it prints, and the exit code that tells scripts what became of the payment.
//!
//! Deliberately absent: the QR code, which only a terminal gets, and amounts, which have unit tests.

use crate::http::Answer;
use crate::server::{SECRET_KEY, Server, Start, begin, florin, until};
use crate::shop::Shop;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Output};

const GOOD: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

/// A terminal that waits for the buyer of an order; killed with this value.
struct Waiting {
    child: Option<Child>,
}

impl Waiting {
    fn new(server: &Server, order: &str, more: &[&str]) -> Waiting {
        let url = format!("http://{}", server.address);
        let asked = ["pay", "49.00", "EUR", "--order", order, "--url", &url];
        let arguments = [&asked[..], more].concat();
        Waiting {
            child: Some(begin(&arguments)),
        }
    }

    /// What it printed, and how it ended.
    fn end(mut self) -> Output {
        let child = self.child.as_mut().expect("it runs");
        until("the end of florin pay", || {
            child.try_wait().expect("it can be asked")
        });
        let ended = self.child.take().expect("it ran");
        ended.wait_with_output().expect("it has ended")
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Both fail only if it has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The id of an order's payment, as soon as it is there.
fn payment(shop: &Shop, order: &str) -> String {
    let path = format!("/florin/v1/payments?order_id={order}");
    until("the payment", || {
        let found = shop.get(&path);
        (found.status == 200).then(|| found.at("/id"))
    })
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What somebody does with the payment of an order while the command waits.
type Deed = fn(&Shop, &str) -> Answer;

/// Name of the order, what happens to it, the exit code, the last words.
const ENDS: [(&str, Deed, i32, &str); 4] = [
    (
        "pay-paid",
        |shop, id| shop.press(id, GOOD).expect(200),
        0,
        "Paid.\n",
    ),
    (
        "pay-declined",
        |shop, id| shop.press(id, DECLINED).expect(402),
        1,
        "Declined. The link stays open, and the buyer may try again.\n",
    ),
    (
        "pay-canceled",
        |shop, id| {
            let path = format!("/florin/v1/payments/{id}/cancel");
            shop.post(&path, &[]).expect(200)
        },
        1,
        "Canceled.\n",
    ),
    (
        "pay-expired",
        |shop, id| {
            let path = format!("/v1/checkout/sessions/{id}/expire");
            shop.post(&path, &[]).expect(200)
        },
        2,
        "Expired: nobody paid in time.\n",
    ),
];

#[test]
fn the_exit_code_says_what_became_of_the_payment() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    for (order, deed, expected, words) in ENDS {
        let waiting = Waiting::new(&server, order, &[]);
        let id = payment(&shop, order);
        deed(&shop, &id);
        let output = waiting.end();
        let (told, wrong) = (printed(&output), complained(&output));
        assert_eq!(code(&output), Some(expected), "{order}: {told}{wrong}");
        assert!(
            told.starts_with(&format!("€49.00 for order {order}\n")),
            "{told}"
        );
        assert!(told.contains(&format!("/c/pay/{id}\n")), "{told}");
        assert!(told.ends_with(words), "{told}");
        assert!(
            wrong.is_empty() && !told.contains(SECRET_KEY),
            "{told}{wrong}"
        );
    }
}

#[test]
fn a_command_that_does_not_wait_prints_the_same_link_again() {
    let server = Start::ephemeral().start();
    let once = || Waiting::new(&server, "pay-once", &["--no-wait", "--json"]).end();
    let (first, again) = (once(), once());
    assert_eq!((code(&first), code(&again)), (Some(0), Some(0)));
    assert_eq!(printed(&first), printed(&again));
    let told: Value = serde_json::from_slice(&first.stdout).expect("one object of JSON");
    assert_eq!(printed(&first).lines().count(), 1);
    for (member, expected) in [
        ("object", Value::from("florin.payment")),
        ("amount", Value::from(4_900)),
        ("currency", Value::from("eur")),
        ("order_id", Value::from("pay-once")),
        ("status", Value::from("awaiting")),
    ] {
        assert_eq!(told[member], expected, "{member}");
    }
}

#[test]
fn a_decline_of_before_is_not_the_answer() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let made = Waiting::new(&server, "pay-again", &["--no-wait"]).end();
    assert_eq!(code(&made), Some(0), "{}", complained(&made));
    let id = payment(&shop, "pay-again");
    shop.press(&id, DECLINED).expect(402);
    let mut waiting = Waiting::new(&server, "pay-again", &[]);
    let child = waiting.child.as_mut().expect("it runs");
    let mut told = BufReader::new(child.stdout.take().expect("it prints")).lines();
    // What it prints first it knows: the decline of before is among it, and ends nothing.
    let first = told.next().expect("a line").expect("text");
    assert!(first.starts_with("€49.00 for order pay-again"), "{first}");
    shop.press(&id, GOOD).expect(200);
    let output = waiting.end();
    assert_eq!(code(&output), Some(0), "{}", complained(&output));
    assert_eq!(told.map_while(Result::ok).last().as_deref(), Some("Paid."));
}

#[test]
fn a_command_line_that_cannot_be_read_has_the_code_of_what_is_not_known() {
    let away = "http://127.0.0.1:1";
    for arguments in [
        &["pay", "49.00", "EUR"][..],
        &[
            "pay",
            "49.00",
            "EUR",
            "--order",
            "a",
            "--url",
            away,
            "--nothing",
        ],
    ] {
        let output = florin(arguments);
        assert_eq!(code(&output), Some(3), "{}", complained(&output));
        assert!(output.stdout.is_empty(), "{}", printed(&output));
    }
    assert_eq!(code(&florin(&["pay", "--help"])), Some(0));
}

#[test]
fn programs_read_each_change_as_json() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let waiting = Waiting::new(&server, "pay-json", &["--json"]);
    let id = payment(&shop, "pay-json");
    shop.press(&id, GOOD).expect(200);
    let output = waiting.end();
    let lines: Vec<Value> = printed(&output)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let (first, last) = (lines.first(), lines.last());
    assert_eq!(code(&output), Some(0));
    assert_eq!(
        first.map(|line| &line["status"]),
        Some(&Value::from("awaiting"))
    );
    assert_eq!(
        last.map(|line| &line["result"]),
        Some(&Value::from("successful"))
    );
    assert!(lines.iter().all(|line| line["id"] == id.as_str()));
}

#[test]
fn what_cannot_be_asked_for_says_why() {
    let server = Start::ephemeral().start();
    let url = format!("http://{}", server.address);
    let first = ["pay", "49.00", "EUR", "--order", "pay-taken", "--no-wait"];
    let made = florin(&[&first[..], &["--url", &url]].concat());
    assert_eq!(code(&made), Some(0), "{}", complained(&made));
    // Nothing listens on port 1.
    let away = "http://127.0.0.1:1";
    let wrong_key = "sk_test_000000000000000000000000";
    for (arguments, reason) in [
        (vec!["49.00", "EUR", "--url", away], "does not answer"),
        (vec!["49,00", "EUR", "--url", &url], "write it like 49.00"),
        (
            vec!["49.001", "EUR", "--url", &url],
            "2 digits behind the point",
        ),
        (vec!["49.00", "XYZ", "--url", &url], "is no currency"),
        (vec!["50.00", "EUR", "--url", &url], "€49.00"),
        (vec!["0.01", "EUR", "--url", &url], "at least €0.50"),
        (
            vec!["49.00", "EUR", "--url", &url, "--key", wrong_key],
            "Invalid API Key",
        ),
    ] {
        // A payment of one cent is another order, so that the amount alone is wrong.
        let order = if arguments[0] == "0.01" {
            "pay-cent"
        } else {
            "pay-taken"
        };
        let asked = [&["pay"][..], &arguments[..], &["--order", order][..]].concat();
        let output = florin(&asked);
        let wrong = complained(&output);
        assert_eq!(code(&output), Some(3), "{asked:?}: {wrong}");
        assert!(
            wrong.starts_with("florin: ") && wrong.contains(reason),
            "{wrong}"
        );
        assert!(
            output.stdout.is_empty() && !wrong.contains(wrong_key),
            "{wrong}"
        );
    }
}
