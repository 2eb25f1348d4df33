//! What a page sends, read into commands.
//!
//! The page is ours, but what is sent need not come from it: everything is checked, and what is unknown is refused by name.

use crate::cards::{parse_card, wire_path};
use florin_base::Scope;
use florin_engine::operations::{Choice, Collected, Press};
use florin_engine::{Engine, Halt, MethodDetails, MethodSource, MethodType};
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

/// What a page may send with a press of the button.
const PRESS: [&str; 11] = [
    "attempt",
    "expected_amount",
    "method",
    "saved_method",
    "card",
    "billing",
    "shipping",
    "save",
    "custom_fields",
    "terms",
    "locale",
];
/// What it may send with a choice.
const CHOICE: [&str; 4] = ["shipping_option", "quantities", "amounts", "locale"];
/// The members of a person, and of an address.
const PERSON: [&str; 4] = ["name", "email", "phone", "address"];
const ADDRESS: [&str; 6] = ["line1", "line2", "city", "state", "postal_code", "country"];
/// The members of a card; `network` is what the buyer prefers of a co-branded one.
const CARD: [&str; 5] = ["number", "exp_month", "exp_year", "cvc", "network"];
/// The longest text of a person.
const TEXT_CHARS_MAX: usize = 500;
/// The longest name of a press.
const ATTEMPT_CHARS_MAX: usize = 64;

fn refuse(param: &str, message: &str) -> WireError {
    WireError::invalid(message).with_param(wire_path(param))
}

fn only(sent: &Map<String, Value>, known: &[&str], above: &str) -> Result<(), WireError> {
    match sent.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            Err(refuse(&below(above, name), "This is not known here.")
                .with_code("parameter_unknown"))
        }
    }
}

/// A text, if one was sent; an empty one is none.
fn text(sent: &Map<String, Value>, name: &str, above: &str) -> Result<Option<String>, WireError> {
    let path = below(above, name);
    match sent.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() > TEXT_CHARS_MAX => {
            Err(refuse(&path, "This text is too long."))
        }
        Some(Value::String(text)) => {
            Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
        }
        Some(_) => Err(refuse(&path, "This must be a text.")),
    }
}

/// A flag: true in JSON, `on` in a form.
fn flag(sent: &Map<String, Value>, name: &str) -> Result<bool, WireError> {
    match sent.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if matches!(text.as_str(), "on" | "true") => Ok(true),
        Some(Value::String(text)) if matches!(text.as_str(), "" | "false") => Ok(false),
        Some(_) => Err(refuse(name, "This must be true or false.")),
    }
}

fn whole(sent: &Map<String, Value>, name: &str, above: &str) -> Result<Option<i64>, WireError> {
    let number = match sent.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    let wrong = || refuse(&below(above, name), "This must be a whole number.");
    number.map(Some).ok_or_else(wrong)
}

fn object<'a>(
    sent: &'a Map<String, Value>,
    name: &str,
    above: &str,
) -> Result<Option<&'a Map<String, Value>>, WireError> {
    match sent.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(refuse(&below(above, name), "This must be an object.")),
    }
}

/// The path of a member.
fn below(above: &str, name: &str) -> String {
    match above {
        "" => name.to_owned(),
        above => format!("{above}.{name}"),
    }
}

/// The name of a press.
pub(super) fn attempt(sent: &Map<String, Value>) -> Result<String, WireError> {
    let attempt = text(sent, "attempt", "")?.ok_or_else(|| WireError::missing("attempt"))?;
    let sound = attempt.chars().count() <= ATTEMPT_CHARS_MAX
        && attempt
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match sound {
        true => Ok(attempt),
        false => Err(refuse(
            "attempt",
            "This must be at most 64 letters, digits, - and _.",
        )),
    }
}

/// What the buyer told with a press.
pub(super) fn press(sent: &Map<String, Value>) -> Result<Press, WireError> {
    only(sent, &PRESS, "")?;
    let told = Collected {
        buyer: person(sent, "billing")?,
        delivery: person(sent, "shipping")?,
        fields: answers(sent)?,
        agreed: flag(sent, "terms")?,
    };
    Ok(Press {
        told,
        expected_total: whole(sent, "expected_amount", "")?,
        saves: flag(sent, "save")?,
    })
}

/// A person with an address; what was not filled in is left out.
fn person(sent: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, WireError> {
    let mut person = Map::new();
    let Some(told) = object(sent, name, "")? else {
        return Ok(person);
    };
    only(told, &PERSON, name)?;
    for member in ["name", "email", "phone"] {
        if let Some(text) = text(told, member, name)? {
            person.insert(member.to_owned(), Value::String(text));
        }
    }
    if let Some(Value::String(email)) = person.get("email")
        && !florin_wire::is_email(email)
    {
        let path = format!("{name}.email");
        return Err(refuse(&path, "This is no email address.").with_code("email_invalid"));
    }
    let Some(told) = object(told, "address", name)? else {
        return Ok(person);
    };
    let above = format!("{name}.address");
    only(told, &ADDRESS, &above)?;
    let mut address = Map::new();
    for member in ADDRESS {
        if let Some(text) = text(told, member, &above)? {
            address.insert(member.to_owned(), Value::String(text));
        }
    }
    if !address.is_empty() {
        person.insert("address".to_owned(), Value::Object(address));
    }
    Ok(person)
}

fn answers(sent: &Map<String, Value>) -> Result<Vec<(String, String)>, WireError> {
    let Some(told) = object(sent, "custom_fields", "")? else {
        return Ok(Vec::new());
    };
    let mut answers = Vec::with_capacity(told.len());
    for key in told.keys() {
        if let Some(text) = text(told, key, "custom_fields")? {
            answers.push((key.clone(), text));
        }
    }
    Ok(answers)
}

/// What the buyer chose.
pub(super) fn choice(sent: &Map<String, Value>) -> Result<Choice, WireError> {
    only(sent, &CHOICE, "")?;
    Ok(Choice {
        shipping_rate: text(sent, "shipping_option", "")?,
        quantities: numbers(sent, "quantities")?,
        amounts: numbers(sent, "amounts")?,
        locale: text(sent, "locale", "")?,
    })
}

/// A whole number for each item.
fn numbers(sent: &Map<String, Value>, name: &str) -> Result<Vec<(String, i64)>, WireError> {
    let mut numbers = Vec::new();
    if let Some(told) = object(sent, name, "")? {
        for id in told.keys() {
            let number = whole(told, id, name)?;
            numbers.push((id.clone(), number.unwrap_or_default()));
        }
    }
    Ok(numbers)
}

/// With what the buyer, who is told of in `billing`, pays. The number is sealed here and forgotten.
pub(super) async fn method(
    engine: &Engine,
    scope: &Scope,
    mut sent: Map<String, Value>,
    billing: Map<String, Value>,
) -> Result<Option<MethodSource>, Halt> {
    if let Some(id) = text(&sent, "saved_method", "")? {
        let param = "saved_method";
        return Ok(Some(MethodSource::Id { id, param }));
    }
    let named = text(&sent, "method", "")?.unwrap_or_else(|| "card".to_owned());
    match MethodType::from_word(&named) {
        Some(MethodType::Card) => {}
        Some(_) if matches!(sent.get("card"), Some(Value::Object(_))) => {
            let message = format!("The method {named:?} has no card.");
            return Err(refuse("card", &message).into());
        }
        Some(kind) => {
            return Ok(Some(MethodSource::Plain(Box::new(MethodDetails {
                kind,
                billing,
                ..MethodDetails::default()
            }))));
        }
        None => {
            let message = format!("The method {named:?} is not offered here.");
            return Err(refuse("method", &message).into());
        }
    }
    let Some(Value::Object(card)) = sent.get_mut("card") else {
        return Ok(None);
    };
    only(card, &CARD, "card")?;
    let preferred = text(card, "network", "card")?;
    for name in ["exp_month", "exp_year"] {
        if let Some(number) = whole(card, name, "card")? {
            card.insert(name.to_owned(), Value::from(full_year(name, number)));
        }
    }
    let params = Params::new(sent, Map::new());
    let input = parse_card(&params, "card", engine)?;
    let card = engine.intake(scope, input, "pm_").await?;
    let details = MethodDetails {
        billing,
        preferred,
        ..MethodDetails::default()
    };
    Ok(Some(MethodSource::Card(Box::new(card), Box::new(details))))
}

/// A year of two digits is one of this century.
fn full_year(name: &str, number: i64) -> i64 {
    match name == "exp_year" && (0..100).contains(&number) {
        true => 2000 + number,
        false => number,
    }
}

/// The flat fields of the form without scripts, as the page would send them.
pub(super) fn of_form(form: Map<String, Value>) -> Map<String, Value> {
    let mut sent = Map::new();
    let mut card = Map::new();
    let mut billing = Map::new();
    for (name, value) in form {
        match name.as_str() {
            "number" | "cvc" => {
                card.insert(name, value);
            }
            "exp" => {
                let text = value.as_str().unwrap_or_default();
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let (month, year) = digits.split_at(digits.len().min(2));
                card.insert("exp_month".to_owned(), Value::from(month));
                card.insert("exp_year".to_owned(), Value::from(year));
            }
            "email" | "name" | "phone" => {
                billing.insert(name, value);
            }
            _ => {
                sent.insert(name, value);
            }
        }
    }
    if !card.is_empty() {
        sent.insert("card".to_owned(), Value::Object(card));
    }
    if !billing.is_empty() {
        sent.entry("billing").or_insert(Value::Object(billing));
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => panic!("not an object"),
        }
    }

    #[test]
    fn what_is_unknown_is_refused_by_name() {
        for (sent, param) in [
            (json!({"price": 1}), "price"),
            (json!({"billing": {"vat": "x"}}), "billing[vat]"),
            (
                json!({"billing": {"address": {"street": "x"}}}),
                "billing[address][street]",
            ),
            (json!({"billing": {"email": "nobody"}}), "billing[email]"),
            (json!({"terms": 3}), "terms"),
            (json!({"expected_amount": "1.5"}), "expected_amount"),
            (json!({"custom_fields": {"a": 1}}), "custom_fields[a]"),
        ] {
            let refused = press(&map(sent)).expect_err("a refusal");
            assert_eq!(refused.param.as_deref(), Some(param));
        }
    }

    #[test]
    fn a_form_says_the_same_as_the_page() {
        let form = map(json!({
            "attempt": "a1", "email": "jenny@example.com", "number": "4242 4242 4242 4242", "exp": "12 / 34", "cvc": "123",
        }));
        let sent = of_form(form);
        assert_eq!(sent["card"]["exp_month"], "12");
        assert_eq!(sent["card"]["exp_year"], "34");
        assert_eq!(sent["billing"]["email"], "jenny@example.com");
        let press = press(&sent).expect("a press");
        assert_eq!(press.told.buyer["email"], "jenny@example.com");
    }

    #[test]
    fn a_press_has_a_name() {
        assert!(attempt(&map(json!({}))).is_err());
        assert!(attempt(&map(json!({"attempt": "a b"}))).is_err());
        let long = "x".repeat(65);
        assert!(attempt(&map(json!({ "attempt": long }))).is_err());
        assert_eq!(
            attempt(&map(json!({"attempt": "3f-9_a"}))).expect("a name"),
            "3f-9_a"
        );
    }
}
