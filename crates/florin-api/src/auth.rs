//! The key of a request: where it stands, and what it opens.

use axum::http::HeaderMap;
use base64::Engine as _;
use florin_engine::{Engine, Grant, KeyRefused};
use florin_wire::{ErrorType, WireError};
use serde_json::{Map, Value};

use crate::pipeline::header;

/// A key as it came.
pub struct Presented {
    /// The key.
    pub key: String,
}

/// Finds the key: `Authorization: Bearer`, `Basic` with the key as the user, or (publishable keys only) the parameter
/// `key`, which is taken out of the parameters.
pub fn presented(
    headers: &HeaderMap,
    raw: &mut Map<String, Value>,
) -> Result<Presented, WireError> {
    let sent = raw.shift_remove("key");
    if let Some(key) = header(headers, "authorization").and_then(from_header) {
        return Ok(Presented { key });
    }
    match sent {
        Some(Value::String(key)) if key.starts_with("pk_") => Ok(Presented { key }),
        Some(Value::String(_)) => Err(unauthorized(
            "Only a publishable key may be sent as a parameter. Send a secret key in the Authorization header.",
        )),
        _ => Err(unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth \
             (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). `florin dev` prints its keys when it starts.",
        )),
    }
}

fn from_header(value: &str) -> Option<String> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = base64::engine::general_purpose::STANDARD
        .decode(rest)
        .ok()?;
    let text = String::from_utf8(decoded).ok()?;
    Some(text.split(':').next().unwrap_or_default().to_owned())
}

/// What the key opens.
pub async fn grant(engine: &Engine, presented: &Presented) -> Result<Grant, WireError> {
    let shown = masked(&presented.key);
    engine
        .authenticate(&presented.key)
        .await
        .map_err(|refused| match refused {
            KeyRefused::Unknown => unauthorized(&format!("Invalid API Key provided: {shown}")),
            KeyRefused::Expired => unauthorized(&format!(
                "Expired API Key provided: {shown}. It was rolled; use its successor."
            )),
            KeyRefused::Revoked => unauthorized(&format!("Revoked API Key provided: {shown}")),
            KeyRefused::Store(_) => {
                let mut error = WireError::new(
                    503,
                    ErrorType::Api,
                    "The server cannot check keys now. Nothing was changed; try again.",
                );
                error.retry = Some(true);
                error.retry_after_s = Some(1);
                error
            }
        })
}

/// What keys begin with. Nothing else of what stands before the last four characters is ever shown.
const PREFIXES: [&str; 6] = [
    "sk_test_", "sk_live_", "pk_test_", "pk_live_", "rk_test_", "rk_live_",
];

/// A key with everything but its prefix and its last four characters hidden.
fn masked(key: &str) -> String {
    let chars: Vec<char> = key.chars().take(255).collect();
    let prefix = PREFIXES.iter().find(|prefix| key.starts_with(**prefix));
    let shown = prefix.map_or(0, |prefix| prefix.len());
    let tail = if chars.len() > shown + 8 { 4 } else { 0 };
    let front: String = chars.iter().take(shown).collect();
    let back: String = chars.iter().skip(chars.len() - tail).collect();
    format!(
        "{front}{}{back}",
        "*".repeat(chars.len().saturating_sub(shown + tail))
    )
}

fn unauthorized(message: &str) -> WireError {
    WireError::new(401, ErrorType::InvalidRequest, message)
}

/// A publishable key was used for something that only a server may do.
pub fn needs_secret() -> WireError {
    let message =
        "This API call cannot be made with a publishable API key. Please use a secret API key.";
    WireError::new(403, ErrorType::InvalidRequest, message).with_code("secret_key_required")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_masked() {
        assert_eq!(masked("sk_test_abcdefgh1234"), "sk_test_********1234");
        assert_eq!(masked("short"), "*****");
        assert_eq!(masked("sk_test_abc"), "sk_test_***");
    }

    #[test]
    fn a_mistyped_key_is_not_shown() {
        assert_eq!(
            masked("sk_livesecretsecret_x123"),
            "********************x123"
        );
        assert_eq!(masked("sk_ééééééééé_abcd"), "*************abcd");
        assert_eq!(masked("sk_live_é_éééééééé"), "sk_live_******éééé");
    }

    #[test]
    fn both_schemes_carry_a_key() {
        assert_eq!(
            from_header("Bearer sk_test_1").as_deref(),
            Some("sk_test_1")
        );
        assert_eq!(
            from_header("basic c2tfdGVzdF8xOg==").as_deref(),
            Some("sk_test_1")
        );
        assert_eq!(from_header("Digest x"), None);
    }
}
