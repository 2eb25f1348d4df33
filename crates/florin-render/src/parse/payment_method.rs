//! What a new or changed payment method is made of, besides the card itself.
//!
//! Deliberately absent: number and CVC. The caller hands them to the vault and fills in card and source.

use super::{fresh_echo, future_usage, metadata_at, text, wire};
use florin_domain::MethodType;
use florin_domain::cards::CardDetails;
use florin_domain::payments::{ConfigurationPatch, ConfirmationTerms, MethodDetails};
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

const LEGACY_ADDRESS: [(&str, &str); 6] = [
    ("address_city", "city"),
    ("address_country", "country"),
    ("address_line1", "line1"),
    ("address_line2", "line2"),
    ("address_state", "state"),
    ("address_zip", "postal_code"),
];

/// The details under `prefix`: empty for the operations on payment methods, `payment_method_data` for a method
/// inside another request. Without a number, a sent expiry is the new expiry of a known card.
///
/// # Errors
/// 402: month or year of an expiry cannot be.
pub fn method(params: &Params, prefix: &str) -> Result<MethodDetails, WireError> {
    let at = |name: &str| {
        if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}.{name}")
        }
    };
    let mut card = CardDetails::default();
    if !params.has(&at("card.number")) {
        card.exp_month = exp_month(params, &at("card.exp_month"))?;
        card.exp_year = exp_year(params, &at("card.exp_year"))?;
    }
    Ok(MethodDetails {
        card,
        billing: params
            .object(&at("billing_details"))
            .cloned()
            .unwrap_or_default(),
        metadata: metadata_at(params, &at("metadata")),
        allow_redisplay: text(params, &at("allow_redisplay")),
        cvc_given: params.has(&at("card.cvc")),
        preferred: match at("card.networks.preferred") {
            path if params.is_unset(&path) => Some(String::new()),
            path => text(params, &path),
        },
        ..MethodDetails::default()
    })
}

/// Which types of payment methods a configuration switches on or off.
pub fn configuration(params: &Params) -> ConfigurationPatch {
    let said = |kind: &MethodType| {
        let path = format!("{}.display_preference.preference", kind.word());
        let preference = match params.text(&path)? {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        Some((*kind, preference))
    };
    ConfigurationPatch {
        name: text(params, "name"),
        active: params.flag("active"),
        preferences: MethodType::ALL.iter().filter_map(said).collect(),
    }
}

/// What comes beside the payment method of a confirmation token.
///
/// # Errors
/// None now; the schema knows the words.
pub fn confirmation_terms(params: &Params) -> Result<ConfirmationTerms, WireError> {
    Ok(ConfirmationTerms {
        return_url: text(params, "return_url"),
        setup_future_usage: future_usage(params, "setup_future_usage")?.flatten(),
        echo: fresh_echo(params),
    })
}

/// Zero when it was not sent.
fn exp_month(params: &Params, path: &str) -> Result<u8, WireError> {
    let Some(sent) = params.int(path) else {
        return Ok(0);
    };
    match u8::try_from(sent) {
        Ok(month @ 1..=12) => Ok(month),
        _ => Err(invalid_expiry(
            "invalid_expiry_month",
            "Your card's expiration month is invalid.",
            path,
        )),
    }
}

/// Zero when it was not sent; two digits are of this century.
fn exp_year(params: &Params, path: &str) -> Result<u16, WireError> {
    let Some(sent) = params.int(path) else {
        return Ok(0);
    };
    match sent {
        0..=99 => Ok(2000 + sent as u16),
        1970..=2200 => Ok(sent as u16),
        _ => Err(invalid_expiry(
            "invalid_expiry_year",
            "Your card's expiration year is invalid.",
            path,
        )),
    }
}

fn invalid_expiry(code: &'static str, message: &str, path: &str) -> WireError {
    WireError::card(code, message).with_param(wire(path))
}

/// Name and address in the older flat form (`card[address_line1]` of a token, `source[address_line1]` of a
/// charge), as billing details. `prefix` is `card` or `source`.
pub fn legacy_billing(params: &Params, prefix: &str) -> Map<String, Value> {
    let sent = |name: &str| params.text(&format!("{prefix}.{name}")).map(Value::from);
    let mut billing = Map::new();
    let parts = LEGACY_ADDRESS
        .iter()
        .filter_map(|(flat, name)| Some(((*name).to_owned(), sent(flat)?)));
    let address: Map<String, Value> = parts.collect();
    if !address.is_empty() {
        billing.insert("address".to_owned(), Value::Object(address));
    }
    if let Some(name) = sent("name") {
        billing.insert("name".to_owned(), name);
    }
    billing
}
