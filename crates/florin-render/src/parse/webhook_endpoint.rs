//! The patch that makes or changes a webhook endpoint.
//!
//! Deliberately absent: the API version, which the caller reads, and the question whether an address may be
//! called, which the outbound client decides at every call.

use super::{metadata, text, text_patch};
use crate::event_types;
use florin_domain::webhooks::EndpointPatch;
use florin_wire::{Params, WireError};

/// Stands for every event type.
const EVERYTHING: &str = "*";

/// What a create or an update says.
///
/// # Errors
/// 400: an unknown event type, no event type at all, or a URL that no webhook can be sent to.
pub fn endpoint(params: &Params) -> Result<EndpointPatch, WireError> {
    Ok(EndpointPatch {
        url: url(params)?,
        enabled_events: enabled_events(params)?,
        description: text_patch(params, "description"),
        metadata: metadata(params)?,
        disabled: params.flag("disabled"),
    })
}

fn url(params: &Params) -> Result<Option<String>, WireError> {
    let Some(sent) = text(params, "url") else {
        return Ok(None);
    };
    let scheme = sent
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => Ok(Some(sent)),
        _ => Err(WireError::invalid(
            "Invalid URL: webhooks are sent to addresses that start with https:// or http://.",
        )
        .with_code("url_invalid")
        .with_param("url")),
    }
}

fn enabled_events(params: &Params) -> Result<Option<Vec<String>>, WireError> {
    let Some(sent) = params.list("enabled_events") else {
        return Ok(None);
    };
    if sent.is_empty() {
        let message = "Name at least one event type, or * for all of them.";
        return Err(WireError::invalid(message).with_param("enabled_events"));
    }
    let mut names: Vec<String> = Vec::with_capacity(sent.len());
    for (index, name) in sent.iter().enumerate() {
        let name = name.as_str().unwrap_or_default();
        if name != EVERYTHING && !event_types::is_known(name) {
            return Err(unknown_event(name, index));
        }
        if names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    if names.len() > 1 && names.iter().any(|name| name == EVERYTHING) {
        let message =
            "* stands for every event type, so it must be the only one in enabled_events.";
        return Err(WireError::invalid(message).with_param("enabled_events"));
    }
    Ok(Some(names))
}

fn unknown_event(name: &str, index: usize) -> WireError {
    let plain = name.len() <= 100
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'));
    let shown = if plain { name } else { "this name" };
    let message = format!(
        "Invalid enabled_events: {shown} is not an event type. Use * for all events, or the exact name of one, such as \
         payment_intent.succeeded."
    );
    WireError::invalid(message).with_param(format!("enabled_events[{index}]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    fn sent(value: Value) -> Params {
        let Value::Object(typed) = value else {
            panic!("not a hash")
        };
        Params::new(typed, Map::new())
    }

    #[test]
    fn events_are_checked_by_name() {
        let cases = [
            (
                json!(["charge.failed", "charge.failed"]),
                Ok(vec!["charge.failed".to_owned()]),
            ),
            (json!(["*"]), Ok(vec!["*".to_owned()])),
            (json!([]), Err("enabled_events")),
            (json!(["*", "charge.failed"]), Err("enabled_events")),
            (
                json!(["charge.failed", "charge.*"]),
                Err("enabled_events[1]"),
            ),
            (json!(["4242424242424242"]), Err("enabled_events[0]")),
        ];
        for (list, expected) in cases {
            let found = endpoint(&sent(json!({ "enabled_events": list })));
            match (found, expected) {
                (Ok(patch), Ok(names)) => assert_eq!(patch.enabled_events, Some(names)),
                (Err(error), Err(param)) => {
                    assert_eq!(error.param.as_deref(), Some(param));
                    assert!(!error.message.contains("4242"));
                }
                (found, expected) => panic!("{list}: {found:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn a_webhook_goes_to_a_web_address() {
        for (url, good) in [
            ("https://a.example/x", true),
            ("HTTP://a.example", true),
            ("ftp://a", false),
            ("a.b", false),
        ] {
            assert_eq!(
                endpoint(&sent(json!({ "url": url }))).is_ok(),
                good,
                "{url}"
            );
        }
    }
}
