//! Sample records, one constructor per noun, with every optional member filled in.

use florin_base::{Asset, Timestamp};
use florin_domain::Record;
use florin_domain::accounts::Account;
use florin_domain::cards::{CardDetails, CardSource, Check, Checks};
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::payments::{
    AutomaticMethods, CaptureMethod, CardOptions, Charge, ChargeStatus, Dispute, EarlyFraudWarning,
    FutureUsage, IntentStatus, Metadata, PaymentError, PaymentIntent, PaymentMethod, Refund,
    RefundStatus, SetupIntent, SetupStatus, Token,
};
use florin_domain::processor::{Authentication, Decline, Risk};
use florin_domain::webhooks::WebhookEndpoint;
use florin_render::View;
use serde_json::{Map, Value, json};

pub const VIEW: View<'static> = View {
    base_url: "http://127.0.0.1:8484",
    account: "acct_1",
    live: false,
    seal: &|told| format!("sealed{}", told.len()),
};
pub const NOW: Timestamp = Timestamp(1_800_000_000);

pub fn usd() -> Asset {
    Asset::parse("usd").expect("a currency")
}

pub fn hash(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("not a hash: {other}"),
    }
}

pub fn metadata() -> Metadata {
    Metadata::from([
        ("order".to_owned(), "42".to_owned()),
        ("object".to_owned(), "mine".to_owned()),
    ])
}

pub fn card() -> CardDetails {
    CardDetails {
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        exp_month: 8,
        exp_year: 2031,
        funding: "credit".to_owned(),
        country: Some("US".to_owned()),
        networks: vec!["visa".to_owned()],
        preferred: None,
        fingerprint: "f1nGerPr1nt00001".to_owned(),
    }
}

pub fn billing() -> Map<String, Value> {
    hash(
        json!({"name": "Ada", "email": "ada@example.com", "address": {"line1": "A 1", "postal_code": "10115"}}),
    )
}

pub fn decline() -> Decline {
    Decline {
        code: "card_declined".to_owned(),
        decline_code: Some("insufficient_funds".to_owned()),
        advice_code: Some("try_again_later".to_owned()),
        network_decline_code: Some("51".to_owned()),
        network_advice_code: Some("02".to_owned()),
        param: Some("number".to_owned()),
        message: "Your card has insufficient funds.".to_owned(),
        ..Decline::default()
    }
}

pub fn method() -> PaymentMethod {
    PaymentMethod {
        id: "pm_1".into(),
        created: NOW,
        customer: Some("cus_1".into()),
        card: card(),
        source: CardSource::Published("visa".to_owned()),
        billing: billing(),
        metadata: metadata(),
        checks: Checks {
            cvc: Check::Pass,
            line1: Check::Fail,
            ..Checks::default()
        },
        ..PaymentMethod::default()
    }
}

pub fn intent() -> PaymentIntent {
    PaymentIntent {
        id: "pi_1".into(),
        created: NOW,
        amount: 2500,
        currency: usd(),
        capture_method: CaptureMethod::AutomaticAsync,
        types: vec!["card".to_owned()],
        automatic: Some(AutomaticMethods::default()),
        secret: "s3cr3t".to_owned(),
        metadata: metadata(),
        ..PaymentIntent::default()
    }
}

/// An intent with every member that can be filled.
pub fn full_intent() -> PaymentIntent {
    PaymentIntent {
        status: IntentStatus::RequiresAction,
        automatic: None,
        customer: Some("cus_1".into()),
        payment_method: Some("pm_1".into()),
        description: Some("Order 42".to_owned()),
        setup_future_usage: Some(FutureUsage::OffSession),
        latest_charge: Some("ch_1".into()),
        challenge: Some("ch_2".to_owned()),
        return_url: Some("https://shop.example/return".to_owned()),
        last_error: Some(PaymentError::of(
            decline(),
            Some("ch_1".into()),
            Some(&method()),
        )),
        canceled_at: Some(NOW),
        cancellation_reason: Some("abandoned".to_owned()),
        card: full_options(),
        echo: full_echo(),
        ..intent()
    }
}

fn full_options() -> CardOptions {
    CardOptions {
        capture_manual: true,
        request_three_d_secure: Some("any".to_owned()),
        incremental: true,
        multicapture: true,
        overcapture: true,
        extended: true,
        setup_future_usage: Some(FutureUsage::OnSession),
        never_saved: false,
        network: Some("visa".to_owned()),
        moto: true,
    }
}

fn full_echo() -> Map<String, Value> {
    hash(json!({
        "amount_details": {
            "discount_amount": 5, "enforce_arithmetic_validation": true, "shipping": {"amount": 7},
            "tax": {"total_tax_amount": 9},
            "line_items": [{"product_name": "Tea", "quantity": 2, "unit_cost": 300, "tax": {"total_tax_amount": 1}}],
        },
        "payment_details": {"order_reference": "o-42"},
        "payment_method_options": {"card": {"statement_descriptor_suffix_kana": "カナ"}},
        "radar_options": {"session": "rse_1", "referrer": "x"},
        "receipt_email": "ada@example.com",
        "shipping": {"name": "Ada", "address": {"line1": "A 1"}, "phone": null},
        "statement_descriptor": "FLORIN",
        "statement_descriptor_suffix": "TEA",
        "transfer_group": "g",
    }))
}

pub fn charge() -> Charge {
    Charge {
        id: "ch_1".into(),
        created: NOW,
        amount: 2500,
        amount_captured: 2500,
        currency: usd(),
        captured: true,
        payment_intent: Some("pi_1".into()),
        customer: Some("cus_1".into()),
        payment_method: Some("pm_1".into()),
        card: card(),
        billing: billing(),
        metadata: metadata(),
        authorization_code: Some("481516".to_owned()),
        network_transaction_id: Some("482015960323571".to_owned()),
        transaction: Some("txn_1".to_owned()),
        echo: full_echo(),
        ..Charge::default()
    }
}

/// An authorization with everything granted and authenticated.
pub fn open_charge() -> Charge {
    let mut charge = Charge {
        captured: false,
        amount_captured: 0,
        open: true,
        transaction: None,
        risk: Risk::Elevated,
        capture_before: Some(NOW),
        authentication: Some(Authentication {
            result: "authenticated".to_owned(),
            flow: Some("challenge".to_owned()),
            version: "2.2.0".to_owned(),
        }),
        ..charge()
    };
    charge.granted.incremental = true;
    charge.granted.multicapture = true;
    charge.granted.overcapture = true;
    charge.granted.extended = true;
    charge.granted.moto = true;
    charge
}

pub fn failed_charge() -> Charge {
    Charge {
        status: ChargeStatus::Failed,
        captured: false,
        amount_captured: 0,
        transaction: None,
        decline: Some(decline()),
        ..charge()
    }
}

pub fn setup() -> SetupIntent {
    SetupIntent {
        id: "seti_1".into(),
        created: NOW,
        status: SetupStatus::RequiresAction,
        customer: Some("cus_1".into()),
        payment_method: Some("pm_1".into()),
        types: vec!["card".to_owned()],
        secret: "s3cr3t".to_owned(),
        metadata: metadata(),
        last_error: Some(PaymentError::of(decline(), None, Some(&method()))),
        challenge: Some("vrf_1".to_owned()),
        cancellation_reason: Some("abandoned".to_owned()),
        ..SetupIntent::default()
    }
}

pub fn refund() -> Refund {
    Refund {
        id: "re_1".into(),
        created: NOW,
        amount: 600,
        currency: usd(),
        status: RefundStatus::Failed,
        charge: "ch_1".into(),
        payment_intent: Some("pi_1".into()),
        customer: Some("cus_1".into()),
        payment_method: Some("pm_1".into()),
        reason: Some("duplicate".to_owned()),
        failure_reason: Some("expired_or_canceled_card".to_owned()),
        metadata: metadata(),
        transaction: Some("txn_2".to_owned()),
        failure_transaction: Some("txn_3".to_owned()),
        echo: hash(json!({"instructions_email": "ada@example.com"})),
        ..Refund::default()
    }
}

pub fn dispute() -> Dispute {
    Dispute {
        id: "dp_1".into(),
        created: NOW,
        amount: 2500,
        currency: usd(),
        charge: "ch_1".into(),
        payment_intent: Some("pi_1".into()),
        reason: "fraudulent".to_owned(),
        network_reason_code: Some("10.4".to_owned()),
        transaction: Some("txn_4".to_owned()),
        due_by: NOW.plus_seconds(100),
        brand: "visa".to_owned(),
        metadata: metadata(),
        ..Dispute::default()
    }
}

pub fn fraud_warning() -> EarlyFraudWarning {
    EarlyFraudWarning {
        id: "issfr_1".into(),
        created: NOW,
        actionable: true,
        charge: "ch_1".into(),
        payment_intent: Some("pi_1".into()),
        fraud_type: "misc".to_owned(),
        ..EarlyFraudWarning::default()
    }
}

pub fn transaction(movement: Movement) -> Transaction {
    Transaction {
        id: "txn_1".to_owned(),
        movement,
        source: "ch_1".to_owned(),
        asset: usd(),
        created: NOW,
        available_on: NOW.plus_seconds(10),
        description: Some("Order 42".to_owned()),
        entries: vec![
            (LedgerAccount::Receivable, 2500),
            (LedgerAccount::Available, -2412),
            (LedgerAccount::FeesRevenue, -88),
        ],
    }
}

pub fn customer() -> Customer {
    Customer {
        id: "cus_1".into(),
        created: NOW,
        email: Some("ada@example.com".to_owned()),
        name: Some("Ada".to_owned()),
        metadata: metadata(),
        default_payment_method: Some("pm_1".into()),
        default_source: Some("pm_2".into()),
        echo: hash(json!({
            "address": {"city": "Berlin"}, "business_name": "Engines", "individual_name": "Ada L", "phone": "1",
            "invoice_settings": {
                "custom_fields": [{"name": "a", "value": "b"}], "footer": "f",
                "rendering_options": {"amount_tax_display": "exclude_tax"},
            },
            "preferred_locales": ["de"], "shipping": {"name": "Ada", "address": {"city": "Berlin"}},
            "tax": {"ip_address": "::1"}, "tax_exempt": "exempt", "next_invoice_sequence": 7,
        })),
        ..Customer::default()
    }
}

pub fn token() -> Token {
    Token {
        id: "tok_1".into(),
        created: NOW,
        card: card(),
        billing: billing(),
        cvc_given: true,
        client_ip: Some("203.0.113.7".to_owned()),
        ..Token::default()
    }
}

pub fn endpoint() -> WebhookEndpoint {
    WebhookEndpoint {
        id: "we_1".into(),
        created: NOW,
        url: "https://shop.example/hooks".to_owned(),
        enabled_events: vec!["*".to_owned()],
        metadata: metadata(),
        ..WebhookEndpoint::default()
    }
}

pub fn account() -> Account {
    Account {
        id: "acct_1".into(),
        created: NOW,
        name: "Florin Shop".to_owned(),
        country: "DE".to_owned(),
        default_currency: usd(),
        ..Account::default()
    }
}

/// Every record that the API shows, plain and full.
pub fn records() -> Vec<Record> {
    let mut all = of_payments();
    all.extend(crate::sold::records());
    all
}

fn of_payments() -> Vec<Record> {
    let pending = Charge {
        status: ChargeStatus::Pending,
        ..charge()
    };
    vec![
        intent().into(),
        full_intent().into(),
        charge().into(),
        open_charge().into(),
        failed_charge().into(),
        pending.into(),
        Charge {
            voided: true,
            ..open_charge()
        }
        .into(),
        setup().into(),
        SetupIntent {
            id: "seti_2".into(),
            automatic: Some(AutomaticMethods::default()),
            ..SetupIntent::default()
        }
        .into(),
        refund().into(),
        Refund {
            id: "re_2".into(),
            ..Refund::default()
        }
        .into(),
        method().into(),
        PaymentMethod {
            id: "pm_2".into(),
            card: card(),
            ..PaymentMethod::default()
        }
        .into(),
        token().into(),
        customer().into(),
        Customer {
            id: "cus_2".into(),
            ..Customer::default()
        }
        .into(),
        dispute().into(),
        Dispute {
            inquiry: true,
            ..dispute()
        }
        .into(),
        fraud_warning().into(),
        EarlyFraudWarning {
            payment_intent: None,
            ..fraud_warning()
        }
        .into(),
        endpoint().into(),
        account().into(),
    ]
}
