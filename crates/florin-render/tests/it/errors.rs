//! Refusals and declines as errors of the wire.

use crate::samples::{self, VIEW, usd};
use crate::shown::render_record;
use florin_base::Asset;
use florin_domain::payments::IntentStatus;
use florin_domain::{Kind, Refusal};
use florin_render::{Around, render_decline, render_refusal};
use serde_json::json;

#[test]
fn what_is_missing_is_named_as_the_wire_names_it() {
    let cases = [
        (Kind::Customer, "No such customer: 'x_1'"),
        (Kind::PaymentIntent, "No such payment_intent: 'x_1'"),
        (Kind::Charge, "No such charge: 'x_1'"),
        (Kind::PaymentMethod, "No such PaymentMethod: 'x_1'"),
        (Kind::SetupIntent, "No such setupintent: 'x_1'"),
        (Kind::Refund, "No such refund: 'x_1'"),
        (Kind::Token, "No such token: 'x_1'"),
        (Kind::Event, "No such event: 'x_1'"),
        (Kind::Dispute, "No such dispute: 'x_1'"),
        (
            Kind::EarlyFraudWarning,
            "No such radar.early_fraud_warning: 'x_1'",
        ),
        (Kind::WebhookEndpoint, "No such webhook endpoint: 'x_1'"),
        (Kind::Product, "No such product: 'x_1'"),
        (Kind::Price, "No such price: 'x_1'"),
        (Kind::TaxRate, "No such tax rate: 'x_1'"),
        (Kind::ShippingRate, "No such shipping rate: 'x_1'"),
        (Kind::CheckoutSession, "No such checkout.session: 'x_1'"),
    ];
    for (kind, message) in cases {
        let error = render_refusal(&Refusal::missing(kind, "x_1", "intent"), &VIEW);
        assert_eq!((error.status, error.message.as_str()), (404, message));
        assert_eq!(
            (error.code.as_deref(), error.param.as_deref()),
            (Some("resource_missing"), Some("intent"))
        );
        let error = render_refusal(&Refusal::missing_in_body(kind, "x_1", "customer"), &VIEW);
        assert_eq!(
            (error.status, error.param.as_deref()),
            (400, Some("customer"))
        );
    }
}

#[test]
fn each_refusal_has_its_code() {
    let chf = Asset::parse("chf").expect("a currency");
    let cases = [
        (
            Refusal::AmountTooSmall {
                minimum: 50,
                currency: usd(),
            },
            "amount_too_small",
            "Amount must be at least $0.50 usd",
        ),
        (
            Refusal::AmountTooSmall {
                minimum: 50,
                currency: chf,
            },
            "amount_too_small",
            "Amount must be at least 0.50 CHF",
        ),
        (
            Refusal::AmountTooLarge {
                maximum: 99_999_999,
                currency: usd(),
            },
            "amount_too_large",
            "Amount must be no more than $999,999.99 usd",
        ),
        (
            Refusal::plain(Some("charge_disputed"), "No."),
            "charge_disputed",
            "No.",
        ),
    ];
    for (refusal, code, message) in cases {
        let error = render_refusal(&refusal, &VIEW);
        assert_eq!(
            (error.status, error.code.as_deref(), error.message.as_str()),
            (400, Some(code), message)
        );
    }
    let plain = render_refusal(&Refusal::invalid("amount", "Too much."), &VIEW);
    assert_eq!(
        (plain.code.as_deref(), plain.param.as_deref()),
        (None, Some("amount"))
    );
}

#[test]
fn a_wrong_state_carries_the_whole_intent() {
    let mut intent = samples::full_intent();
    intent.status = IntentStatus::Canceled;
    let error = render_refusal(&intent.state_refusal("It is over."), &VIEW);
    assert_eq!(
        (error.status, error.code.as_deref()),
        (400, Some("payment_intent_unexpected_state"))
    );
    assert_eq!(
        error.fields["payment_intent"],
        render_record(&intent.into(), &VIEW)
    );
    let setup = samples::setup();
    let error = render_refusal(&setup.state_refusal("It is over."), &VIEW);
    assert_eq!(error.code.as_deref(), Some("setup_intent_unexpected_state"));
    assert_eq!(
        error.fields["setup_intent"],
        render_record(&setup.into(), &VIEW)
    );
}

#[test]
fn a_busy_object_asks_for_another_try() {
    let error = render_refusal(&Refusal::Busy, &VIEW);
    assert_eq!(
        (error.status, error.code.as_deref(), error.retry),
        (429, Some("lock_timeout"), Some(true))
    );
    assert_eq!(error.retry_after_s, Some(1));
    assert_eq!(
        error.body(VIEW.base_url, "req_1")["error"]["type"],
        "invalid_request_error"
    );
}

#[test]
fn live_mode_says_what_to_do() {
    let error = render_refusal(&Refusal::NoProcessor, &VIEW);
    assert_eq!(error.status, 400);
    assert!(error.message.contains("live mode") && error.message.contains("sk_test_"));
}

#[test]
fn a_decline_carries_what_stands_around_it() {
    let (intent, method) = (samples::intent(), samples::method());
    let around = Around {
        intent: Some(&intent),
        method: Some(&method),
        charge: Some("ch_1"),
        ..Around::default()
    };
    let error = render_decline(&samples::decline(), &around, &VIEW);
    let body = &error.body(VIEW.base_url, "")["error"];
    assert_eq!(error.status, 402);
    assert_eq!(
        (&body["type"], &body["code"], &body["param"]),
        (
            &json!("card_error"),
            &json!("card_declined"),
            &json!("number")
        )
    );
    assert_eq!(
        (&body["decline_code"], &body["advice_code"]),
        (&json!("insufficient_funds"), &json!("try_again_later"))
    );
    assert_eq!(
        (&body["network_decline_code"], &body["network_advice_code"]),
        (&json!("51"), &json!("02"))
    );
    assert_eq!(
        (&body["charge"], &body["payment_method_type"]),
        (&json!("ch_1"), &json!("card"))
    );
    assert_eq!(body["payment_intent"], render_record(&intent.into(), &VIEW));
    assert_eq!(body["payment_method"], render_record(&method.into(), &VIEW));
    assert!(body.get("setup_intent").is_none());
}

#[test]
fn a_card_refused_before_any_charge_is_a_decline_too() {
    let error = render_refusal(&Refusal::Card(Box::new(samples::decline())), &VIEW);
    assert_eq!(
        (error.status, error.code.as_deref()),
        (402, Some("card_declined"))
    );
    assert!(
        !error.fields.contains_key("charge") && !error.fields.contains_key("payment_method_type")
    );
    let setup = samples::setup();
    let around = Around {
        setup: Some(&setup),
        ..Around::default()
    };
    let error = render_decline(&samples::decline(), &around, &VIEW);
    assert_eq!(error.fields["setup_intent"]["id"], "seti_1");
}
