//! The questions that a merchant has the payment page ask.

use super::{text, wire, word};
use florin_domain::checkout::{Bound, Field, FieldKind};
use florin_wire::{Params, WireError};
use serde_json::Value;

/// The most questions of a merchant.
const FIELDS_MAX: usize = 3;

/// The questions of a session, in their order.
///
/// # Errors
/// 400: too many; two of one key; one that no answer would fit.
pub fn fields(params: &Params) -> Result<Vec<Field>, WireError> {
    let count = params.list("custom_fields").map_or(0, Vec::len);
    if count > FIELDS_MAX {
        let message = format!("A session takes at most {FIELDS_MAX} custom fields.");
        return Err(WireError::invalid(message).with_param("custom_fields"));
    }
    let mut fields: Vec<Field> = Vec::with_capacity(count);
    for place in 0..count {
        let field = field(params, place)?;
        if fields.iter().any(|before| before.key == field.key) {
            let message = format!(
                "Two custom fields have the key `{}`. Give each its own: answers are told apart by it.",
                field.key
            );
            return Err(refused(message, &at(place, "key")));
        }
        fields.push(field);
    }
    Ok(fields)
}

fn at(place: usize, name: &str) -> String {
    format!("custom_fields.{place}.{name}")
}

fn refused(message: impl Into<String>, path: &str) -> WireError {
    WireError::invalid(message).with_param(wire(path))
}

fn field(params: &Params, place: usize) -> Result<Field, WireError> {
    let required = |name: &str| {
        let sent = text(params, &at(place, name)).filter(|text| !text.is_empty());
        sent.ok_or_else(|| WireError::missing(&wire(&at(place, name))))
    };
    let kind = word(params, &at(place, "type"), FieldKind::from_word)?.unwrap_or_default();
    let below = |name: &str| at(place, &format!("{}.{name}", kind.word()));
    let key = required("key")?;
    if !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let message = "A key has letters and digits only.";
        return Err(refused(message, &at(place, "key")));
    }
    let field = Field {
        key,
        label: required("label.custom")?,
        kind,
        optional: params.flag(&at(place, "optional")).unwrap_or(false),
        default_value: text(params, &below("default_value")).filter(|text| !text.is_empty()),
        length: Bound {
            minimum: params.int(&below("minimum_length")),
            maximum: params.int(&below("maximum_length")),
        },
        options: options(params, &below("options"))?,
        value: None,
    };
    check(&field, below)?;
    Ok(field)
}

/// Nobody could answer a dropdown without choices or a text of contradicting lengths.
fn check(field: &Field, below: impl Fn(&str) -> String) -> Result<(), WireError> {
    if field.kind == FieldKind::Dropdown && field.options.is_empty() {
        return Err(WireError::missing(&wire(&below("options"))));
    }
    if let (Some(minimum), Some(maximum)) = (field.length.minimum, field.length.maximum)
        && minimum > maximum
    {
        let message =
            format!("The answer cannot have {minimum} characters or more and {maximum} or less.");
        return Err(refused(message, &below("minimum_length")));
    }
    let Some(preset) = &field.default_value else {
        return Ok(());
    };
    let why = match field.kind {
        FieldKind::Dropdown if !field.options.iter().any(|(value, _)| value == preset) => {
            "The default is none of the options' values."
        }
        FieldKind::Numeric if !preset.bytes().all(|b| b.is_ascii_digit()) => {
            "The default of a numeric field has digits only."
        }
        _ => return Ok(()),
    };
    Err(refused(why, &below("default_value")))
}

/// The choices of a dropdown: value and label.
fn options(params: &Params, path: &str) -> Result<Vec<(String, String)>, WireError> {
    let mut options: Vec<(String, String)> = Vec::new();
    for (place, sent) in params.list(path).into_iter().flatten().enumerate() {
        let part = |name: &str| {
            let text = sent.get(name).and_then(Value::as_str).unwrap_or_default();
            match text {
                "" => Err(WireError::missing(&wire(&format!("{path}.{place}.{name}")))),
                text => Ok(text.to_owned()),
            }
        };
        let (value, label) = (part("value")?, part("label")?);
        if options.iter().any(|(before, _)| *before == value) {
            let message = format!("Two options have the value `{value}`.");
            return Err(refused(message, &format!("{path}.{place}.value")));
        }
        options.push((value, label));
    }
    Ok(options)
}
