//! Requests of several versions against one server: what they send, what they are told, and what they see.
//!
//! Deliberately absent: the shapes of the versions, which have golden pairs of their own.

use crate::http::Answer;
use crate::server::Start;
use crate::shop::Shop;
use serde_json::{Value, json};

const ENDIVE: &str = "2026-10-28.endive";
const CLOVER: &str = "2026-02-25.clover";
const ACACIA: &str = "2025-02-24.acacia";
const BASIL: &str = "2025-03-31.basil";

fn post(shop: &Shop, version: &str, path: &str, form: &str) -> Answer {
    let ask = shop.ask("POST", path).header("Stripe-Version", version);
    shop.send(&ask.body("application/x-www-form-urlencoded", form.as_bytes()))
}

fn get(shop: &Shop, version: &str, path: &str) -> Value {
    let ask = shop.ask("GET", path).header("Stripe-Version", version);
    shop.send(&ask).expect(200).json()
}

/// An error names the parameter that was sent, whoever raises it: the table, the reading, or the decision.
#[test]
fn an_error_names_what_was_sent() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let setup = shop.made("/v1/setup_intents", &[("usage", "on_session")]);
    let (intents, setup) = ("/v1/payment_intents", format!("/v1/setup_intents/{setup}"));
    let (new, old) = ("allowed_payment_method_types", "payment_method_types");
    let both = "automatic_payment_methods[enabled]=true";
    // (version, path, sent, parameter in the error)
    let cases = [
        (ENDIVE, intents, format!("{new}[]=klarna"), new.to_owned()),
        (ENDIVE, intents, format!("{old}[]=klarna"), old.to_owned()),
        (CLOVER, intents, format!("{old}[]=klarna"), old.to_owned()),
        (
            ENDIVE,
            intents,
            format!("{both}&{new}[]=card"),
            new.to_owned(),
        ),
        (
            CLOVER,
            intents,
            format!("{both}&{old}[]=card"),
            old.to_owned(),
        ),
        (
            CLOVER,
            intents,
            format!("{old}[0][a]=b"),
            format!("{old}[0]"),
        ),
        (
            ENDIVE,
            intents,
            format!("{new}[0][a]=b"),
            format!("{new}[0]"),
        ),
        (
            CLOVER,
            setup.as_str(),
            format!("{old}[]=sepa_debit"),
            old.to_owned(),
        ),
        (
            ENDIVE,
            setup.as_str(),
            format!("{new}[]=sepa_debit"),
            new.to_owned(),
        ),
    ];
    for (version, path, sent, param) in cases {
        let form = match path == intents {
            true => format!("amount=500&currency=usd&{sent}"),
            false => sent,
        };
        let error = post(&shop, version, path, &form).expect(400);
        assert_eq!(error.at("/error/param"), param, "{version} {form}");
        let speaks_new = error.at("/error/message").contains(new);
        assert!(
            !speaks_new || param.starts_with(new),
            "{version} {form}: {}",
            error.text()
        );
    }
}

/// Since 2025-03-31.basil a cancelled authorization is no refund; an older client still sees one.
#[test]
fn a_released_authorization_was_a_refund_once() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let hold =
        "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true&capture_method=manual";
    let hold = format!("{hold}&allowed_payment_method_types[]=card");
    // (what happens to the hold, newest: refunded and how much, acacia: the same)
    let cases = [
        ("cancel", "", (false, 0), (true, 2000)),
        (
            "capture",
            "amount_to_capture=1500",
            (false, 0),
            (false, 500),
        ),
        ("", "", (false, 0), (false, 0)),
    ];
    for (then, form, newest, older) in cases {
        let intent = shop.make("/v1/payment_intents", &hold);
        if !then.is_empty() {
            let path = format!("/v1/payment_intents/{intent}/{then}");
            post(&shop, ENDIVE, &path, form).expect(200);
        }
        let path = format!("/v1/payment_intents/{intent}?expand[]=latest_charge");
        for (version, (refunded, amount)) in [(ENDIVE, newest), (BASIL, newest), (ACACIA, older)] {
            let charge = &get(&shop, version, &path)["latest_charge"];
            let said = (&charge["refunded"], &charge["amount_refunded"]);
            assert_eq!(said, (&json!(refunded), &json!(amount)), "{version} {then}");
        }
    }
}

/// What is under an owner is named after its own part of the path, and so is an owner that does not exist.
#[test]
fn a_missing_owner_is_named_and_not_what_it_owns() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let customer = shop.made("/v1/customers", &[("name", "Ada")]);
    shop.pay();
    let charge = shop.ids("/v1/charges").remove(0);
    for (path, param) in [
        (
            "/v1/customers/cus_none/payment_methods/pm_none".to_owned(),
            "customer",
        ),
        (
            format!("/v1/customers/{customer}/payment_methods/pm_none"),
            "payment_method",
        ),
        ("/v1/charges/ch_none/refunds/re_none".to_owned(), "charge"),
        (format!("/v1/charges/{charge}/refunds/re_none"), "refund"),
    ] {
        assert_eq!(
            shop.get(&path).expect(404).at("/error/param"),
            param,
            "{path}"
        );
    }
}
