//! Checkout sessions: what the object and the page show, in which words older versions speak, and what requests mean.

use crate::samples::{self, VIEW, usd};
use crate::shown::render_record;
use crate::sold;
use florin_base::Timestamp;
use florin_domain::checkout::{
    Adjustable, Bound, CheckoutSession, FieldKind, NewSession, PaidState, SessionMode,
    SessionStatus, UiMode,
};
use florin_domain::payments::{
    CaptureMethod, FutureUsage, IntentStatus, PaymentError, PaymentIntent, SetupIntent, SetupStatus,
};
use florin_domain::processor::Decline;
use florin_domain::{Kind, Record};
use florin_render::expand::{ExpandPlan, Target};
use florin_render::{PageFacts, page_waits, parse, render_page, render_session_line};
use florin_wire::versions::{ApiVersion, NEWEST, walk_back};
use florin_wire::{Params, Table, WireError, parse_form};
use serde_json::{Value, json};

fn shown(record: impl Into<Record>) -> Value {
    render_record(&record.into(), &VIEW)
}

#[test]
fn an_open_session_has_a_page_and_sums() {
    let open = shown(sold::session());
    assert_eq!(open["url"], "http://127.0.0.1:8484/c/pay/cs_test_1");
    assert_eq!(
        (&open["amount_subtotal"], &open["amount_total"]),
        (&json!(9_800), &json!(11_662))
    );
    assert_eq!(
        open["total_details"],
        json!({"amount_discount": 0, "amount_shipping": 0, "amount_tax": 1_862})
    );
    for (member, value) in [
        ("status", json!("open")),
        ("payment_status", json!("unpaid")),
        ("ui_mode", json!("hosted_page")),
        ("customer_creation", json!("if_required")),
        ("customer_details", Value::Null),
        ("collected_information", Value::Null),
        ("allowed_payment_method_types", Value::Null),
        ("payment_method_types", json!(["card"])),
        ("client_secret", Value::Null),
        ("shipping_options", json!([])),
    ] {
        assert_eq!(open[member], value, "{member}");
    }
    for absent in [
        "redirect_on_completion",
        "return_url",
        "branding_settings",
        "line_items",
    ] {
        assert!(open.get(absent).is_none(), "{absent}");
    }
    let expired = shown(CheckoutSession {
        status: SessionStatus::Expired,
        ..sold::session()
    });
    assert_eq!(expired["url"], Value::Null);
}

#[test]
fn a_paid_session_shows_what_the_buyer_said() {
    let paid = shown(sold::paid_session());
    assert_eq!(paid["url"], Value::Null);
    assert_eq!(paid["customer_details"]["email"], "ada@example.com");
    assert_eq!(paid["customer_email"], "shop@example.com");
    let shipped = &paid["collected_information"]["shipping_details"];
    assert_eq!(
        (&shipped["name"], &shipped["address"]["country"]),
        (&json!("Ada"), &json!("FR"))
    );
    assert_eq!(paid["shipping_cost"]["shipping_rate"], "shr_1");
    assert_eq!(paid["shipping_options"][1]["shipping_amount"], 900);
    assert_eq!(paid["consent"]["terms_of_service"], "accepted");
    let fields: Vec<&Value> = (0..3).map(|at| &paid["custom_fields"][at]).collect();
    assert_eq!(fields[0]["dropdown"]["value"], "l");
    assert_eq!(fields[1]["numeric"]["maximum_length"], 9);
    assert_eq!(fields[2]["text"]["default_value"], "1");
    assert_eq!(paid["branding_settings"]["button_color"], "#123456");
    assert_eq!(paid["branding_settings"]["font_family"], "default");
    assert_eq!(
        paid["payment_method_options"]["card"],
        json!({"request_three_d_secure": "any", "setup_future_usage": "on_session"})
    );
}

#[test]
fn a_set_up_has_no_sums_and_an_embedded_page_has_a_secret() {
    let setup = shown(sold::setup_session());
    for member in [
        "amount_subtotal",
        "amount_total",
        "total_details",
        "currency",
        "payment_intent",
        "customer_creation",
    ] {
        assert_eq!(setup[member], Value::Null, "{member}");
    }
    assert_eq!(setup["setup_intent"], "seti_1");
    assert_eq!(setup["payment_status"], "no_payment_required");
    let embedded = shown(sold::embedded_session());
    assert_eq!(embedded["client_secret"], "cs_test_3_secret_s3cr3t");
    assert_eq!(embedded["url"], Value::Null);
    assert_eq!(embedded["redirect_on_completion"], "always");
    assert_eq!(embedded["return_url"], "https://shop.example/return");
}

#[test]
fn a_line_item_shows_its_price_and_its_taxes() {
    let (session, price) = (sold::session(), sold::price());
    let line = render_session_line(&session, &session.lines[0], Some(&price), &VIEW);
    for (member, value) in [
        ("id", json!("li_1")),
        ("object", json!("item")),
        ("description", json!("Green tea")),
        ("quantity", json!(2)),
        ("amount_subtotal", json!(9_800)),
        ("amount_tax", json!(1_862)),
        ("amount_total", json!(11_662)),
        ("currency", json!("usd")),
        (
            "adjustable_quantity",
            json!({"enabled": true, "maximum": 9, "minimum": 0}),
        ),
    ] {
        assert_eq!(line[member], value, "{member}");
    }
    assert_eq!(line["price"]["id"], "price_1");
    let unpriced = render_session_line(&session, &session.lines[0], None, &VIEW);
    assert_eq!(unpriced["price"], Value::Null);
}

#[test]
fn older_versions_speak_of_pages_in_their_own_words() {
    for (session, newer, older) in [
        (sold::session(), "hosted_page", "hosted"),
        (sold::embedded_session(), "embedded_page", "embedded"),
    ] {
        for (version, word) in [
            (NEWEST, newer),
            (ApiVersion::Dahlia2026_03_25, newer),
            (ApiVersion::Clover2026_02_25, older),
            (ApiVersion::V2023_10_16, older),
        ] {
            let mut value = shown(session.clone());
            walk_back(&mut value, version);
            assert_eq!(value["ui_mode"], word, "{version}");
        }
    }
    let mut paid = shown(sold::paid_session());
    walk_back(&mut paid, ApiVersion::Acacia2025_02_24);
    assert_eq!(paid["shipping_details"]["name"], "Ada");
    assert_eq!(
        paid["collected_information"]["shipping_details"]["name"],
        "Ada"
    );
    walk_back(&mut paid, ApiVersion::V2023_10_16);
    assert!(paid.get("collected_information").is_none());
    assert!(paid.get("allowed_payment_method_types").is_none());
}

#[test]
fn what_a_session_sells_is_expanded_down_to_the_product() {
    let path = ["line_items.data.price.product"];
    let plan = ExpandPlan::parse(&path, false).expect("few levels");
    let mut value = shown(sold::session());
    let wanted = plan.wanted(&value).expect("a good path");
    let target = Target::SessionLines {
        session: "cs_test_1".to_owned(),
    };
    assert_eq!((wanted.len(), &wanted[0].target), (1, &target));
    assert_eq!(wanted[0].pointer, "/line_items");
    let (session, price) = (sold::session(), sold::price());
    let line = render_session_line(&session, &session.lines[0], Some(&price), &VIEW);
    let list = crate::shown::list("/v1/checkout/sessions/cs_test_1/line_items", vec![line]);
    florin_render::expand::place(&mut value, "/line_items", list);
    let wanted = plan.wanted(&value).expect("a good path");
    assert_eq!(wanted[0].pointer, "/line_items/data/0/price/product");
    assert_eq!(wanted[0].target, Target::Record(Kind::Product));
    let paid = shown(sold::paid_session());
    for (path, kind) in [
        ("customer", Kind::Customer),
        ("payment_intent", Kind::PaymentIntent),
        ("shipping_cost.shipping_rate", Kind::ShippingRate),
    ] {
        let plan = ExpandPlan::parse(&[path], false).expect("few levels");
        let wanted = plan.wanted(&paid).expect("a good path");
        assert_eq!(wanted[0].target, Target::Record(kind), "{path}");
    }
}

fn facts(session: CheckoutSession) -> PageFacts {
    PageFacts {
        session,
        account: samples::account(),
        intent: None,
        charge: None,
        setup: None,
        switched: Vec::new(),
        saved: vec![samples::method()],
        simulated: true,
    }
}

#[test]
fn a_page_tells_the_buyer_nothing_that_is_the_merchants() {
    let page = render_page(&facts(sold::paid_session()), &VIEW);
    for hidden in [
        "metadata",
        "client_reference_id",
        "customer",
        "payment_intent",
        "success_url",
    ] {
        assert!(page.get(hidden).is_none(), "{hidden}");
    }
    let text = page.to_string();
    for hidden in ["order-42", "cus_1", "\"mine\"", "fingerprint"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert_eq!(page["merchant"]["name"], "Tea");
    assert_eq!(page["merchant"]["colors"]["primary"], "#123456");
    assert_eq!(page["shipping"]["selected"], "shr_1");
    assert_eq!(page["collect"]["save"], "offered");
    assert_eq!(page["saved_methods"][0]["last4"], "4242");
    assert_eq!(
        page["return_to"],
        "https://shop.example/thanks?of=cs_test_1"
    );
    let open = render_page(&facts(sold::session()), &VIEW);
    assert_eq!(open["return_to"], Value::Null);
    assert_eq!(open["collect"]["email"], "required");
    assert_eq!(
        open["line_items"][0]["adjustable"],
        json!({"minimum": 0, "maximum": 9})
    );
    assert_eq!(open["payment"], Value::Null);
}

/// What a page says of a payment that stands like this.
fn said(intent: PaymentIntent) -> Value {
    let held = PageFacts {
        intent: Some(intent),
        ..facts(sold::session())
    };
    render_page(&held, &VIEW)["payment"].clone()
}

#[test]
fn a_page_says_how_far_the_payment_is() {
    for (status, word) in [
        (
            IntentStatus::RequiresPaymentMethod,
            "requires_payment_method",
        ),
        (
            IntentStatus::RequiresConfirmation,
            "requires_payment_method",
        ),
        (IntentStatus::Canceled, "requires_payment_method"),
        (IntentStatus::Processing, "processing"),
        (IntentStatus::RequiresCapture, "succeeded"),
        (IntentStatus::Succeeded, "succeeded"),
    ] {
        let intent = PaymentIntent {
            status,
            ..samples::intent()
        };
        let wanted = json!({"method": null, "status": word, "error": null, "action": null});
        assert_eq!(said(intent), wanted, "{status:?}");
    }
    let asks = said(PaymentIntent {
        last_error: None,
        ..samples::full_intent()
    });
    assert_eq!(asks["action"]["kind"], "redirect");
    assert_eq!(
        asks["action"]["url"],
        "http://127.0.0.1:8484/sandbox/authenticate/pi_1?client_secret=pi_1_secret_s3cr3t"
    );
    let setup = PageFacts {
        setup: Some(SetupIntent {
            status: SetupStatus::Succeeded,
            last_error: None,
            ..samples::setup()
        }),
        ..facts(sold::setup_session())
    };
    let setup = render_page(&setup, &VIEW);
    assert_eq!(setup["payment"]["status"], "succeeded");
    assert_eq!(setup["collect"]["save"], "always");
}

#[test]
fn a_failure_is_told_by_what_the_buyer_can_do() {
    for (code, reason, kind) in [
        ("incorrect_number", "", "check_number"),
        ("incorrect_cvc", "", "check_cvc"),
        ("expired_card", "", "check_expiry"),
        ("processing_error", "", "try_again"),
        ("card_declined", "try_again_later", "try_again"),
        ("card_declined", "insufficient_funds", "insufficient_funds"),
        ("card_declined", "do_not_honor", "contact_bank"),
        ("card_declined", "fraudulent", "try_other_card"),
        (
            "payment_intent_authentication_failure",
            "",
            "authentication_failed",
        ),
    ] {
        let decline = Decline {
            code: code.to_owned(),
            decline_code: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
            ..Decline::default()
        };
        let payment = said(PaymentIntent {
            last_error: Some(PaymentError::of(decline, None, None)),
            ..samples::intent()
        });
        // The reason of the issuer stays with the merchant.
        assert_eq!(payment["error"], json!({ "kind": kind }), "{code} {reason}");
    }
}

#[test]
fn a_page_waits_until_nothing_more_can_happen() {
    use PaidState::{NotRequired, Paid, Unpaid};
    use SessionStatus::{Complete, Expired, Open};
    for (status, paid, waits) in [
        (Open, Unpaid, true),
        (Complete, Unpaid, true),
        (Complete, Paid, false),
        (Complete, NotRequired, false),
        (Expired, Unpaid, false),
    ] {
        let held = facts(CheckoutSession {
            status,
            paid,
            ..sold::session()
        });
        assert_eq!(page_waits(&held), waits, "{status:?} {paid:?}");
    }
}

fn checked(form: &str) -> Result<Params, WireError> {
    let table = Table::load();
    let operation = table.operation("POST", "/v1/checkout/sessions");
    let operation = operation.expect("a known operation");
    operation.check(parse_form(form.as_bytes())?)
}

fn made(form: &str, version: ApiVersion) -> Result<NewSession, WireError> {
    parse::create_session(&checked(form)?, version)
}

#[test]
fn a_request_for_a_session_is_read() {
    let form = "mode=payment&ui_mode=embedded_page&return_url=https://shop.example/&expires_at=1800003600\
        &customer_creation=always&customer_email=a@example.com&client_reference_id=o-42&locale=de&submit_type=book\
        &payment_method_types[]=card&metadata[order]=42&phone_number_collection[enabled]=true\
        &billing_address_collection=required&consent_collection[terms_of_service]=required\
        &shipping_address_collection[allowed_countries][]=DE&saved_payment_method_options[payment_method_save]=enabled\
        &payment_intent_data[capture_method]=manual&payment_intent_data[description]=Tea\
        &payment_intent_data[setup_future_usage]=off_session&payment_intent_data[metadata][a]=b\
        &payment_method_options[card][request_three_d_secure]=any\
        &custom_fields[0][key]=size&custom_fields[0][label][type]=custom&custom_fields[0][label][custom]=Size\
        &custom_fields[0][type]=text&custom_fields[0][text][maximum_length]=5&custom_fields[0][optional]=true";
    let new = made(form, NEWEST).expect("a good request");
    assert_eq!(
        (new.mode, new.ui),
        (SessionMode::Payment, UiMode::EmbeddedPage)
    );
    assert_eq!(new.expires, Some(Timestamp(1_800_003_600)));
    assert!(new.makes_customer && new.collect.phone && new.collect.billing_address);
    assert!(new.collect.terms && new.collect.offers_save);
    assert_eq!(new.collect.shipping_countries, ["DE"]);
    assert_eq!(new.types, ["card"]);
    assert_eq!(new.terms.capture_method, CaptureMethod::Manual);
    assert_eq!(new.terms.setup_future_usage, Some(FutureUsage::OffSession));
    assert_eq!(
        new.terms.card.request_three_d_secure.as_deref(),
        Some("any")
    );
    assert_eq!(new.terms.metadata["a"], "b");
    let field = &new.collect.fields[0];
    assert_eq!((field.kind, field.optional), (FieldKind::Text, true));
    let most = Bound {
        minimum: None,
        maximum: Some(5),
    };
    assert_eq!(field.length, most);
}

#[test]
fn money_is_taken_as_the_version_says() {
    for (version, method) in [
        (ApiVersion::V2023_10_16, CaptureMethod::Automatic),
        (NEWEST, CaptureMethod::AutomaticAsync),
    ] {
        let new = made("mode=payment", version).expect("a good request");
        assert_eq!(new.terms.capture_method, method);
    }
}

#[test]
fn what_a_session_cannot_be_is_named() {
    let field = |at: usize| {
        let field = format!("custom_fields[{at}]");
        format!(
            "&{field}[key]=k&{field}[label][type]=custom&{field}[label][custom]=L&{field}[type]=text"
        )
    };
    let many: String = (0..4).map(field).collect();
    let unsupported = Some("parameter_unsupported");
    for (form, code, param) in [
        (
            "ui_mode=hosted_page".to_owned(),
            Some("parameter_missing"),
            "mode",
        ),
        ("mode=subscription".to_owned(), unsupported, "mode"),
        (
            "mode=payment&ui_mode=form".to_owned(),
            unsupported,
            "ui_mode",
        ),
        ("mode=payment&ui_mode=hosted".to_owned(), None, "ui_mode"),
        ("mode=setup&submit_type=pay".to_owned(), None, "submit_type"),
        (
            "mode=setup&payment_intent_data[description]=x".to_owned(),
            None,
            "payment_intent_data",
        ),
        (
            "mode=payment&setup_intent_data[description]=x".to_owned(),
            None,
            "setup_intent_data",
        ),
        (format!("mode=payment{many}"), None, "custom_fields"),
        (
            format!("mode=payment{}", field(0).replace("=k", "=a-b")),
            None,
            "custom_fields[0][key]",
        ),
    ] {
        let refused = made(&form, NEWEST).expect_err("a refusal");
        assert_eq!(
            (refused.code.as_deref(), refused.param.as_deref()),
            (code, Some(param)),
            "{form}"
        );
    }
}

#[test]
fn the_bounds_of_a_quantity_have_defaults() {
    let form = |sent: &str| {
        let params =
            format!("mode=payment&line_items[0][price]=price_1&line_items[0][quantity]=2{sent}");
        let params = checked(&params).expect("a good request");
        let items = params.list("line_items").expect("a list");
        let item = items[0].as_object().cloned().expect("a hash");
        parse::adjustable(&Params::new(item, serde_json::Map::new()), 2)
    };
    let of = "&line_items[0][adjustable_quantity]";
    let bounds = |minimum, maximum| Some(Adjustable { minimum, maximum });
    for (sent, expected) in [
        (String::new(), None),
        (format!("{of}[enabled]=false&{of}[maximum]=5"), None),
        (format!("{of}[enabled]=true"), bounds(0, 99)),
        (
            format!("{of}[enabled]=true&{of}[minimum]=1&{of}[maximum]=5"),
            bounds(1, 5),
        ),
    ] {
        assert_eq!(form(&sent), expected, "{sent}");
    }
}

#[test]
fn a_session_without_a_currency_shows_none() {
    assert_eq!(shown(sold::session())["currency"], usd().as_str());
    assert_eq!(shown(sold::setup_session())["currency"], Value::Null);
}
