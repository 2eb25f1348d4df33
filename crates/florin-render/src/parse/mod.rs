//! Parameters become commands.
//!
//! The schema has checked names, types and limits; what is left is meaning: defaults, exclusions, and the
//! difference between "not sent" (leave alone) and "sent empty" (unset). A parameter whose effect the command
//! cannot carry is refused, never dropped. Deliberately absent: loading what an id names, and card numbers,
//! which go to the vault by another way.

mod catalog;
mod charge;
mod checkout;
mod custom_fields;
mod customer;
mod customer_session;
mod front;
mod method_options;
mod payment_intent;
mod payment_method;
mod refund;
mod setup_intent;
mod webhook_endpoint;

pub use catalog::{
    lookup_keys, new_price, new_product, new_shipping_rate, new_tax_rate, price_data, price_patch,
    product_data, product_patch, shipping_rate_data, shipping_rate_patch, tax_rate_patch,
    wanted_activity, wanted_inclusion,
};
pub use charge::{create_charge, update_charge};
pub use checkout::{
    adjustable, adjusts, create_session, link_patch, link_terms, of_link, offered, update_session,
};
pub use customer::customer;
pub use customer_session::customer_session;
pub use front::front_payment;
pub use payment_intent::{
    cancel_reason, capture, confirm_intent, create_intent, descriptive, increment, update_intent,
};
pub use payment_method::{configuration, confirmation_terms, legacy_billing, method};
pub use refund::refund;
pub use setup_intent::{create_setup, setup};
pub use webhook_endpoint::endpoint;

use florin_base::Asset;
use florin_domain::customers::merge_echo;
use florin_domain::payments::{AutomaticMethods, FutureUsage, MetadataPatch};
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

/// The parameter `metadata`: left alone, emptied, or merged.
///
/// # Errors
/// None now; the schema has checked the limits.
pub fn metadata(params: &Params) -> Result<MetadataPatch, WireError> {
    Ok(metadata_at(params, "metadata"))
}

fn metadata_at(params: &Params, path: &str) -> MetadataPatch {
    match params.get(path) {
        None => MetadataPatch::Keep,
        Some(Value::Object(sent)) => {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            MetadataPatch::Merge(
                sent.iter()
                    .map(|(key, value)| (key.clone(), text(value)))
                    .collect(),
            )
        }
        Some(_) => MetadataPatch::Clear,
    }
}

/// A text, if one was sent.
fn text(params: &Params, path: &str) -> Option<String> {
    params.text(path).map(str::to_owned)
}

/// A text to set, to unset, or to leave alone.
fn text_patch(params: &Params, path: &str) -> Option<Option<String>> {
    params.has(path).then(|| text(params, path))
}

/// What is acted on and lies among the echoed members all the same, because the object only shows it otherwise.
const SERVED_ECHO: [&str; 1] = ["receipt_email"];

/// The echoed parameters that belong to the object itself. What stands below a new payment method does not.
fn echo(params: &Params) -> Map<String, Value> {
    let mut echo = params.echoed().clone();
    for name in SERVED_ECHO {
        if let Some(value) = params.get(name) {
            echo.insert(name.to_owned(), value.clone());
        }
    }
    for elsewhere in ["payment_method_data", "card", "source"] {
        echo.shift_remove(elsewhere);
    }
    echo
}

/// The echoed parameters of a new object: what was sent empty is not there at all.
fn fresh_echo(params: &Params) -> Map<String, Value> {
    let mut fresh = Map::new();
    merge_echo(&mut fresh, echo(params));
    fresh
}

/// A required amount in minor units.
fn amount(params: &Params, name: &str) -> Result<i64, WireError> {
    params.int(name).ok_or_else(|| WireError::missing(name))
}

/// The currency, if one was sent.
fn currency(params: &Params) -> Result<Option<Asset>, WireError> {
    currency_at(params, "currency", "currency")
}

/// A currency at a path, which the wire calls `named`.
fn currency_at(params: &Params, path: &str, named: &str) -> Result<Option<Asset>, WireError> {
    let Some(code) = params.text(path) else {
        return Ok(None);
    };
    match Asset::parse(code) {
        Some(asset) => Ok(Some(asset)),
        None => Err(
            WireError::invalid("Invalid currency: use a three-letter ISO 4217 code.")
                .with_param(named),
        ),
    }
}

/// The currency of something new.
fn required_currency(params: &Params) -> Result<Asset, WireError> {
    currency(params)?.ok_or_else(|| WireError::missing("currency"))
}

/// The word of an enum whose values the schema has checked.
fn word<T>(
    params: &Params,
    path: &str,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>, WireError> {
    let Some(sent) = params.text(path) else {
        return Ok(None);
    };
    match read(sent) {
        Some(value) => Ok(Some(value)),
        None => Err(WireError::invalid(format!(
            "The value of {0} is not one that Florin knows.",
            wire(path)
        ))
        .with_param(wire(path))),
    }
}

/// What a method is to be saved for: set, unset, or left alone.
fn future_usage(params: &Params, path: &str) -> Result<Option<Option<FutureUsage>>, WireError> {
    if params.text(path) == Some("none") || params.is_unset(path) {
        return Ok(Some(None));
    }
    Ok(word(params, path, FutureUsage::from_word)?.map(Some))
}

/// The types that a request narrows an intent to. Walking forward has given the list its newest name.
fn types(params: &Params) -> Result<Option<Vec<String>>, WireError> {
    if TYPES.iter().all(|name| params.has(name)) {
        let [newer, older] = TYPES;
        let message = format!("You may only send one of these parameters: {newer}, {older}.");
        return Err(WireError::invalid(message).with_param(older));
    }
    let Some(list) = TYPES.iter().find_map(|name| params.list(name)) else {
        return Ok(None);
    };
    let words = list.iter().filter_map(Value::as_str).map(str::to_owned);
    Ok(Some(words.collect()))
}

/// The types that a request leaves out; the empty text leaves none out.
fn excluded(params: &Params) -> Option<Vec<String>> {
    let name = "excluded_payment_method_types";
    let list = params.list(name).into_iter().flatten();
    let words = list.filter_map(Value::as_str).map(str::to_owned);
    params.has(name).then(|| words.collect())
}

const TYPES: [&str; 2] = ["allowed_payment_method_types", "payment_method_types"];

/// Who chooses the types of a new intent: the merchant with a list, or Florin unless it is told not to.
fn automatic(params: &Params) -> Result<Option<AutomaticMethods>, WireError> {
    let enabled = params.flag("automatic_payment_methods.enabled");
    let listed = TYPES
        .iter()
        .find(|name| params.list(name).is_some_and(|list| !list.is_empty()));
    if let (Some(true), Some(listed)) = (enabled, listed) {
        let message = format!(
            "You may only send one of these parameters: automatic_payment_methods, {listed}. Either list the types, or \
             let Florin choose them."
        );
        return Err(WireError::invalid(message).with_param(*listed));
    }
    let chooses = enabled.unwrap_or(listed.is_none());
    let never_redirect = params.text("automatic_payment_methods.allow_redirects") == Some("never");
    Ok(chooses.then_some(AutomaticMethods { never_redirect }))
}

/// A dotted path as the wire writes it: `a[b][c]`.
fn wire(path: &str) -> String {
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default().to_owned();
    steps.fold(first, |text, step| format!("{text}[{step}]"))
}

#[cfg(test)]
mod tests {
    use super::wire;

    #[test]
    fn paths_are_named_as_they_were_sent() {
        assert_eq!(wire("amount"), "amount");
        assert_eq!(
            wire("payment_method_options.card.moto"),
            "payment_method_options[card][moto]"
        );
    }
}
