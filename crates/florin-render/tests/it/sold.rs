//! Sample records of what is sold: the catalog and checkout sessions, with every optional member filled in.

use crate::samples::{NOW, hash, metadata, usd};
use florin_domain::Record;
use florin_domain::catalog::{
    Bound, Estimate, Interval, Price, Product, Recurring, ShippingRate, TaxRate,
};
use florin_domain::checkout::{
    Adjustable, CheckoutSession, Collect, Field, FieldKind, IntentTerms, Line, LineTax, PaidState,
    SessionMode, SessionStatus, ShippingOption, Totals, UiMode,
};
use florin_domain::payments::{CardOptions, FutureUsage};
use serde_json::json;

pub fn product() -> Product {
    Product {
        id: "prod_1".into(),
        created: NOW,
        updated: NOW,
        name: "Green tea".to_owned(),
        active: true,
        description: Some("In tins".to_owned()),
        images: vec!["https://shop.example/tea.png".to_owned()],
        metadata: metadata(),
        default_price: Some("price_1".into()),
        shippable: Some(true),
        statement_descriptor: Some("TEA".to_owned()),
        tax_code: Some("txcd_1".to_owned()),
        unit_label: Some("tin".to_owned()),
        url: Some("https://shop.example/tea".to_owned()),
        is_good: true,
        priced: true,
        echo: hash(json!({
            "marketing_features": [{"name": "Fresh"}],
            "package_dimensions": {"height": "1.5", "length": "2", "weight": "3", "width": "4"},
            "tax_details": {"tax_code": "txcd_1"},
        })),
        ..Product::default()
    }
}

pub fn price() -> Price {
    Price {
        id: "price_1".into(),
        created: NOW,
        product: "prod_1".into(),
        active: true,
        currency: usd(),
        unit_amount_decimal: Some("0.5".to_owned()),
        nickname: Some("standard".to_owned()),
        lookup_key: Some("monthly".to_owned()),
        tax_behavior: Some("exclusive".to_owned()),
        recurring: Some(Recurring {
            interval: Interval::Month,
            interval_count: 3,
            trial_period_days: Some(7),
        }),
        metadata: metadata(),
        ..Price::default()
    }
}

pub fn tax_rate() -> TaxRate {
    TaxRate {
        id: "txr_1".into(),
        created: NOW,
        display_name: "VAT".to_owned(),
        percentage: "8.875".to_owned(),
        inclusive: true,
        active: true,
        country: Some("DE".to_owned()),
        state: Some("BE".to_owned()),
        jurisdiction: Some("Berlin".to_owned()),
        description: Some("Usual".to_owned()),
        tax_type: Some("vat".to_owned()),
        metadata: metadata(),
        ..TaxRate::default()
    }
}

fn estimate() -> Estimate {
    let bound = |value| {
        Some(Bound {
            unit: "business_day".to_owned(),
            value,
        })
    };
    Estimate {
        minimum: bound(1),
        maximum: bound(3),
    }
}

pub fn shipping_rate() -> ShippingRate {
    ShippingRate {
        id: "shr_1".into(),
        created: NOW,
        display_name: "By mail".to_owned(),
        active: true,
        amount: 500,
        currency: usd(),
        delivery_estimate: Some(estimate()),
        tax_behavior: Some("exclusive".to_owned()),
        tax_code: Some("txcd_2".to_owned()),
        metadata: metadata(),
        ..ShippingRate::default()
    }
}

/// Two tins with a tax, of which the buyer may take up to nine.
pub fn line() -> Line {
    Line {
        id: "li_1".to_owned(),
        price: "price_1".into(),
        name: "Green tea".to_owned(),
        description: Some("In tins".to_owned()),
        image: Some("https://shop.example/tea.png".to_owned()),
        quantity: 2,
        adjustable: Some(Adjustable {
            minimum: 0,
            maximum: 9,
        }),
        taxes: vec![LineTax {
            rate: "txr_1".into(),
            percentage: "19".to_owned(),
            inclusive: false,
        }],
        metadata: metadata(),
        unit_amount: Some(4_900),
        subtotal: 9_800,
        tax: 1_862,
        total: 11_662,
        ..Line::default()
    }
}

/// A session that nobody paid yet, with what a merchant usually says.
pub fn session() -> CheckoutSession {
    CheckoutSession {
        id: "cs_test_1".into(),
        created: NOW,
        currency: Some(usd()),
        lines: vec![line()],
        totals: Totals {
            subtotal: 9_800,
            shipping: 0,
            tax: 1_862,
            total: 11_662,
        },
        success_url: Some("https://shop.example/thanks?of={CHECKOUT_SESSION_ID}".to_owned()),
        cancel_url: Some("https://shop.example/cart".to_owned()),
        expires: NOW.plus_seconds(86_400),
        metadata: metadata(),
        ..CheckoutSession::default()
    }
}

fn fields() -> Vec<Field> {
    let of = |key: &str, kind, value: &str| Field {
        key: key.to_owned(),
        label: "A question".to_owned(),
        kind,
        optional: true,
        default_value: Some("1".to_owned()),
        length: florin_domain::checkout::Bound {
            minimum: Some(1),
            maximum: Some(9),
        },
        value: Some(value.to_owned()),
        ..Field::default()
    };
    let mut size = of("size", FieldKind::Dropdown, "l");
    size.options = vec![("l".to_owned(), "Large".to_owned())];
    vec![
        size,
        of("count", FieldKind::Numeric, "2"),
        of("engraving", FieldKind::Text, "Ada"),
    ]
}

/// A session that was paid, with every member that can be filled.
pub fn paid_session() -> CheckoutSession {
    let shipping = |rate: &str, amount| ShippingOption {
        rate: rate.into(),
        name: "By mail".to_owned(),
        amount,
        estimate: Some(estimate()),
    };
    CheckoutSession {
        status: SessionStatus::Complete,
        paid: PaidState::Paid,
        totals: Totals {
            shipping: 500,
            total: 12_162,
            ..session().totals
        },
        shipping_options: vec![shipping("shr_1", 500), shipping("shr_2", 900)],
        shipping_rate: Some("shr_1".into()),
        customer: Some("cus_1".into()),
        makes_customer: true,
        email: Some("shop@example.com".to_owned()),
        buyer: hash(json!({
            "name": "Ada", "email": "ada@example.com", "phone": "1", "address": {"line1": "A 1", "country": "DE"},
        })),
        delivery: hash(json!({"name": "Ada", "address": {"line1": "B 2", "country": "FR"}})),
        intent: Some("pi_1".into()),
        types: vec!["card".to_owned()],
        reference: Some("order-42".to_owned()),
        terms: IntentTerms {
            card: CardOptions {
                request_three_d_secure: Some("any".to_owned()),
                setup_future_usage: Some(FutureUsage::OnSession),
                ..CardOptions::default()
            },
            ..IntentTerms::default()
        },
        locale: Some("de".to_owned()),
        submit_type: Some("book".to_owned()),
        collect: Collect {
            phone: true,
            billing_address: true,
            shipping_countries: vec!["DE".to_owned(), "FR".to_owned()],
            terms: true,
            offers_save: true,
            redisplay: vec!["always".to_owned()],
            fields: fields(),
        },
        agreed: true,
        echo: hash(json!({
            "branding_settings": {
                "button_color": "#123456", "display_name": "Tea", "logo": {"type": "url", "url": "https://shop.example/l.png"},
            },
            "custom_text": {"submit": {"message": "We ship tomorrow."}},
        })),
        ..session()
    }
}

/// A session that saves a card.
pub fn setup_session() -> CheckoutSession {
    CheckoutSession {
        id: "cs_test_2".into(),
        mode: SessionMode::Setup,
        status: SessionStatus::Complete,
        paid: PaidState::NotRequired,
        currency: None,
        lines: Vec::new(),
        totals: Totals::default(),
        setup: Some("seti_1".into()),
        ..session()
    }
}

/// A session in a frame of the shop's own page.
pub fn embedded_session() -> CheckoutSession {
    CheckoutSession {
        id: "cs_test_3".into(),
        ui: UiMode::EmbeddedPage,
        success_url: None,
        cancel_url: None,
        return_url: Some("https://shop.example/return".to_owned()),
        secret: Some("s3cr3t".to_owned()),
        ..session()
    }
}

/// Every record of what is sold, plain and full.
pub fn records() -> Vec<Record> {
    let bare = Product {
        id: "prod_2".into(),
        ..Product::default()
    };
    let whole = Price {
        id: "price_2".into(),
        currency: usd(),
        unit_amount: Some(500),
        ..Price::default()
    };
    let untaxed = TaxRate {
        id: "txr_2".into(),
        percentage: "0".to_owned(),
        ..TaxRate::default()
    };
    let free = ShippingRate {
        id: "shr_2".into(),
        currency: usd(),
        ..ShippingRate::default()
    };
    let expired = CheckoutSession {
        status: SessionStatus::Expired,
        ..session()
    };
    vec![
        product().into(),
        bare.into(),
        price().into(),
        whole.into(),
        tax_rate().into(),
        untaxed.into(),
        shipping_rate().into(),
        free.into(),
        session().into(),
        paid_session().into(),
        setup_session().into(),
        embedded_session().into(),
        expired.into(),
    ]
}
