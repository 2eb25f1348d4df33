//! Receipts: what a buyer sees of a payment, in both ways of writing it down.

use crate::samples::{self, VIEW};
use crate::sold;
use florin_base::Timestamp;
use florin_domain::accounts::Account;
use florin_domain::payments::{Charge, ChargeStatus, Refund};
use florin_render::View;
use florin_render::receipt::{ReceiptFacts, Sheet, TEXTS, number, receipt_url};
use florin_render::texts::Texts;

fn facts(charge: Charge) -> ReceiptFacts {
    ReceiptFacts {
        account: Account {
            email: Some("shop@tea.example".to_owned()),
            ..samples::account()
        },
        charge,
        session: None,
        paid_at: Timestamp(samples::NOW.0 + 2 * 86_400),
        number: "1234-0678".to_owned(),
        refund: None,
        simulated: true,
    }
}

fn sheet(facts: &ReceiptFacts, language: &str) -> Sheet {
    Sheet::of(facts, Texts::chosen(&TEXTS, language, ""))
}

#[test]
fn every_language_has_every_text() {
    let english = TEXTS["en"].as_object().expect("texts");
    assert_eq!(TEXTS.len(), 8);
    for (language, words) in TEXTS.iter() {
        let words = words.as_object().expect("texts");
        assert!(words.keys().eq(english.keys()), "{language}");
        for (key, text) in english {
            let names = |text: &str| {
                let mut names: Vec<String> = text
                    .split('{')
                    .skip(1)
                    .map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
                    .collect();
                names.sort();
                names
            };
            let said = words[key].as_str().expect("a text");
            assert_eq!(
                names(said),
                names(text.as_str().expect("a text")),
                "{language} {key}"
            );
        }
    }
}

#[test]
fn only_money_that_was_taken_has_a_receipt() {
    let url = receipt_url(&samples::charge(), &VIEW).expect("a receipt");
    assert!(
        url.starts_with("http://127.0.0.1:8484/receipts/acct_1/test/ch_1/sealed"),
        "{url}"
    );
    for without in [
        Charge {
            amount_captured: 0,
            ..samples::charge()
        },
        Charge {
            status: ChargeStatus::Failed,
            ..samples::charge()
        },
        samples::open_charge(),
    ] {
        assert_eq!(receipt_url(&without, &VIEW), None);
    }
}

#[test]
fn a_receipt_tells_what_was_paid_and_hides_what_is_the_merchants() {
    let paid = facts(samples::charge());
    let page = sheet(&paid, "en").page(None);
    let text = sheet(&paid, "en").text("http://127.0.0.1:8484/receipts/x");
    for told in [
        "$25.00",
        "Visa ending in 4242",
        "2027-01-17",
        "ch_1",
        "shop@tea.example",
        "No money moved",
    ] {
        assert!(page.contains(told), "{told}: {page}");
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(text.contains("http://127.0.0.1:8484/receipts/x"), "{text}");
    for hidden in [
        "cus_1",
        "\"mine\"",
        "481516",
        "fingerprint",
        "<script",
        "pm_1",
        "Refunded",
    ] {
        assert!(!page.contains(hidden), "{hidden}");
    }
}

#[test]
fn what_came_back_is_told() {
    let charge = Charge {
        amount_refunded: 1000,
        ..samples::charge()
    };
    let text = sheet(&facts(charge), "de").text("x");
    for told in [
        "Erstattet: -$10.00",
        "Nach Erstattung bezahlt: $15.00",
        "Gesamt: $25.00",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn a_refund_has_a_receipt_of_its_own() {
    let back = ReceiptFacts {
        refund: Some(Refund {
            amount: 1000,
            created: Timestamp(samples::NOW.0 + 9 * 86_400),
            ..samples::refund()
        }),
        ..facts(samples::charge())
    };
    let text = sheet(&back, "en").text("https://pay.example/receipts/x");
    for told in [
        "Refund from ",
        "Amount refunded: $10.00",
        "Receipt number: 1234-0678",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let date = back
        .refund
        .as_ref()
        .map(|refund| refund.created.day().iso());
    assert!(
        text.contains(&format!("Date: {}", date.unwrap_or_default())),
        "{text}"
    );
}

#[test]
fn a_number_follows_from_what_it_is_for() {
    let seal = |place: &str| {
        let halves = place.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
        halves.rev().map(|half| char::from(b'a' + half)).collect()
    };
    let view = View {
        seal: &seal,
        ..VIEW
    };
    let one = number("ch_1", &view);
    assert_eq!(one, number("ch_1", &view));
    assert_ne!(one, number("ch_2", &view));
    let digits = one.split('-').map(|part| part.len()).collect::<Vec<_>>();
    assert!(
        digits == [4, 4] && one.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
        "{one}"
    );
}

#[test]
fn an_order_stands_on_its_receipt() {
    let order = ReceiptFacts {
        session: Some(sold::paid_session()),
        ..facts(samples::charge())
    };
    let page = sheet(&order, "en").page(Some("https://pay.example/receipts/x"));
    for told in [
        "<h2>Order</h2>",
        "Subtotal",
        "Shipping",
        "href=\"https://pay.example/receipts/x\"",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
}

#[test]
fn names_are_escaped_and_keep_their_direction() {
    let mut named = facts(samples::charge());
    named.account.name = "<b>Tea</b> & \"Co\"".to_owned();
    named.charge.description = Some("<script>alert(1)</script>".to_owned());
    let page = sheet(&named, "ar").page(None);
    assert!(
        page.contains("dir=rtl") && page.contains("lang=ar"),
        "{page}"
    );
    assert!(page.contains("\u{2068}&lt;b&gt;Tea&lt;/b&gt;"), "{page}");
    assert!(page.contains("\u{2066}$25.00\u{2069}"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    let title = page
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next())
        .unwrap_or_default();
    assert!(
        !title.contains(['\u{2066}', '\u{2068}', '\u{2069}']),
        "{title}"
    );
}
