//! The wire object of a payment link.
//!
//! What its sessions are made with is shown as it was asked for. Deliberately absent: what it sells, which is a list of its own.

use super::checkout_session::{adjustable, optional_item};
use crate::View;
use crate::echo::hash;
use crate::parse::offered;
use crate::shape::{Shape, metadata};
use florin_domain::checkout::PaymentLink;
use florin_wire::{Node, Params};
use serde_json::{Map, Value, json};

/// Where the pages of links are.
pub const LINK_PREFIX: &str = "/b/";

/// The address of a link's page.
pub fn link_url(id: &str, view: &View<'_>) -> String {
    format!("{}{LINK_PREFIX}{id}", view.base_url)
}

/// Renders a link.
pub(crate) fn render<'a>(link: &'a PaymentLink, view: &View<'_>) -> Node<'a> {
    let asked = &link.asked;
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let flag = |name: &str| hash(asked, name).and_then(|sent| sent.get("enabled")?.as_bool());
    let mut enabled = Shape::hash(1);
    enabled.put(
        "enabled",
        flag("phone_number_collection").unwrap_or_default(),
    );
    let types = asked.get("allowed_payment_method_types");
    let types = types.or_else(|| asked.get("payment_method_types"));
    let mut shape = Shape::object(&link.id, "payment_link", 36);
    shape
        .put("active", !link.inactive)
        .put("after_completion", after(link))
        .put("allow_promotion_codes", false)
        .null("application")
        .null("application_fee_amount")
        .null("application_fee_percent")
        .put("automatic_tax", no_tax())
        .put(
            "billing_address_collection",
            text("billing_address_collection").unwrap_or("auto"),
        )
        .put("consent_collection", consent(asked))
        .put("currency", link.currency.as_str())
        .put("custom_fields", fields(asked))
        .put("custom_text", custom_text(&link.told))
        .put(
            "customer_creation",
            text("customer_creation").unwrap_or("if_required"),
        )
        .put("inactive_message", link.inactive_message.as_deref())
        .null("invoice_creation")
        .put("livemode", view.live)
        .null("managed_payments")
        .put("metadata", metadata(&link.metadata))
        .null("on_behalf_of")
        .put("optional_items", optional_items(link))
        .put("payment_intent_data", intent_data(asked))
        .put("payment_method_collection", "always")
        .null("payment_method_options")
        .put("payment_method_types", types.cloned())
        .put("phone_number_collection", enabled.done())
        .put("restrictions", restrictions(link))
        .put(
            "shipping_address_collection",
            asked.get("shipping_address_collection").cloned(),
        )
        .put("shipping_options", shipping(link))
        .put("submit_type", text("submit_type").unwrap_or("auto"))
        .null("subscription_data")
        .put("tax_id_collection", no_tax_ids())
        .null("transfer_data")
        .put("url", link_url(&link.id, view));
    shape.done()
}

/// What buyers may add.
fn optional_items(link: &PaymentLink) -> Option<Node<'static>> {
    let sent = Params::new(link.asked.clone(), Map::new());
    let items = offered(&sent).into_iter().map(|item| {
        let price = item.price.to_string();
        optional_item(price.into(), item.quantity, item.adjustable.map(adjustable))
    });
    let items: Vec<Node<'static>> = items.collect();
    (!items.is_empty()).then_some(Node::List(items))
}

fn no_tax() -> Node<'static> {
    let mut shape = Shape::hash(2);
    shape.put("enabled", false).null("liability");
    shape.done()
}

/// How many buyers may complete a session, and how many did.
fn restrictions(link: &PaymentLink) -> Option<Node<'static>> {
    let limit = link.limit?;
    let mut sessions = Shape::hash(2);
    sessions.put("count", link.completed).put("limit", limit);
    let mut shape = Shape::hash(1);
    shape.put("completed_sessions", sessions.done());
    Some(shape.done())
}

fn no_tax_ids() -> Node<'static> {
    let mut shape = Shape::hash(2);
    shape.put("enabled", false).put("required", "never");
    shape.done()
}

/// What happens when a buyer has paid: they are sent on, or stay and read.
fn after(link: &PaymentLink) -> Node<'_> {
    let mut shape = Shape::hash(2);
    if let Some(url) = link.asked.get("success_url").and_then(Value::as_str) {
        let mut redirect = Shape::hash(1);
        redirect.put("url", url);
        shape
            .put("redirect", redirect.done())
            .put("type", "redirect");
        return shape.done();
    }
    let said = hash(&link.told, "custom_text");
    let said = said.and_then(|sent| sent.get("after_submit")?.get("message"));
    let mut hosted = Shape::hash(1);
    hosted.put("custom_message", said.cloned());
    shape
        .put("hosted_confirmation", hosted.done())
        .put("type", "hosted_confirmation");
    shape.done()
}

fn consent(asked: &Map<String, Value>) -> Option<Node<'_>> {
    let sent = hash(asked, "consent_collection")?;
    let mut shape = Shape::hash(3);
    shape
        .null("payment_method_reuse_agreement")
        .null("promotions")
        .put("terms_of_service", sent.get("terms_of_service").cloned());
    Some(shape.done())
}

fn fields(asked: &Map<String, Value>) -> Value {
    let sent = asked.get("custom_fields").and_then(Value::as_array);
    let whole = |field: &Value| {
        let below = |name: &str| field.get(name).cloned().unwrap_or_default();
        let kind = below("type");
        let word = kind.as_str().unwrap_or_default().to_owned();
        let inner = below(&word);
        let within = |name: &str| inner.get(name).cloned().unwrap_or_default();
        let details = match word.as_str() {
            "dropdown" => {
                json!({"default_value": within("default_value"), "options": within("options")})
            }
            _ => json!({
                "default_value": within("default_value"), "maximum_length": within("maximum_length"),
                "minimum_length": within("minimum_length"),
            }),
        };
        let optional = field.get("optional").and_then(Value::as_bool);
        let mut shown = json!({
            "key": below("key"), "label": below("label"), "optional": optional.unwrap_or_default(), "type": kind,
        });
        shown[&word] = details;
        shown
    };
    sent.into_iter().flatten().map(whole).collect()
}

fn custom_text(told: &Map<String, Value>) -> Value {
    let sent = hash(told, "custom_text");
    let text = |name: &str| sent.and_then(|sent| sent.get(name)).cloned();
    json!({
        "after_submit": text("after_submit"), "shipping_address": text("shipping_address"), "submit": text("submit"),
        "terms_of_service_acceptance": text("terms_of_service_acceptance"),
    })
}

fn intent_data(asked: &Map<String, Value>) -> Option<Node<'_>> {
    let sent = hash(asked, "payment_intent_data")?;
    let told = |name: &str| sent.get(name).filter(|value| !value.is_null()).cloned();
    let mut shape = Shape::hash(7);
    shape
        .put("capture_method", told("capture_method"))
        .put("description", told("description"))
        .put("metadata", told("metadata").unwrap_or_else(|| json!({})))
        .put("setup_future_usage", told("setup_future_usage"))
        .put("statement_descriptor", told("statement_descriptor"))
        .put(
            "statement_descriptor_suffix",
            told("statement_descriptor_suffix"),
        )
        .put("transfer_group", told("transfer_group"));
    Some(shape.done())
}

fn shipping(link: &PaymentLink) -> Node<'_> {
    let options = link.shipping.iter().map(|option| {
        let mut shape = Shape::hash(2);
        shape
            .put("shipping_amount", option.amount)
            .put("shipping_rate", &*option.rate);
        shape.done()
    });
    Node::List(options.collect())
}
