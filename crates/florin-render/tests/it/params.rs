//! Parameters as commands: tables of what is sent and what is meant. They go through the real parameter tables.

use crate::samples::{self, VIEW, usd};
use crate::shown::render_record;
use florin_domain::payments::{
    CaptureMethod, CardOptions, ConfirmationMethod, FutureUsage, MetadataPatch, PaymentIntent,
};
use florin_render::parse;
use florin_wire::versions::{ApiVersion, NEWEST};
use florin_wire::{Params, Table, WireError, parse_form};
use serde_json::json;

fn checked(operation: &str, form: &str) -> Result<Params, WireError> {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let table = Table::load();
    let operation = table.operation(method, path).expect("a known operation");
    operation.check(parse_form(form.as_bytes())?)
}

fn sent(operation: &str, form: &str) -> Params {
    match checked(operation, form) {
        Ok(params) => params,
        Err(error) => panic!("{operation} {form}: {error}"),
    }
}

const CREATE: &str = "POST /v1/payment_intents";
const UPDATE: &str = "POST /v1/payment_intents/:id";
const CONFIRM: &str = "POST /v1/payment_intents/:id/confirm";
const SETUP: &str = "POST /v1/setup_intents";

fn create(form: &str) -> Params {
    sent(CREATE, &format!("amount=500&currency=USD&{form}"))
}

#[test]
fn a_new_intent_has_the_defaults_of_its_version() {
    for (version, method) in [
        (ApiVersion::V2023_10_16, CaptureMethod::Automatic),
        (ApiVersion::V2024_04_10, CaptureMethod::AutomaticAsync),
        (NEWEST, CaptureMethod::AutomaticAsync),
    ] {
        let command =
            parse::create_intent(&create("confirm=false"), version).expect("a good request");
        assert_eq!(command.capture_method, method);
        assert_eq!((command.amount, command.currency), (500, usd()));
        assert!(command.automatic.is_some() && command.types.is_empty());
        assert_eq!(command.confirmation_method, ConfirmationMethod::Automatic);
    }
    let manual = parse::create_intent(
        &create("capture_method=manual&confirmation_method=manual"),
        NEWEST,
    );
    let manual = manual.expect("a good request");
    assert_eq!(manual.capture_method, CaptureMethod::Manual);
    assert_eq!(manual.confirmation_method, ConfirmationMethod::Manual);
}

#[test]
fn somebody_chooses_the_types() {
    let never =
        "automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never";
    // (sent, types, chosen by Florin, without redirects)
    let cases = [
        ("confirm=false", vec![], true, false),
        ("payment_method_types[]=card", vec!["card"], false, false),
        (
            "automatic_payment_methods[enabled]=false",
            vec![],
            false,
            false,
        ),
        (never, vec![], true, true),
    ];
    for (form, types, chosen, never_redirect) in cases {
        let command = parse::create_intent(&create(form), NEWEST).expect("a good request");
        assert_eq!(command.types, types, "{form}");
        assert_eq!(command.automatic.is_some(), chosen, "{form}");
        assert_eq!(
            command.automatic.is_some_and(|one| one.never_redirect),
            never_redirect,
            "{form}"
        );
        let setup = parse::create_setup(&sent(SETUP, form)).expect("a good request");
        assert_eq!(
            (setup.types, setup.automatic.is_some()),
            (command.types, chosen),
            "{form}"
        );
    }
    let both = create("automatic_payment_methods[enabled]=true&payment_method_types[]=card");
    let error = parse::create_intent(&both, NEWEST).expect_err("both");
    assert_eq!(
        (error.status, error.param.as_deref()),
        (400, Some("payment_method_types"))
    );
    let newest = Params::new(
        json!({"amount": 5, "currency": "usd", "allowed_payment_method_types": ["card"]})
            .as_object()
            .cloned()
            .unwrap_or_default(),
        Default::default(),
    );
    let command = parse::create_intent(&newest, NEWEST).expect("a good request");
    assert_eq!(
        (command.types, command.automatic),
        (vec!["card".to_owned()], None)
    );
}

#[test]
fn card_options_of_a_new_intent_are_all_carried() {
    let card = "payment_method_options[card]";
    let form = format!(
        "{card}[capture_method]=manual&{card}[request_three_d_secure]=any&{card}[request_multicapture]=if_available\
         &{card}[request_overcapture]=never&{card}[request_incremental_authorization]=if_available&{card}[network]=visa\
         &{card}[request_extended_authorization]=if_available&{card}[setup_future_usage]=on_session&{card}[moto]=true"
    );
    let options = parse::create_intent(&create(&form), NEWEST)
        .expect("a good request")
        .card;
    assert!(
        options.capture_manual
            && options.multicapture
            && options.incremental
            && options.extended
            && options.moto
    );
    assert!(!options.overcapture);
    assert_eq!(options.request_three_d_secure.as_deref(), Some("any"));
    assert_eq!(
        (options.network.as_deref(), options.setup_future_usage),
        (Some("visa"), Some(FutureUsage::OnSession))
    );
}

#[test]
fn a_creation_that_confirms_leaves_its_own_members_alone() {
    let card = "payment_method_options[card]";
    let form = format!(
        "confirm=true&{card}[moto]=true&{card}[capture_method]=manual&setup_future_usage=off_session"
    );
    let command = parse::confirm_intent(&create(&form), false).expect("a good request");
    assert_eq!(
        (
            command.capture_method,
            command.setup_future_usage,
            command.types
        ),
        (None, None, None)
    );
}

#[test]
fn later_requests_change_card_options_and_leave_the_others_alone() {
    let form = "payment_method_options[card][moto]=true&payment_method_options[card][network]=visa\
        &payment_method_options[card][request_multicapture]=if_available\
        &payment_method_options[card][request_overcapture]=never";
    let confirmed = parse::confirm_intent(&sent(CONFIRM, form), false)
        .expect("a good request")
        .card;
    let updated = parse::update_intent(&sent(UPDATE, form))
        .expect("a good request")
        .card;
    assert_eq!(confirmed, updated);
    let mut held = CardOptions {
        overcapture: true,
        incremental: true,
        ..CardOptions::default()
    };
    confirmed.apply(&mut held);
    let expected = CardOptions {
        moto: true,
        network: Some("visa".to_owned()),
        multicapture: true,
        incremental: true,
        ..CardOptions::default()
    };
    assert_eq!(held, expected);
}

#[test]
fn a_confirmation_says_whether_the_buyer_is_there() {
    let cases = [
        ("return_url=https://a.example", Some(None)),
        ("off_session=true", Some(Some(true))),
        ("off_session=false", Some(Some(false))),
        ("off_session=one_off", Some(Some(true))),
        ("off_session=recurring", Some(Some(true))),
        ("off_session=maybe", None),
    ];
    for (form, expected) in cases {
        let found = parse::confirm_intent(&sent(CONFIRM, form), true);
        match expected {
            Some(flag) => assert!(
                found.is_ok_and(|one| one.off_session == flag && one.from_browser),
                "{form}"
            ),
            None => assert!(
                found.is_err_and(|error| error.param.as_deref() == Some("off_session")),
                "{form}"
            ),
        }
    }
}

/// What is said of the intent and what is said of its cards are two members, whichever request says it.
#[test]
fn a_later_request_keeps_the_intent_and_its_cards_apart() {
    let (off, on) = (Some(FutureUsage::OffSession), Some(FutureUsage::OnSession));
    let card = "payment_method_options[card][setup_future_usage]";
    // (sent, what it says of the intent, what cards show, what a card is saved for); cards were saved for on_session.
    let cases = [
        (
            "setup_future_usage=off_session".to_owned(),
            Some(off),
            json!("on_session"),
            on,
        ),
        (
            "setup_future_usage=".to_owned(),
            Some(None),
            json!("on_session"),
            on,
        ),
        (
            format!("{card}=none&setup_future_usage=off_session"),
            Some(off),
            json!("none"),
            None,
        ),
        (
            format!("{card}=off_session"),
            None,
            json!("off_session"),
            off,
        ),
        (
            format!("{card}=&setup_future_usage=off_session"),
            Some(off),
            json!(null),
            off,
        ),
    ];
    for (form, own, shown, saved_for) in cases {
        let update = parse::update_intent(&sent(UPDATE, &form)).expect("a good request");
        let confirm = parse::confirm_intent(&sent(CONFIRM, &form), false).expect("a good request");
        assert_eq!(update.setup_future_usage, own, "{form}");
        assert_eq!(confirm.setup_future_usage, own, "{form}");
        assert_eq!(update.card, confirm.card, "{form}");
        let mut intent = PaymentIntent {
            setup_future_usage: own.flatten(),
            ..samples::intent()
        };
        intent.card.setup_future_usage = on;
        update.card.apply(&mut intent.card);
        assert_eq!(intent.future_usage(), saved_for, "{form}");
        let value = render_record(&intent.into(), &VIEW);
        let of_cards = &value["payment_method_options"]["card"]["setup_future_usage"];
        assert_eq!(of_cards, &shown, "{form}");
    }
}

#[test]
fn a_card_that_is_not_to_be_saved_is_not_saved_by_a_new_intent_either() {
    let form =
        "setup_future_usage=off_session&payment_method_options[card][setup_future_usage]=none";
    let command = parse::create_intent(&create(form), NEWEST).expect("a good request");
    assert_eq!(command.setup_future_usage, Some(FutureUsage::OffSession));
    assert!(command.card.never_saved && command.card.setup_future_usage.is_none());
}

#[test]
fn the_capture_method_of_cards_is_set_and_unset_beside_the_intents_own() {
    let card = "payment_method_options[card][capture_method]";
    for (form, own, manual) in [
        (
            format!("{card}=manual&capture_method=automatic"),
            Some(CaptureMethod::Automatic),
            Some(true),
        ),
        (format!("{card}="), None, Some(false)),
        (
            "capture_method=manual".to_owned(),
            Some(CaptureMethod::Manual),
            None,
        ),
    ] {
        let update = parse::update_intent(&sent(UPDATE, &form)).expect("a good request");
        assert_eq!(
            (update.capture_method, update.card.capture_manual),
            (own, manual),
            "{form}"
        );
        let confirm = parse::confirm_intent(&sent(CONFIRM, &form), false).expect("a good request");
        assert_eq!(
            (confirm.capture_method, confirm.card),
            (own, update.card.clone()),
            "{form}"
        );
        let mut held = CardOptions {
            capture_manual: true,
            ..CardOptions::default()
        };
        update.card.apply(&mut held);
        assert_eq!(held.capture_manual, manual.unwrap_or(true), "{form}");
    }
}

#[test]
fn a_confirmation_says_when_money_is_taken_and_whether_a_challenge_is_an_error() {
    let command = parse::confirm_intent(
        &sent(CONFIRM, "error_on_requires_action=true&capture_method=manual&payment_method_options[card][request_three_d_secure]=any"),
        false,
    )
    .expect("a good request");
    assert!(command.error_on_action);
    assert_eq!(command.capture_method, Some(CaptureMethod::Manual));
    assert_eq!(command.card.request_three_d_secure.as_deref(), Some("any"));
}

#[test]
fn an_update_tells_unset_from_left_alone() {
    let command = parse::update_intent(&sent(UPDATE, "description=&shipping=&amount=700"))
        .expect("a good request");
    assert_eq!(command.amount, Some(700));
    assert_eq!((command.description, command.currency), (Some(None), None));
    assert_eq!(
        serde_json::Value::Object(command.echo),
        json!({"shipping": null})
    );
    let command = parse::update_intent(&sent(UPDATE, "description=x&receipt_email=a@example.com"))
        .expect("a good request");
    assert_eq!(command.description, Some(Some("x".to_owned())));
    assert_eq!(command.echo["receipt_email"], "a@example.com");
    assert_eq!(command.metadata, MetadataPatch::Keep);
}

#[test]
fn a_new_object_keeps_no_empty_members_and_no_members_of_its_method() {
    let data = "payment_method_data[type]=card&payment_method_data[radar_options][session]=rse_1";
    let form = format!("receipt_email=&statement_descriptor=TEA&{data}");
    let command = parse::create_intent(&create(&form), NEWEST).expect("a good request");
    assert_eq!(
        serde_json::Value::Object(command.echo),
        json!({"statement_descriptor": "TEA"})
    );
}

#[test]
fn metadata_is_kept_merged_or_cleared() {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let cases = [
        ("amount=5", MetadataPatch::Keep),
        ("metadata=", MetadataPatch::Clear),
        (
            "metadata[a]=1&metadata[b]=",
            MetadataPatch::Merge(vec![pair("a", "1"), pair("b", "")]),
        ),
    ];
    for (form, expected) in cases {
        assert_eq!(parse::metadata(&sent(UPDATE, form)), Ok(expected), "{form}");
    }
}

#[test]
fn captures_raises_and_cancellations() {
    let part = parse::capture(&sent(
        "POST /v1/payment_intents/:id/capture",
        "amount_to_capture=100&final_capture=false",
    ));
    assert!(part.is_ok_and(|one| one.amount == Some(100) && one.final_capture == Some(false)));
    let charge = parse::capture(&sent("POST /v1/charges/:id/capture", "amount=90"));
    assert!(charge.is_ok_and(|one| one.amount == Some(90) && one.final_capture.is_none()));
    let raise = sent(
        "POST /v1/payment_intents/:id/increment_authorization",
        "amount=900&metadata[a]=1&description=",
    );
    let raise = parse::increment(&raise).expect("a good request");
    assert_eq!((raise.amount, raise.description), (900, Some(None)));
    assert_ne!(raise.metadata, MetadataPatch::Keep);
    let cancel = sent(
        "POST /v1/payment_intents/:id/cancel",
        "cancellation_reason=abandoned",
    );
    assert_eq!(
        parse::cancel_reason(&cancel),
        Ok(Some("abandoned".to_owned()))
    );
}

#[test]
fn direct_charges_and_refunds() {
    let charge = parse::create_charge(&sent(
        "POST /v1/charges",
        "amount=5&currency=usd&source=tok_visa",
    ))
    .expect("good");
    assert!(charge.capture);
    let later = parse::create_charge(&sent(
        "POST /v1/charges",
        "amount=5&currency=usd&source=tok_visa&capture=false",
    ));
    assert!(later.is_ok_and(|one| !one.capture));
    let update = sent(
        "POST /v1/charges/:id",
        "description=&fraud_details[user_report]=safe&metadata[a]=1",
    );
    let (description, (metadata, echo)) = parse::update_charge(&update).expect("good");
    assert_eq!(
        (description, echo["fraud_details"]["user_report"].as_str()),
        (Some(None), Some("safe"))
    );
    assert_ne!(metadata, MetadataPatch::Keep);
    let refund = sent(
        "POST /v1/refunds",
        "charge=ch_1&amount=5&reason=duplicate&instructions_email=a@example.com",
    );
    let refund = parse::refund(&refund, "charge").expect("good");
    assert_eq!(
        (refund.amount, refund.reason.as_deref(), refund.named_by),
        (Some(5), Some("duplicate"), "charge")
    );
    assert_eq!(refund.echo["instructions_email"], "a@example.com");
}

#[test]
fn a_customer_is_patched_from_the_echoed_members() {
    let form = "name=Ada&email=&phone=1&invoice_settings[footer]=f&invoice_settings[default_payment_method]=pm_1";
    let patch = parse::customer(&sent("POST /v1/customers/:id", form)).expect("good");
    assert_eq!(
        (patch.name, patch.email),
        (Some(Some("Ada".to_owned())), Some(None))
    );
    assert!(patch.description.is_none() && patch.default_payment_method.is_none());
    assert_eq!(
        serde_json::Value::Object(patch.echo),
        json!({"phone": "1", "invoice_settings": {"footer": "f"}})
    );
}

#[test]
fn a_method_inside_another_request_is_read_below_its_prefix() {
    let data = "payment_method_data";
    let form = format!(
        "{data}[type]=card&{data}[card][number]=4242424242424242&{data}[card][exp_month]=13&{data}[card][exp_year]=31\
         &{data}[card][cvc]=123&{data}[billing_details][address][line1]=A&{data}[billing_details][email]=a@example.com\
         &{data}[allow_redisplay]=always&{data}[metadata][a]=1"
    );
    let details = parse::method(&create(&form), data)
        .expect("the expiry of a new card is the vault's to check");
    assert_eq!((details.card.exp_month, details.cvc_given), (0, true));
    assert_eq!(details.billing["address"]["line1"], "A");
    assert_eq!(details.allow_redisplay.as_deref(), Some("always"));
    assert_ne!(details.metadata, MetadataPatch::Keep);
}

#[test]
fn a_new_expiry_of_a_known_card_is_checked() {
    let operation = "POST /v1/payment_methods/:id";
    let details =
        parse::method(&sent(operation, "card[exp_month]=4&card[exp_year]=31"), "").expect("good");
    assert_eq!((details.card.exp_month, details.card.exp_year), (4, 2031));
    for (form, code) in [
        ("card[exp_month]=13", "invalid_expiry_month"),
        ("card[exp_year]=999999", "invalid_expiry_year"),
    ] {
        let error = parse::method(&sent(operation, form), "").expect_err("a wrong expiry");
        assert_eq!((error.status, error.code.as_deref()), (402, Some(code)));
        assert_eq!(error.param, form.split('=').next().map(str::to_owned));
    }
}

#[test]
fn the_flat_address_of_a_token_becomes_billing_details() {
    let form = "card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2031&card[address_zip]=10115&card[name]=Ada";
    let billing = parse::legacy_billing(&sent("POST /v1/tokens", form), "card");
    assert_eq!(
        serde_json::Value::Object(billing),
        json!({"address": {"postal_code": "10115"}, "name": "Ada"})
    );
}

#[test]
fn set_ups_are_for_payments_without_the_buyer() {
    let plain = parse::create_setup(&sent(SETUP, "confirm=true")).expect("good");
    assert_eq!(plain.usage, FutureUsage::OffSession);
    let other = parse::create_setup(&sent(SETUP, "usage=on_session")).expect("good");
    assert_eq!(other.usage, FutureUsage::OnSession);
    let form = "description=x&return_url=https://a.example&payment_method_options[card][request_three_d_secure]=challenge";
    let command = parse::setup(&sent(SETUP, form)).expect("good");
    assert_eq!(command.description, Some(Some("x".to_owned())));
    assert_eq!(command.request_three_d_secure.as_deref(), Some("challenge"));
    assert_eq!((command.challenge, command.types), (None, None));
    let moto = parse::setup(&sent(SETUP, "payment_method_options[card][moto]=true"));
    assert!(
        moto.is_err_and(
            |error| error.param.as_deref() == Some("payment_method_options[card][moto]")
        )
    );
}

/// Creating, changing and confirming a set-up all take the list, under both of its names.
#[test]
fn a_set_up_carries_the_types_of_every_request() {
    let operations = [
        SETUP,
        "POST /v1/setup_intents/:id",
        "POST /v1/setup_intents/:id/confirm",
    ];
    for operation in operations {
        for name in ["allowed_payment_method_types", "payment_method_types"] {
            let Ok(params) = checked(operation, &format!("{name}[]=sepa_debit")) else {
                // A confirmation never knew the older name.
                assert_eq!((operation, name), (operations[2], "payment_method_types"));
                continue;
            };
            let command = parse::setup(&params).expect("good");
            assert_eq!(
                command.types,
                Some(vec!["sepa_debit".to_owned()]),
                "{operation} {name}"
            );
        }
    }
}

/// What Florin does not act on is refused, or kept as it was sent; none of it only looks served.
#[test]
fn nothing_is_served_that_nobody_reads() {
    for (operation, form, param) in [
        ("POST /v1/customers", "coupon=SPRING", "coupon"),
        (
            "POST /v1/customers/:id",
            "promotion_code=promo_1",
            "promotion_code",
        ),
    ] {
        let error = checked(operation, form).expect_err("a refusal");
        assert_eq!(
            (error.code.as_deref(), error.param.as_deref()),
            (Some("parameter_unsupported"), Some(param))
        );
    }
    let form = "use_stripe_sdk=true&mandate_data[customer_acceptance][type]=online\
        &mandate_data[customer_acceptance][online][ip_address]=::1\
        &mandate_data[customer_acceptance][online][user_agent]=curl";
    let agreed = json!({"type": "online", "online": {"ip_address": "::1", "user_agent": "curl"}});
    let intent = parse::descriptive(&sent(CONFIRM, form)).expect("good").echo;
    let setup = parse::setup(&sent("POST /v1/setup_intents/:id/confirm", form))
        .expect("good")
        .echo;
    let created = parse::create_intent(&create(&format!("confirm=true&{form}")), NEWEST)
        .expect("good")
        .echo;
    let new_setup = parse::setup(&sent(SETUP, &format!("confirm=true&{form}")))
        .expect("good")
        .echo;
    for kept in [intent, setup, created, new_setup] {
        assert_eq!(kept["mandate_data"]["customer_acceptance"], agreed);
        assert_eq!(kept["use_stripe_sdk"], true);
    }
}

#[test]
fn the_list_of_types_is_sent_under_one_name() {
    let both = "allowed_payment_method_types[]=card&payment_method_types[]=card";
    for error in [
        parse::create_intent(&create(both), NEWEST).err(),
        parse::update_intent(&sent(UPDATE, both)).err(),
        parse::create_setup(&sent(SETUP, both)).err(),
    ] {
        let error = error.expect("a refusal");
        assert_eq!(
            (error.status, error.param.as_deref()),
            (400, Some("payment_method_types"))
        );
    }
}

#[test]
fn an_endpoint_is_patched() {
    let form = "url=https://a.example/x&enabled_events[]=charge.failed&metadata[a]=1&description=d";
    let patch = parse::endpoint(&sent("POST /v1/webhook_endpoints", form)).expect("good");
    assert_eq!(patch.url.as_deref(), Some("https://a.example/x"));
    assert_eq!(patch.enabled_events, Some(vec!["charge.failed".to_owned()]));
    let off =
        parse::endpoint(&sent("POST /v1/webhook_endpoints/:id", "disabled=true")).expect("good");
    assert_eq!(
        (off.disabled, off.url, off.enabled_events),
        (Some(true), None, None)
    );
}

#[test]
fn what_is_missing_is_named() {
    let nothing = Params::default();
    let cases = [
        parse::create_intent(&nothing, NEWEST).err(),
        parse::create_charge(&nothing).err(),
        parse::increment(&nothing).err(),
    ];
    for error in cases {
        let error = error.expect("a refusal");
        assert_eq!(
            (error.code.as_deref(), error.param.as_deref()),
            (Some("parameter_missing"), Some("amount"))
        );
    }
}
