//! What the objects show of their records.

use crate::samples::{self, VIEW};
use crate::shown::{render_endpoint, render_record, render_source};
use crate::sold;
use florin_domain::catalog::{Price, Product};
use florin_domain::payments::{Charge, IntentStatus, PaymentIntent, Refund, SetupIntent};
use florin_domain::processor::{Decline, Risk};
use florin_domain::{Kind, Record};
use florin_render::{deleted, render_line_items};
use florin_wire::versions::{ApiVersion, walk_back};
use serde_json::{Map, Value, json};

fn shown(record: impl Into<Record>) -> Value {
    render_record(&record.into(), &VIEW)
}

/// `id`, `object`, then alphabetical, in every hash but the merchant's own.
fn check_order(value: &Value, place: &str) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_order(item, place)),
        Value::Object(members) => {
            let rank = |name: &String| match name.as_str() {
                "id" => (0, String::new()),
                "object" => (1, String::new()),
                _ => (2, name.clone()),
            };
            let ranks: Vec<_> = members.keys().map(rank).collect();
            assert!(ranks.is_sorted(), "{place}: {:?}", members.keys());
            for (name, inner) in members.iter().filter(|(name, _)| !is_free(name)) {
                check_order(inner, &format!("{place}.{name}"));
            }
        }
        _ => {}
    }
}

/// Hashes in the order of the merchant.
fn is_free(name: &str) -> bool {
    matches!(name, "metadata" | "custom_fields")
}

#[test]
fn members_stand_in_order_and_start_with_the_id() {
    for record in samples::records() {
        let value = render_record(&record, &VIEW);
        check_order(&value, record.kind().table());
        assert_eq!(value["id"], record.id());
        assert_eq!(value["object"], florin_render::object_name(record.kind()));
    }
}

#[test]
fn a_plain_intent_waits_for_a_payment_method() {
    let value = shown(samples::intent());
    assert_eq!(value["client_secret"], "pi_1_secret_s3cr3t");
    assert_eq!(value["status"], "requires_payment_method");
    assert_eq!(value["amount_details"], json!({"tip": {}}));
    assert_eq!(
        value["automatic_payment_methods"],
        json!({"allow_redirects": "always", "enabled": true})
    );
    assert_eq!(value["allowed_payment_method_types"], Value::Null);
    assert_eq!(value["next_action"], Value::Null);
    assert!(value.get("payment_details").is_none());
}

#[test]
fn a_challenge_is_a_page_of_this_installation() {
    let redirect = &shown(samples::full_intent())["next_action"];
    assert_eq!(
        redirect["redirect_to_url"]["url"],
        "http://127.0.0.1:8484/sandbox/authenticate/pi_1?client_secret=pi_1_secret_s3cr3t"
    );
    assert_eq!(
        redirect["redirect_to_url"]["return_url"],
        "https://shop.example/return"
    );
    let setup = &shown(samples::setup())["next_action"]["redirect_to_url"]["url"];
    assert_eq!(
        setup,
        "http://127.0.0.1:8484/sandbox/authenticate/seti_1?client_secret=seti_1_secret_s3cr3t"
    );
    let paid = PaymentIntent {
        status: IntentStatus::Succeeded,
        ..samples::full_intent()
    };
    assert_eq!(shown(paid)["next_action"], Value::Null);
}

#[test]
fn an_intent_shows_what_was_echoed_and_nothing_else() {
    let value = shown(samples::full_intent());
    assert_eq!(
        value["amount_details"],
        json!({
            "discount_amount": 5,
            "shipping": {"amount": 7, "from_postal_code": null, "to_postal_code": null},
            "tax": {"total_tax_amount": 9},
            "tip": {},
        })
    );
    assert_eq!(
        value["payment_details"],
        json!({"customer_reference": null, "order_reference": "o-42"})
    );
    assert_eq!(value["shipping"]["address"]["line1"], "A 1");
    assert_eq!(value["statement_descriptor_suffix"], "TEA");
    assert_eq!(
        value["payment_method_options"]["card"]["capture_method"],
        "manual"
    );
    assert_eq!(
        value["payment_method_options"]["card"]["request_multicapture"],
        "if_available"
    );
    assert_eq!(
        value["payment_method_options"]["card"]["statement_descriptor_suffix_kana"],
        "カナ"
    );
    assert_eq!(value["metadata"], json!({"object": "mine", "order": "42"}));
    assert!(value.get("radar_options").is_none());
}

#[test]
fn a_failure_carries_the_whole_payment_method() {
    let error = &shown(samples::full_intent())["last_payment_error"];
    assert_eq!(error["payment_method"], shown(samples::method()));
    assert_eq!(error["charge"], "ch_1");
    assert_eq!(
        (&error["code"], &error["type"]),
        (&json!("card_declined"), &json!("card_error"))
    );
    assert_eq!(
        error["doc_url"],
        "http://127.0.0.1:8484/docs/errors#card_declined"
    );
    assert!(
        shown(samples::setup())["last_setup_error"]
            .get("charge")
            .is_none()
    );
}

#[test]
fn line_items_have_ids_of_their_own() {
    let items = render_line_items(&samples::full_intent());
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["id"], "uli_1000");
    assert_eq!(
        (&items[0]["product_name"], &items[0]["quantity"]),
        (&json!("Tea"), &json!(2))
    );
    assert_eq!(items[0]["tax"], json!({"total_tax_amount": 1}));
    assert!(render_line_items(&samples::intent()).is_empty());
}

#[test]
fn a_charge_tells_its_outcome() {
    let blocked = Decline {
        blocked: true,
        risk: Risk::Highest,
        ..samples::decline()
    };
    let cases = [
        (
            samples::charge(),
            ("authorized", "approved_by_network", Value::Null, "normal"),
        ),
        (
            samples::open_charge(),
            (
                "authorized",
                "approved_by_network",
                json!("elevated_risk_level"),
                "elevated",
            ),
        ),
        (
            samples::failed_charge(),
            (
                "issuer_declined",
                "declined_by_network",
                json!("insufficient_funds"),
                "normal",
            ),
        ),
        (
            Charge {
                decline: Some(blocked),
                ..samples::failed_charge()
            },
            (
                "blocked",
                "not_sent_to_network",
                json!("highest_risk_level"),
                "highest",
            ),
        ),
    ];
    for (charge, (kind, status, reason, level)) in cases {
        let outcome = &shown(charge)["outcome"];
        assert_eq!(outcome["type"], kind);
        assert_eq!(
            (&outcome["network_status"], &outcome["reason"]),
            (&json!(status), &reason)
        );
        assert_eq!(outcome["risk_level"], level);
    }
    assert_eq!(
        shown(samples::charge())["outcome"]["seller_message"],
        "Payment complete."
    );
    assert_eq!(
        shown(samples::failed_charge())["outcome"]["advice_code"],
        "try_again_later"
    );
}

#[test]
fn a_charge_tells_what_became_of_its_money() {
    let returned = Charge {
        amount_refunded: 2500,
        ..samples::charge()
    };
    let partly = Charge {
        amount_refunded: 600,
        ..samples::charge()
    };
    let voided = Charge {
        voided: true,
        open: false,
        ..samples::open_charge()
    };
    // (charge, paid, captured, refunded, amount_refunded, amount_captured)
    let cases = [
        (samples::charge(), true, true, false, 0, 2500),
        (returned, true, true, true, 2500, 2500),
        (partly, true, true, false, 600, 2500),
        (samples::open_charge(), true, false, false, 0, 0),
        (voided, true, false, false, 0, 0),
        (samples::failed_charge(), false, false, false, 0, 0),
    ];
    for (charge, paid, captured, refunded, back, taken) in cases {
        let value = shown(charge);
        let flags = [&value["paid"], &value["captured"], &value["refunded"]];
        assert_eq!(flags, [&json!(paid), &json!(captured), &json!(refunded)]);
        assert_eq!(
            (&value["amount_refunded"], &value["amount_captured"]),
            (&json!(back), &json!(taken))
        );
    }
}

/// What is left of an authorization was a refund before `2025-03-31.basil`, and is none since.
#[test]
fn an_older_reader_counts_what_was_given_back_as_refunded() {
    let voided = Charge {
        voided: true,
        open: false,
        ..samples::open_charge()
    };
    let in_part = Charge {
        captured: true,
        amount_captured: 2000,
        ..samples::open_charge()
    };
    let closed = Charge {
        open: false,
        ..in_part.clone()
    };
    // (charge, what the newest version says, what the last version before the change says)
    let cases = [
        (voided, (0, false), (2500, true)),
        (closed, (0, false), (500, false)),
        (in_part, (0, false), (0, false)),
        (samples::open_charge(), (0, false), (0, false)),
        (samples::charge(), (0, false), (0, false)),
        (samples::failed_charge(), (0, false), (0, false)),
    ];
    for (charge, newest, older) in cases {
        let mut value = shown(charge);
        let versions = [
            (ApiVersion::Basil2025_03_31, newest),
            (ApiVersion::Acacia2025_02_24, older),
        ];
        for (version, wanted) in versions {
            walk_back(&mut value, version);
            let said = (&value["amount_refunded"], &value["refunded"]);
            assert_eq!(said, (&json!(wanted.0), &json!(wanted.1)), "{version}");
        }
    }
}

#[test]
fn a_refund_names_whom_it_goes_to() {
    let value = shown(samples::refund());
    assert_eq!(value["customer"], "cus_1");
    let mut older = value;
    walk_back(&mut older, ApiVersion::Dahlia2026_06_24);
    assert!(older.get("customer").is_none());
    assert_eq!(shown(Refund::default())["customer"], Value::Null);
}

#[test]
fn card_details_show_what_was_granted_while_it_can_be_used() {
    let open = &shown(samples::open_charge())["payment_method_details"]["card"];
    let done = &shown(samples::charge())["payment_method_details"]["card"];
    for name in ["incremental_authorization", "multicapture", "overcapture"] {
        assert_eq!(open[name]["status"], "available", "{name}");
        assert_eq!(done[name]["status"], "unavailable", "{name}");
    }
    assert_eq!(open["overcapture"]["maximum_amount_capturable"], 3000);
    assert_eq!(open["extended_authorization"]["status"], "enabled");
    assert_eq!(open["three_d_secure"]["result"], "authenticated");
    assert_eq!((&open["moto"], done.get("moto")), (&json!(true), None));
    assert_eq!(done["amount_authorized"], 2500);
    let failed = &shown(samples::failed_charge())["payment_method_details"]["card"];
    assert_eq!(failed["amount_authorized"], Value::Null);
    assert_eq!(
        shown(samples::charge())["radar_options"],
        json!({"session": "rse_1"})
    );
}

#[test]
fn a_token_shows_an_older_card() {
    let value = shown(samples::token());
    assert_eq!(value["card"]["id"], "card_1");
    assert_eq!(value["card"]["brand"], "Visa");
    assert_eq!(value["card"]["cvc_check"], "unchecked");
    assert_eq!(
        (
            &value["card"]["address_zip"],
            &value["card"]["address_zip_check"]
        ),
        (&json!("10115"), &json!("unchecked"))
    );
    assert!(value["card"].get("customer").is_none());
    let source = render_source(&samples::method(), &VIEW);
    assert_eq!(
        (&source["id"], &source["object"], &source["customer"]),
        (&json!("pm_1"), &json!("card"), &json!("cus_1"))
    );
    assert_eq!(
        (&source["cvc_check"], &source["address_line1_check"]),
        (&json!("pass"), &json!("fail"))
    );
}

#[test]
fn what_is_sold_shows_exact_numbers() {
    let product = shown(sold::product());
    assert_eq!(
        product["package_dimensions"],
        json!({"height": 1.5, "length": 2, "weight": 3, "width": 4})
    );
    assert_eq!(product["type"], "good");
    let price = shown(sold::price());
    assert_eq!(
        (&price["unit_amount"], &price["unit_amount_decimal"]),
        (&Value::Null, &json!("0.5"))
    );
    let whole = shown(Price {
        unit_amount: Some(500),
        ..Price::default()
    });
    assert_eq!(
        (&whole["unit_amount_decimal"], &whole["tax_behavior"]),
        (&json!("500"), &json!("unspecified"))
    );
    let rate = shown(sold::tax_rate());
    assert_eq!(rate["percentage"].to_string(), "8.875");
    let gone = shown(Product {
        deleted: true,
        ..sold::product()
    });
    assert_eq!(
        gone,
        json!({"id": "prod_1", "object": "product", "deleted": true})
    );
}

#[test]
fn deleted_objects_leave_their_id() {
    let customer = florin_domain::customers::Customer {
        deleted: true,
        ..samples::customer()
    };
    let wanted = json!({"id": "cus_1", "object": "customer", "deleted": true});
    assert_eq!(shown(customer), wanted);
    assert_eq!(deleted(Kind::Customer, "cus_1"), wanted);
    assert_eq!(
        deleted(Kind::WebhookEndpoint, "we_1")["object"],
        "webhook_endpoint"
    );
}

#[test]
fn a_secret_is_shown_only_when_it_is_handed_in() {
    assert!(shown(samples::endpoint()).get("secret").is_none());
    assert_eq!(
        render_endpoint(&samples::endpoint(), &VIEW, Some("whsec_x"))["secret"],
        "whsec_x"
    );
    let off = florin_domain::webhooks::WebhookEndpoint {
        disabled: true,
        ..samples::endpoint()
    };
    assert_eq!(shown(off)["status"], "disabled");
}

#[test]
fn what_is_no_object_of_the_api_is_not_shown() {
    let key = florin_domain::accounts::ApiKey::default();
    let sealed = florin_domain::cards::VaultCard::default();
    assert_eq!(shown(key), Value::Null);
    assert_eq!(shown(sealed), Value::Null);
}

#[test]
fn members_without_a_record_are_null_rather_than_absent() {
    let bare = shown(SetupIntent {
        id: "seti_2".into(),
        ..SetupIntent::default()
    });
    for name in [
        "customer",
        "mandate",
        "latest_attempt",
        "last_setup_error",
        "next_action",
    ] {
        assert_eq!(bare.get(name), Some(&Value::Null), "{name}");
    }
    let customer = shown(florin_domain::customers::Customer {
        echo: Map::new(),
        ..samples::customer()
    });
    assert_eq!(
        (&customer["tax_exempt"], &customer["preferred_locales"]),
        (&json!("none"), &json!([]))
    );
}
