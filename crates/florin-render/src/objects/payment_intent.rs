//! The wire object of a payment intent.
//!
//! Deliberately absent: processing details, and the line items of the amount, which
//! are a list of their own ([`super::line_item`]).

use super::{method_configuration, next_action, payment_error};
use crate::View;
use crate::echo::{self, member, picked};
use crate::shape::{Shape, empty, metadata, texts, words};
use florin_domain::MethodType;
use florin_domain::methods::PixEnd;
use florin_domain::payments::{AutomaticMethods, IntentStatus, PaymentIntent};
use florin_wire::Node;
use serde_json::{Map, Value};

/// How many members the object has.
const MEMBERS: usize = 47;

/// Renders an intent.
pub(crate) fn render<'a>(intent: &'a PaymentIntent, view: &View<'_>) -> Node<'a> {
    let mut shape = Shape::object(&intent.id, "payment_intent", MEMBERS);
    let narrowed = intent.automatic.is_none();
    let offered = intent.offered();
    let configuration = intent.configuration.as_deref();
    let chosen_from = (!narrowed).then(|| method_configuration::details(configuration, view));
    shape
        .put(
            "allowed_payment_method_types",
            narrowed.then(|| words(&offered)),
        )
        .put("amount", intent.amount)
        .put("amount_capturable", intent.amount_capturable)
        .put("amount_details", amount_details(&intent.echo))
        .put("amount_received", intent.amount_received)
        .null("application")
        .null("application_fee_amount")
        .put(
            "automatic_payment_methods",
            automatic_methods(intent.automatic),
        )
        .put("canceled_at", intent.canceled_at.map(|at| at.0))
        .put("cancellation_reason", intent.cancellation_reason.as_deref())
        .put("capture_method", intent.capture_method.word())
        .put("client_secret", intent.client_secret())
        .put("confirmation_method", intent.confirmation_method.word())
        .put("created", intent.created.0)
        .put("currency", intent.currency.as_str())
        .put("customer", intent.customer.as_deref())
        .null("customer_account")
        .put("description", intent.description.as_deref())
        .put("excluded_payment_method_types", named(&intent.excluded))
        .put(
            "last_payment_error",
            payment_error::render(intent.last_error.as_ref(), view),
        )
        .put("latest_charge", intent.latest_charge.as_deref())
        .put("livemode", view.live)
        .null("managed_payments")
        .put("metadata", metadata(&intent.metadata))
        .put("next_action", challenge(intent, view))
        .null("on_behalf_of")
        .put_some("payment_details", payment_details(&intent.echo))
        .put("payment_method", intent.payment_method.as_deref())
        .put("payment_method_configuration_details", chosen_from)
        .put("payment_method_options", method_options(intent, &offered))
        .put("payment_method_types", words(&offered))
        .null("payment_record")
        .null("processing")
        .put("receipt_email", member(&intent.echo, "receipt_email"))
        .null("review")
        .put(
            "setup_future_usage",
            intent.setup_future_usage.map(|usage| usage.word()),
        )
        .put("shipping", echo::shipping(&intent.echo))
        .null("source")
        .put(
            "statement_descriptor",
            member(&intent.echo, "statement_descriptor"),
        )
        .put(
            "statement_descriptor_suffix",
            member(&intent.echo, "statement_descriptor_suffix"),
        )
        .put("status", intent.status.word())
        .null("transfer_data")
        .put("transfer_group", member(&intent.echo, "transfer_group"));
    shape.done()
}

/// Whether Florin chooses the types, for intents and set-ups.
pub(super) fn automatic_methods(automatic: Option<AutomaticMethods>) -> Node<'static> {
    let Some(automatic) = automatic else {
        return Node::Null;
    };
    let mut shape = Shape::hash(2);
    let redirects = if automatic.never_redirect {
        "never"
    } else {
        "always"
    };
    shape.put("allow_redirects", redirects).put("enabled", true);
    shape.done()
}

fn challenge<'a>(intent: &'a PaymentIntent, view: &View<'_>) -> Node<'a> {
    let open = intent.status == IntentStatus::RequiresAction && intent.challenge.is_some();
    if !open {
        return Node::Null;
    }
    next_action::of_intent(intent, view)
}

fn amount_details(echo: &Map<String, Value>) -> Node<'_> {
    let mut shape = Shape::hash(4);
    if let Some(sent) = echo::hash(echo, "amount_details") {
        let discount = sent.get("discount_amount").filter(|value| !value.is_null());
        let shipping = echo::hash(sent, "shipping");
        let tax = echo::hash(sent, "tax");
        shape
            .put_some("discount_amount", discount)
            .put_some(
                "shipping",
                shipping
                    .map(|sent| picked(sent, &["amount", "from_postal_code", "to_postal_code"])),
            )
            .put_some("tax", tax.map(|sent| picked(sent, &["total_tax_amount"])));
    }
    shape.put("tip", empty());
    shape.done()
}

/// What is shown of the options of a type that has hardly any.
fn options_of<'a>(intent: &'a PaymentIntent, kind: MethodType) -> Node<'a> {
    let sent = echo::hash(&intent.echo, "payment_method_options");
    let sent = sent.and_then(|sent| echo::hash(sent, kind.word()));
    let told = |name: &str| {
        let value = sent.and_then(|sent| sent.get(name));
        value.filter(|value| !value.is_null()).cloned()
    };
    let mut shape = Shape::hash(4);
    match kind {
        MethodType::Bancontact => {
            let language = told("preferred_language").unwrap_or_else(|| Value::from("en"));
            shape.put("preferred_language", language);
        }
        MethodType::CustomerBalance => {
            shape.put_some("bank_transfer", told("bank_transfer")).put(
                "funding_type",
                told("funding_type").unwrap_or_else(|| Value::from("bank_transfer")),
            );
        }
        MethodType::Paypal => {
            shape
                .put("preferred_locale", told("preferred_locale"))
                .put("reference", told("reference"));
        }
        MethodType::Pix => {
            let until = intent.waits_until.filter(|_| intent.tried == kind);
            let (after, at) = match intent.pix {
                Some(PixEnd::After(seconds)) => (Some(seconds), None),
                Some(PixEnd::At(time)) => (None, Some(time)),
                None => (None, None),
            };
            shape
                .put("expires_after_seconds", after)
                .put("expires_at", until.or(at).map(|at| at.0));
        }
        MethodType::WechatPay => {
            shape.put("app_id", told("app_id")).put(
                "client",
                told("client").unwrap_or_else(|| Value::from("web")),
            );
        }
        _ => {}
    }
    shape.done()
}

/// A list of types, if there is one.
pub(super) fn named(types: &[String]) -> Option<Node<'_>> {
    (!types.is_empty()).then(|| texts(types))
}

fn payment_details(echo: &Map<String, Value>) -> Option<Node<'_>> {
    let sent = echo::hash(echo, "payment_details")?;
    Some(picked(sent, &["customer_reference", "order_reference"]))
}

fn method_options<'a>(intent: &'a PaymentIntent, offered: &[&str]) -> Node<'a> {
    let card = &intent.card;
    let granted = |asked: bool| asked.then_some("if_available");
    let asked_3ds = card
        .request_three_d_secure
        .as_deref()
        .unwrap_or("automatic");
    let sent = echo::hash(&intent.echo, "payment_method_options")
        .and_then(|sent| echo::hash(sent, "card"));
    let suffix = |name: &str| {
        sent.and_then(|sent| sent.get(name))
            .filter(|value| !value.is_null())
            .cloned()
    };
    let mut shape = Shape::hash(12);
    shape
        .put_some("capture_method", card.capture_manual.then_some("manual"))
        .null("installments")
        .null("mandate_options")
        .put("network", card.network.as_deref())
        .put_some("request_extended_authorization", granted(card.extended))
        .put_some(
            "request_incremental_authorization",
            granted(card.incremental),
        )
        .put_some("request_multicapture", granted(card.multicapture))
        .put_some("request_overcapture", granted(card.overcapture))
        .put("request_three_d_secure", asked_3ds)
        .put_some(
            "setup_future_usage",
            match card.never_saved {
                true => Some("none"),
                false => card.setup_future_usage.map(|usage| usage.word()),
            },
        )
        .put_some(
            "statement_descriptor_suffix_kana",
            suffix("statement_descriptor_suffix_kana"),
        )
        .put_some(
            "statement_descriptor_suffix_kanji",
            suffix("statement_descriptor_suffix_kanji"),
        );
    let types = offered.iter();
    let types = types.filter_map(|word| MethodType::from_word(word));
    let mut options = Shape::hash(offered.len());
    let mut card = Some(shape.done());
    for kind in types {
        match kind.is_card() {
            true => options.put_some("card", card.take()),
            false => options.put(kind.word(), options_of(intent, kind)),
        };
    }
    options.done()
}
