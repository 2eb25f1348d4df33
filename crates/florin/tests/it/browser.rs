//! What a buyer's browser can do with a publishable key and a client secret, and what it cannot.
//!
//! Deliberately absent: the whole list of parameters, which the unit tests of the API go through.

use crate::http::Answer;
use crate::server::{PUBLISHABLE_KEY, Server, Start};
use crate::shop::Shop;

const INTENTS: &str = "/v1/payment_intents";

/// A merchant, the merchant's page in a browser, and an intent that waits for the buyer.
struct Checkout {
    shop: Shop,
    page: Shop,
    id: String,
    secret: String,
    _server: Server,
}

impl Checkout {
    fn new(fields: &[(&str, &str)]) -> Checkout {
        let server = Start::ephemeral().start();
        let shop = server.shop();
        let all = [&[("amount", "2000"), ("currency", "usd")], fields].concat();
        let intent = shop.post(INTENTS, &all).expect(200);
        Checkout {
            page: Shop::new(server.address, PUBLISHABLE_KEY),
            id: intent.at("/id"),
            secret: intent.at("/client_secret"),
            shop,
            _server: server,
        }
    }

    fn confirm(&self, fields: &[(&str, &str)]) -> Answer {
        let own = [
            ("client_secret", self.secret.as_str()),
            ("payment_method", "pm_card_visa"),
        ];
        let path = format!("{INTENTS}/{}/confirm", self.id);
        self.page.post(&path, &[&own, fields].concat())
    }

    fn read(&self, expand: &str) -> Answer {
        let path = format!("{INTENTS}/{}?client_secret={}", self.id, self.secret);
        self.page.get(&format!("{path}&expand%5B%5D={expand}"))
    }
}

#[test]
fn a_buyer_cannot_change_the_terms_of_the_merchant() {
    let checkout = Checkout::new(&[
        ("capture_method", "manual"),
        (
            "payment_method_options[card][request_three_d_secure]",
            "challenge",
        ),
    ]);
    for (param, value) in [
        ("capture_method", "automatic"),
        ("error_on_requires_action", "true"),
        ("off_session", "true"),
        ("payment_method_options[card][moto]", "true"),
        ("payment_method_options[card][capture_method]", "manual"),
        (
            "payment_method_options[card][request_three_d_secure]",
            "automatic",
        ),
    ] {
        let refused = checkout.confirm(&[(param, value)]).expect(400);
        assert_eq!(refused.at("/error/param"), param);
        assert!(refused.at("/error/message").contains("secret API key"));
    }
    let paid = checkout
        .confirm(&[
            ("return_url", "https://shop.example/back"),
            ("payment_method_options[card][network]", "visa"),
            ("receipt_email", "buyer@example.com"),
        ])
        .expect(200);
    assert_eq!(paid.at("/status"), "requires_capture");
    assert_eq!(paid.at("/capture_method"), "manual");
    let options = paid.json()["payment_method_options"]["card"].clone();
    assert_eq!(options["request_three_d_secure"], "challenge");
    assert_eq!(options["network"], "visa");
}

#[test]
fn a_refusal_names_the_parameter_as_the_version_does() {
    let checkout = Checkout::new(&[]);
    let path = format!("{INTENTS}/{}/confirm", checkout.id);
    let ask = checkout
        .page
        .ask("POST", &path)
        .header("Stripe-Version", "2024-04-10")
        .form(&[
            ("client_secret", &checkout.secret),
            ("payment_method", "pm_card_visa"),
            ("payment_method_types[]", "card"),
        ]);
    let refused = checkout.page.send(&ask).expect(400);
    assert_eq!(refused.at("/error/param"), "payment_method_types");
}

#[test]
fn a_buyer_can_only_widen_what_the_card_is_saved_for() {
    for (chosen, wanted, status) in [
        (None, "on_session", 200),
        (None, "off_session", 200),
        (Some("on_session"), "off_session", 200),
        (Some("on_session"), "on_session", 200),
        (Some("off_session"), "on_session", 400),
        (Some("off_session"), "", 400),
    ] {
        let fields: Vec<_> = chosen
            .map(|chosen| ("setup_future_usage", chosen))
            .into_iter()
            .collect();
        let checkout = Checkout::new(&fields);
        let answer = checkout.confirm(&[("setup_future_usage", wanted)]);
        let answer = answer.expect(status);
        if status == 400 {
            assert_eq!(answer.at("/error/param"), "setup_future_usage");
        }
    }
}

#[test]
fn a_buyer_does_not_see_what_is_the_merchants() {
    let checkout = Checkout::new(&[]);
    for member in [
        "customer",
        "customer.sources",
        "latest_charge",
        "latest_charge.balance_transaction",
        "payment_method.customer",
    ] {
        let refused = checkout.read(member).expect(400);
        assert_eq!(refused.at("/error/param"), "expand[0]", "{member}");
        let refused = checkout.confirm(&[("expand[]", member)]).expect(400);
        assert_eq!(refused.at("/error/param"), "expand[0]", "{member}");
    }
    let paid = checkout
        .confirm(&[("expand[]", "payment_method")])
        .expect(200);
    assert_eq!(paid.at("/status"), "succeeded");
    assert_eq!(paid.at("/payment_method/card/last4"), "4242");
    let read = checkout.read("payment_method").expect(200);
    assert_eq!(read.at("/payment_method/card/last4"), "4242");
    let path = format!("{INTENTS}/{}?expand%5B%5D=latest_charge", checkout.id);
    let own = checkout.shop.get(&path).expect(200);
    assert_eq!(own.at("/latest_charge/object"), "charge");
}
