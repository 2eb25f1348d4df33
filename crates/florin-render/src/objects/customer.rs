//! The wire object of a customer.
//!
//! Deliberately absent: its sources, subscriptions and tax ids, which are shown when they are expanded, and
//! balances and discounts, which Florin does not keep.

use crate::View;
use crate::echo::{self, member};
use crate::shape::{Shape, metadata};
use florin_domain::Kind;
use florin_domain::customers::Customer;
use florin_wire::Node;
use serde_json::json;

/// Renders a customer; of a deleted one only the id is left.
pub(crate) fn render<'a>(customer: &'a Customer, view: &View<'_>) -> Node<'a> {
    if customer.deleted {
        return crate::deleted(Kind::Customer, &customer.id).into();
    }
    let echo = &customer.echo;
    let set = |name: &str| echo.get(name).filter(|value| !value.is_null()).cloned();
    let mut shape = Shape::object(&customer.id, "customer", 27);
    shape
        .put("address", echo::address(echo::hash(echo, "address")))
        .put("balance", 0)
        .put_some("business_name", set("business_name"))
        .put("created", customer.created.0)
        .null("currency")
        .null("customer_account")
        .put("default_source", customer.default_source.as_deref())
        .put("delinquent", false)
        .put("description", customer.description.as_deref())
        .null("discount")
        .put("email", customer.email.as_deref())
        .put_some("individual_name", set("individual_name"))
        .put("invoice_prefix", member(echo, "invoice_prefix"))
        .put("invoice_settings", invoice_settings(customer))
        .put("livemode", view.live)
        .put("metadata", metadata(&customer.metadata))
        .put("name", customer.name.as_deref())
        .put(
            "next_invoice_sequence",
            set("next_invoice_sequence").unwrap_or(json!(1)),
        )
        .put("phone", member(echo, "phone"))
        .put(
            "preferred_locales",
            set("preferred_locales").unwrap_or(json!([])),
        )
        .put("shipping", echo::customer_shipping(echo))
        .put("tax_exempt", set("tax_exempt").unwrap_or(json!("none")))
        .null("test_clock");
    shape.done()
}

fn invoice_settings(customer: &Customer) -> Node<'_> {
    let sent = echo::hash(&customer.echo, "invoice_settings");
    let given = |name: &str| sent.map(|sent| member(sent, name)).unwrap_or_default();
    let options = sent.and_then(|sent| echo::hash(sent, "rendering_options"));
    let mut shape = Shape::hash(4);
    shape
        .put("custom_fields", given("custom_fields"))
        .put(
            "default_payment_method",
            customer.default_payment_method.as_deref(),
        )
        .put("footer", given("footer"))
        .put(
            "rendering_options",
            options.map(|sent| echo::picked(sent, &["amount_tax_display", "template"])),
        );
    shape.done()
}
