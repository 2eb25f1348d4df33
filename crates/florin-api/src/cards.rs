//! Cards in parameters: numbers, expiry and codes are parsed, sealed by the engine, and forgotten.

use crate::pipeline::Exchange;
use florin_engine::{CardInput, Engine, Halt, MethodDetails, MethodSource, MethodType, NewCard};
use florin_render::parse;
use florin_vault::{CardNumber, Cvc, Expiry};
use florin_wire::{Params, WireError};

/// The card under a prefix such as `card` or `payment_method_data.card`.
pub fn parse_card(params: &Params, prefix: &str, engine: &Engine) -> Result<CardInput, WireError> {
    let at = |name: &str| format!("{prefix}.{name}");
    let wire = |name: &str| wire_path(&at(name));
    let text = params
        .text(&at("number"))
        .ok_or_else(|| WireError::missing(&wire("number")))?;
    let number = CardNumber::parse(text).map_err(|error| {
        let message = match error.code() {
            "incorrect_number" => "Your card number is incorrect.",
            _ => "The card number is not a valid credit card number.",
        };
        WireError::card(error.code(), message).with_param("number")
    })?;
    let month = params
        .int(&at("exp_month"))
        .ok_or_else(|| WireError::missing(&wire("exp_month")))?;
    let year = params
        .int(&at("exp_year"))
        .ok_or_else(|| WireError::missing(&wire("exp_year")))?;
    let expiry = parse_expiry(month, year, engine)?;
    let cvc = params.text(&at("cvc")).filter(|text| !text.is_empty());
    let cvc = cvc
        .map(|text| Cvc::parse(text, number.brand()))
        .transpose()
        .map_err(|error| {
            WireError::card(error.code(), "Your card's security code is invalid.").with_param("cvc")
        })?;
    Ok(CardInput {
        number,
        expiry,
        cvc,
    })
}

/// An expiry that is not past.
pub fn parse_expiry(month: i64, year: i64, engine: &Engine) -> Result<Expiry, WireError> {
    let (now_year, now_month) = engine.world().clock.now().timestamp().day().year_month();
    let wrong = |error: florin_vault::ExpiryError| match error.code() {
        "invalid_expiry_month" => WireError::card(
            "invalid_expiry_month",
            "Your card's expiration month is invalid.",
        )
        .with_param("exp_month"),
        code => {
            WireError::card(code, "Your card's expiration year is invalid.").with_param("exp_year")
        }
    };
    let expiry = Expiry::new(month, year).map_err(wrong)?;
    expiry.check(now_year, now_month).map_err(wrong)?;
    Ok(expiry)
}

/// `a.b.c` as the wire writes it: `a[b][c]`.
pub fn wire_path(path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}[{part}]"))
}

/// What a request means by `payment_method` or `payment_method_data`.
pub async fn method(exchange: &Exchange) -> Result<Option<MethodSource>, Halt> {
    let params = &exchange.params;
    if let Some(id) = params.text("payment_method") {
        if params.has("payment_method_data") {
            let message = "Pass either payment_method or payment_method_data, not both.";
            return Err(WireError::invalid(message)
                .with_param("payment_method_data")
                .into());
        }
        return Ok(Some(MethodSource::Id {
            id: id.to_owned(),
            param: "payment_method",
        }));
    }
    if !params.has("payment_method_data") {
        return Ok(None);
    }
    method_data(exchange, "payment_method_data", "payment_method_data.card")
        .await
        .map(Some)
}

/// The error of a type that Florin does not take. `path` named it.
fn unknown_type(named: &str, path: &str) -> WireError {
    let known = MethodType::ALL.iter().map(|kind| kind.word());
    let known: Vec<&str> = known.collect();
    let message = format!(
        "The payment method type {named:?} is not available; use one of: {}. See docs/compatibility.md.",
        known.join(", ")
    );
    WireError::invalid(message).with_param(wire_path(path))
}

/// A payment method made of `card` in the request; `prefix` is where its details stand.
pub async fn method_data(
    exchange: &Exchange,
    prefix: &str,
    card: &str,
) -> Result<MethodSource, Halt> {
    let params = &exchange.params;
    let kind = if prefix.is_empty() {
        "type".to_owned()
    } else {
        format!("{prefix}.type")
    };
    let named = params.text(&kind).unwrap_or("card");
    let details: MethodDetails = parse::method(params, prefix)?;
    match MethodType::from_word(named) {
        Some(MethodType::Card) => {}
        Some(_) if params.object(card).is_some() => {
            let message = format!("A payment method of type {named:?} has no card.");
            return Err(WireError::invalid(message)
                .with_param(wire_path(card))
                .into());
        }
        Some(kind) => {
            let details = MethodDetails { kind, ..details };
            return Ok(MethodSource::Plain(Box::new(details)));
        }
        None => return Err(unknown_type(named, &kind).into()),
    }
    if let Some(token) = params.text(&format!("{card}.token")) {
        let param = if prefix.is_empty() {
            "card[token]"
        } else {
            "payment_method_data[card][token]"
        };
        return Ok(MethodSource::Token {
            id: token.to_owned(),
            param,
            details: Box::new(details),
        });
    }
    let new = sealed(exchange, card, "pm_").await?;
    Ok(MethodSource::Card(Box::new(new), Box::new(details)))
}

/// A legacy `source`: a token, a payment method, or a card in the request with name and address beside it.
pub async fn source(exchange: &Exchange) -> Result<Option<MethodSource>, Halt> {
    let params = &exchange.params;
    if let Some(id) = params.text("source") {
        let details = Box::<MethodDetails>::default();
        return Ok(Some(match id.starts_with("tok_") {
            true => MethodSource::Token {
                id: id.to_owned(),
                param: "source",
                details,
            },
            false => MethodSource::Id {
                id: id.to_owned(),
                param: "source",
            },
        }));
    }
    if params.object("source").is_none() {
        return Ok(None);
    }
    let new = sealed(exchange, "source", "pm_").await?;
    let details = MethodDetails {
        billing: parse::legacy_billing(params, "source"),
        ..MethodDetails::default()
    };
    Ok(Some(MethodSource::Card(Box::new(new), Box::new(details))))
}

/// The card at a place of a request, sealed for what its `prefix` says.
pub async fn sealed(exchange: &Exchange, at: &str, prefix: &str) -> Result<NewCard, Halt> {
    if exchange.params.object(at).is_none() {
        return Err(WireError::missing(&wire_path(at)).into());
    }
    let input = parse_card(&exchange.params, at, &exchange.engine)?;
    let scope = &exchange.caller.scope;
    exchange.engine.intake(scope, input, prefix).await
}

/// A card for a token.
pub async fn token_card(exchange: &Exchange) -> Result<NewCard, Halt> {
    let mut card = sealed(exchange, "card", "tok_").await?;
    if let Some(network) = exchange.params.text("card.networks.preferred") {
        card.details.prefer(network);
    }
    Ok(card)
}
