//! The wire object of a merchant's account.
//!
//! Florin asks a merchant for no papers, so nothing is ever due. Cards can be charged; pay-outs do not exist yet,
//! and the object says so. Deliberately absent: persons, bank accounts and everything that a platform sets.

use crate::shape::{Shape, empty};
use florin_domain::accounts::Account;
use florin_wire::Node;
use serde_json::{Value, json};

/// Renders an account.
pub(crate) fn render(account: &Account) -> Node<'_> {
    let mut shape = Shape::object(&account.id, "account", 21);
    shape
        .put("business_profile", business_profile(account))
        .null("business_type")
        .put("capabilities", json!({"card_payments": "active"}))
        .put("charges_enabled", true)
        .put("controller", json!({"type": "account"}))
        .put("country", account.country.as_str())
        .put("created", account.created.0)
        .put("default_currency", account.default_currency.as_str())
        .put("details_submitted", true)
        .put("email", account.email.as_deref())
        .put("external_accounts", external_accounts(account))
        .put("future_requirements", requirements())
        .put("metadata", empty())
        .put("payouts_enabled", false)
        .put("requirements", requirements())
        .put("settings", settings(account))
        .put(
            "tos_acceptance",
            json!({"date": null, "ip": null, "user_agent": null}),
        )
        .put("type", "standard");
    shape.done()
}

fn business_profile(account: &Account) -> Node<'_> {
    let name = Some(account.name.as_str()).filter(|name| !name.is_empty());
    let mut shape = Shape::hash(10);
    shape
        .null("mcc")
        .null("minority_owned_business_designation")
        .put("name", name)
        .null("product_description")
        .null("specified_commercial_transactions_act_url")
        .null("support_address")
        .null("support_email")
        .null("support_phone")
        .null("support_url")
        .null("url");
    shape.done()
}

fn external_accounts(account: &Account) -> Value {
    let url = format!("/v1/accounts/{}/external_accounts", account.id);
    florin_wire::object::embedded_list(&url, Vec::new(), false, 0)
}

fn requirements() -> Value {
    json!({
        "alternatives": [],
        "current_deadline": null,
        "currently_due": [],
        "disabled_reason": null,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    })
}

fn settings(account: &Account) -> Value {
    let name = Some(account.name.as_str()).filter(|name| !name.is_empty());
    json!({
        "branding": {
            "icon": null,
            "logo": null,
            "primary_color": account.branding.button_color,
            "secondary_color": account.branding.background_color,
        },
        "card_payments": {
            "decline_on": {"avs_failure": false, "cvc_failure": false},
            "statement_descriptor_prefix": null,
            "statement_descriptor_prefix_kana": null,
            "statement_descriptor_prefix_kanji": null,
        },
        "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
        "payments": {
            "statement_descriptor": null,
            "statement_descriptor_kana": null,
            "statement_descriptor_kanji": null,
            "statement_descriptor_prefix_kana": null,
            "statement_descriptor_prefix_kanji": null,
        },
    })
}
