//! Single values: from the text of a form or the native type of JSON to the type of the table.
//!
//! No value is repeated in a message unless it helps and cannot be a secret: numbers, booleans and
//! addresses are (through [`shown`]), free text is not. Deliberately absent: lists, objects and maps.

use super::Kind;
use crate::error::WireError;
use crate::limits::{
    DECIMAL_CHARS_MAX, EMAIL_CHARS_MAX, FLOAT_DIGITS_MAX, ID_CHARS_MAX, TIMESTAMP_S_MAX,
    URL_CHARS_MAX,
};
use crate::place::{Place, shown};
use serde_json::Value;

/// URL schemes that a browser would execute or open on the machine itself.
const SCHEMES_REFUSED: [&str; 4] = ["javascript", "data", "vbscript", "file"];

/// 400 that names the parameter at a place.
pub(super) fn refuse(place: &Place<'_>, message: impl Into<String>) -> WireError {
    WireError::invalid(message).with_param(place.param())
}

/// Types one value that is neither empty nor null.
pub(super) fn convert(kind: &Kind, value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    match kind {
        Kind::Text { chars_max } => text(value, *chars_max, place).map(Value::String),
        Kind::Integer { min, max } => integer(&value, *min, *max, place).map(Value::from),
        Kind::Decimal => decimal(value, place),
        Kind::Boolean => boolean(&value, place),
        Kind::Timestamp | Kind::Range => timestamp(&value, place),
        Kind::Currency => currency(value, place),
        Kind::Country => country(value, place),
        Kind::Email => email(value, place),
        Kind::Url => url(value, place),
        Kind::Id | Kind::ObjectOrId => text(value, ID_CHARS_MAX, place).map(Value::String),
        Kind::Choice(words) => choice(value, words, place),
        Kind::Object => Err(refuse(place, "Invalid object")),
        Kind::List(_) | Kind::Expand => Err(refuse(place, "Invalid array")),
        Kind::Metadata | Kind::TextMap | Kind::ObjectMap => Err(refuse(place, "Invalid object")),
    }
}

/// The text of a value. JSON numbers and booleans stand for the text that a form would carry, since a
/// postal code or a flag with words besides true and false is often sent natively.
pub(super) fn text(value: Value, chars_max: usize, place: &Place<'_>) -> Result<String, WireError> {
    let text = match value {
        Value::String(text) => text,
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return Err(refuse(place, "Invalid string")),
    };
    if is_longer(&text, chars_max) {
        return Err(refuse(
            place,
            format!("Invalid string: must be at most {chars_max} characters"),
        ));
    }
    Ok(text)
}

/// Whether a text has more characters than allowed, without counting a short one.
pub(super) fn is_longer(text: &str, chars_max: usize) -> bool {
    text.len() > chars_max && text.chars().nth(chars_max).is_some()
}

fn integer(value: &Value, min: i64, max: i64, place: &Place<'_>) -> Result<i64, WireError> {
    let refuse = |message: String| refuse(place, message).with_code("parameter_invalid_integer");
    let Some(number) = whole(value) else {
        return Err(refuse(format!("Invalid integer{}", given(value))));
    };
    if number < min {
        return Err(refuse(format!(
            "This value must be greater than or equal to {min}."
        )));
    }
    if number > max {
        return Err(refuse(format!(
            "This value must be less than or equal to {max}."
        )));
    }
    Ok(number)
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        // The parser of the standard library would also take a plus sign.
        Value::String(text) if !text.starts_with('+') => text.parse().ok(),
        _ => None,
    }
}

/// The value as a message may repeat it, with a colon before it; nothing for objects and lists.
fn given(value: &Value) -> String {
    match value {
        Value::String(text) => format!(": {}", shown(text)),
        Value::Bool(_) | Value::Number(_) => format!(": {}", shown(&value.to_string())),
        _ => String::new(),
    }
}

/// A point in time in seconds.
pub(super) fn timestamp(value: &Value, place: &Place<'_>) -> Result<Value, WireError> {
    match whole(value) {
        Some(seconds @ 0..=TIMESTAMP_S_MAX) => Ok(seconds.into()),
        _ => {
            let given = given(value);
            let message = format!("Invalid timestamp{given}; give whole seconds since 1970.");
            Err(refuse(place, message))
        }
    }
}

fn decimal(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    let text = match &value {
        Value::String(text) => text.clone(),
        Value::Number(number) => exact(number).unwrap_or_default(),
        _ => String::new(),
    };
    if is_decimal(&text) {
        return Ok(Value::String(text));
    }
    let message = format!(
        "Invalid decimal{}; give it as a string such as '12.5'.",
        given(&value)
    );
    Err(refuse(place, message))
}

/// The decimal text of a JSON number. A float with few enough digits still is the decimal that was
/// sent; one with more may have been rounded already.
fn exact(number: &serde_json::Number) -> Option<String> {
    if !number.is_f64() {
        return Some(number.to_string());
    }
    let text = number.as_f64()?.to_string();
    let digits = text
        .trim_start_matches(['-', '0', '.'])
        .trim_end_matches('0');
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    (count <= FLOAT_DIGITS_MAX).then_some(text)
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    text.len() <= DECIMAL_CHARS_MAX
        && match unsigned.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(unsigned),
        }
}

fn boolean(value: &Value, place: &Place<'_>) -> Result<Value, WireError> {
    match value {
        Value::Bool(flag) => Ok(Value::Bool(*flag)),
        // Older SDKs print booleans as their language does.
        Value::String(text) if text == "true" || text == "True" => Ok(Value::Bool(true)),
        Value::String(text) if text == "false" || text == "False" => Ok(Value::Bool(false)),
        _ => Err(refuse(place, format!("Invalid boolean{}", given(value)))),
    }
}

fn currency(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    match value {
        Value::String(mut code) if is_letters(&code, 3) => {
            code.make_ascii_lowercase();
            Ok(Value::String(code))
        }
        other => {
            let given = given(&other);
            let message =
                format!("Invalid currency{given}; give a code of three letters such as 'eur'.");
            Err(refuse(place, message))
        }
    }
}

fn country(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    match value {
        Value::String(code) if is_letters(&code, 2) => Ok(Value::String(code)),
        other => {
            let given = given(&other);
            let message =
                format!("Invalid country{given}; give a code of two letters such as 'DE'.");
            Err(refuse(place, message).with_code("country_code_invalid"))
        }
    }
}

fn is_letters(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn email(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    let address = text(value, EMAIL_CHARS_MAX, place)?;
    if is_email(&address) {
        return Ok(Value::String(address));
    }
    let message = format!("Invalid email address: {}", shown(&address));
    Err(refuse(place, message).with_code("email_invalid"))
}

/// Whether a text has the form of a mail address.
pub fn is_email(address: &str) -> bool {
    let space = |c: char| c.is_whitespace() || c.is_control();
    let good = match address.rsplit_once('@') {
        Some((local, domain)) => !local.is_empty() && !domain.is_empty() && !local.contains('@'),
        None => false,
    };
    good && !address.contains(space)
}

fn url(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    let address = text(value, URL_CHARS_MAX, place)?;
    if is_url(&address) {
        return Ok(Value::String(address));
    }
    let message = "Not a valid URL; give an absolute one such as 'https://example.com/path'.";
    Err(refuse(place, message).with_code("url_invalid"))
}

/// Whether a text has the form `scheme://rest`. Schemes of apps are allowed, since a buyer may return
/// into an app.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let space = |c: char| c.is_whitespace() || c.is_control();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(plain)
        && !SCHEMES_REFUSED
            .iter()
            .any(|refused| scheme.eq_ignore_ascii_case(refused))
        && !rest.is_empty()
        && !rest.starts_with(['/', '?', '#'])
        && !rest.contains(space)
}

fn choice(value: Value, words: &[String], place: &Place<'_>) -> Result<Value, WireError> {
    match value {
        Value::String(word) if words.contains(&word) => Ok(Value::String(word)),
        _ => {
            let param = place.param();
            let message = format!("Invalid {param}: must be one of {}", alternatives(words));
            Err(WireError::invalid(message).with_param(param))
        }
    }
}

/// `a`, `a or b`, `a, b, or c`.
fn alternatives(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} or {two}"),
        [most @ .., last] => format!("{}, or {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn typed(kind: &str, value: Value) -> Result<Value, WireError> {
        let (kind, _) = Kind::parse(kind).expect("a type");
        convert(&kind, value, &Place::member(None, "x"))
    }

    #[test]
    fn what_each_type_takes() {
        let cases = [
            ("string", json!("x"), json!("x")),
            ("string", json!(94107), json!("94107")),
            ("string", json!(true), json!("true")),
            ("string(2)", json!("üü"), json!("üü")),
            ("int", json!("-5"), json!(-5)),
            ("int", json!("09"), json!(9)),
            ("int(1..2)", json!(2), json!(2)),
            ("int", json!("9223372036854775807"), json!(i64::MAX)),
            ("bool", json!("false"), json!(false)),
            ("bool", json!(true), json!(true)),
            ("number", json!("0.10"), json!("0.10")),
            ("number", json!(-12.5), json!("-12.5")),
            ("number", json!(7), json!("7")),
            ("timestamp", json!("1700000000"), json!(1_700_000_000)),
            ("currency", json!("USD"), json!("usd")),
            ("country", json!("DE"), json!("DE")),
            ("email", json!("a+b@x.example"), json!("a+b@x.example")),
            (
                "url",
                json!("https://x.example/a?b=c"),
                json!("https://x.example/a?b=c"),
            ),
            ("url", json!("shop://return"), json!("shop://return")),
            ("id", json!("free id"), json!("free id")),
            ("enum(a|b)", json!("b"), json!("b")),
        ];
        for (kind, value, expected) in cases {
            assert_eq!(typed(kind, value), Ok(expected), "{kind}");
        }
    }

    /// Types and JSON lists of values that they refuse.
    const REFUSED: [(&str, &str); 18] = [
        ("string", r#"[1.5, [], {}]"#),
        ("string(2)", r#"["üüü", 123]"#),
        (
            "int",
            r#"["1.0", 1.5, 1e3, "1e3", "+1", " 1", "0x1", "--1", "-"]"#,
        ),
        (
            "int",
            r#"[true, "9223372036854775808", 18446744073709551615]"#,
        ),
        ("int(1..2)", r#"[0, 3, [1]]"#),
        ("bool", r#"["TRUE", "1", 1, []]"#),
        (
            "number",
            r#"["1e3", ".", "5.", ".5", "1,5", "--1", "-", "+1"]"#,
        ),
        ("number", r#"[true, 0.12345678901234567, 1e300, []]"#),
        ("timestamp", r#"[-1, "now", 253402300800, 1.5]"#),
        ("currency", r#"["us", "us1", "euro", 978]"#),
        ("country", r#"["DEU", "d1", 49]"#),
        ("email", r#"["x", "@x", "x@", "a@b@c", "a b@c"]"#),
        (
            "url",
            r#"["x.example", "https://", "https:///x", "://x", "https://x y"]"#,
        ),
        (
            "url",
            r#"["javascript://x/%0aalert(1)", "1a://x", "JavaScript://x", "file://x"]"#,
        ),
        ("enum(a|b)", r#"["A", "c", 1, {}]"#),
        ("id", r#"[[], {}]"#),
        ("object", r#"["x", 1]"#),
        ("metadata", r#"["x"]"#),
    ];

    #[test]
    fn what_each_type_refuses() {
        for (kind, values) in REFUSED {
            let values: Vec<Value> = serde_json::from_str(values).expect("a list");
            for value in values {
                let error = typed(kind, value.clone()).expect_err("a refusal");
                assert_eq!(error.param.as_deref(), Some("x"), "{kind} {value}");
            }
        }
        assert!(typed("id", json!("x".repeat(ID_CHARS_MAX))).is_ok());
        assert!(typed("id", json!("x".repeat(ID_CHARS_MAX + 1))).is_err());
    }

    #[test]
    fn alternatives_read_like_a_sentence() {
        let words: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(alternatives(&words), "a, b, or c");
        assert_eq!(alternatives(&words[..2]), "a or b");
        assert_eq!(alternatives(&words[..1]), "a");
    }

    #[test]
    fn a_card_number_in_the_wrong_place_is_not_repeated() {
        for kind in [
            "int(1..12)",
            "bool",
            "currency",
            "country",
            "email",
            "timestamp",
            "number",
        ] {
            let error = typed(kind, json!("4242 4242 4242 4242 x")).expect_err("a refusal");
            assert!(!error.message.contains("4242"), "{error}");
        }
    }
}
