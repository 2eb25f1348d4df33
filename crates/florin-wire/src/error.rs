//! The error that a client sees, and the body that carries it.
//!
//! A [`WireError`] is data: status, type, code, message, parameter, further members, and what the retry
//! headers say. It knows no domain type; whoever maps a refusal fills it in. Deliberately absent: the
//! list of all codes (they belong to whoever raises them) and the writing of headers.

use crate::place::shown;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// The `type` member of an error: the types that Florin raises. 401 and 429 answers are of [`ErrorType::InvalidRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    /// A fault on our side.
    Api,
    /// The payment method was declined.
    Card,
    /// An idempotency key was used again for something else.
    Idempotency,
    /// The request cannot be carried out as it was sent; also the type of 401, 403 and 404 answers.
    InvalidRequest,
}

impl ErrorType {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorType::Api => "api_error",
            ErrorType::Card => "card_error",
            ErrorType::Idempotency => "idempotency_error",
            ErrorType::InvalidRequest => "invalid_request_error",
        }
    }
}

/// One failed request as its client sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct WireError {
    /// HTTP status.
    pub status: u16,
    /// The `type` member.
    pub kind: ErrorType,
    /// The `code` member.
    pub code: Option<Cow<'static, str>>,
    /// The `message` member, a sentence for a developer (for a card error, for the buyer).
    pub message: String,
    /// The `param` member: the wire path of the parameter at fault.
    pub param: Option<String>,
    /// Further members, such as `decline_code`, `charge` or the whole `payment_intent`. Boxed, so that
    /// a `Result` with this error stays small.
    pub fields: Box<Map<String, Value>>,
    /// What the header `Stripe-Should-Retry` says, if it is sent.
    pub retry: Option<bool>,
    /// What the header `Retry-After` says, in seconds, if it is sent.
    pub retry_after_s: Option<u32>,
}

impl WireError {
    /// An error with nothing but status, type and message.
    pub fn new(status: u16, kind: ErrorType, message: impl Into<String>) -> Self {
        WireError {
            status,
            kind,
            code: None,
            message: message.into(),
            param: None,
            fields: Box::default(),
            retry: None,
            retry_after_s: None,
        }
    }

    /// 400 `invalid_request_error`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, ErrorType::InvalidRequest, message)
    }

    /// 500 `api_error`.
    pub fn api(message: impl Into<String>) -> Self {
        Self::new(500, ErrorType::Api, message)
    }

    /// 402 `card_error` with its code.
    pub fn card(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(402, ErrorType::Card, message).with_code(code)
    }

    /// 400: a required parameter is absent. `param` is its wire path.
    pub fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}."))
            .with_code("parameter_missing")
            .with_param(param)
    }

    /// 400: a parameter that the operation does not have. `param` is its wire path.
    pub fn unknown(param: &str) -> Self {
        Self::invalid(format!("Received unknown parameter: {param}"))
            .with_code("parameter_unknown")
            .with_param(param)
    }

    /// 400: a parameter that exists on the wire but that Florin does not carry out.
    pub fn unsupported(param: &str) -> Self {
        Self::invalid(format!(
            "The parameter '{param}' is not supported by Florin yet; it would change money, parties \
             or status, so the request was refused. Remove it, or see docs/compatibility.md."
        ))
        .with_code("parameter_unsupported")
        .with_param(param)
    }

    /// An object that does not exist for this caller. `what` is the kind as people write it
    /// (`customer`), `param` names the parameter or the path parameter that held the id. The status is
    /// 404 if the URL named the object and 400 if the body did.
    pub fn not_found(what: &str, id: &str, param: &str, status: u16) -> Self {
        let message = format!("No such {what}: '{}'", shown(id));
        Self::new(status, ErrorType::InvalidRequest, message)
            .with_code("resource_missing")
            .with_param(param)
    }

    /// 413: the body is larger than [`crate::limits::BODY_BYTES_MAX`].
    pub fn too_large() -> Self {
        let limit = crate::limits::BODY_BYTES_MAX;
        Self::invalid(format!(
            "The request is too large: at most {limit} bytes are read."
        ))
        .with_status(413)
    }

    /// The same error under another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same error with a code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The same error with the wire path of the parameter at fault.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The same error with a further member of the body.
    #[must_use]
    pub fn with_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// The same error with advice for clients that retry by themselves.
    #[must_use]
    pub fn with_retry(mut self, retry: bool) -> Self {
        self.retry = Some(retry);
        self
    }

    /// The body, `{"error": {...}}`, members in alphabetical order as in recorded answers. The links in it
    /// lead to pages of this server: `base_url` is where it is reached, without a slash at the end. Answers
    /// 401 and 403 carry no `request_log_url`, because their caller has no log to look at; an empty
    /// `request_id` leaves it out as well.
    pub fn body(&self, base_url: &str, request_id: &str) -> Value {
        let mut error = self.fields.as_ref().clone();
        let mut put = |name: &str, value: String| {
            error.insert(name.to_owned(), Value::String(value));
        };
        if let Some(code) = &self.code {
            put("doc_url", format!("{base_url}/docs/errors#{code}"));
            put("code", code.clone().into_owned());
        }
        if let Some(param) = &self.param {
            put("param", param.clone());
        }
        if !matches!(self.status, 401 | 403) && !request_id.is_empty() {
            put("request_log_url", format!("{base_url}/logs/{request_id}"));
        }
        put("message", crate::hide_numbers(&self.message));
        put("type", self.kind.as_str().to_owned());
        error.sort_keys();
        Value::Object(Map::from_iter([("error".to_owned(), Value::Object(error))]))
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.status,
            self.kind.as_str(),
            self.message
        )
    }
}

impl std::error::Error for WireError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BASE: &str = "https://florin.example";

    fn members(body: &Value) -> Vec<&str> {
        let error = body
            .get("error")
            .and_then(Value::as_object)
            .expect("an error object");
        error.keys().map(String::as_str).collect()
    }

    #[test]
    fn the_body_is_alphabetical_and_complete() {
        let error = WireError::card("card_declined", "Your card was declined.")
            .with_field("decline_code", "generic_decline")
            .with_field("charge", "ch_1")
            .with_field("advice_code", "try_again_later")
            .with_param("number");
        let body = error.body(BASE, "req_1");
        let expected = [
            "advice_code",
            "charge",
            "code",
            "decline_code",
            "doc_url",
            "message",
            "param",
            "request_log_url",
            "type",
        ];
        assert_eq!(members(&body), expected);
        assert_eq!(
            body["error"]["doc_url"],
            "https://florin.example/docs/errors#card_declined"
        );
        assert_eq!(
            body["error"]["request_log_url"],
            "https://florin.example/logs/req_1"
        );
        assert_eq!(body["error"]["type"], "card_error");
    }

    #[test]
    fn a_refused_key_sees_message_and_type_only() {
        let body = WireError::invalid("Invalid API Key provided")
            .with_status(401)
            .body(BASE, "req_1");
        assert_eq!(members(&body), ["message", "type"]);
        let body = WireError::invalid("No access")
            .with_status(403)
            .with_code("account_invalid")
            .body(BASE, "req_1");
        assert_eq!(members(&body), ["code", "doc_url", "message", "type"]);
    }

    #[test]
    fn the_common_errors_read_like_the_wire() {
        let missing = WireError::not_found("customer", "cus_x", "id", 404);
        assert_eq!(missing.message, "No such customer: 'cus_x'");
        assert_eq!(
            (missing.status, missing.param.as_deref()),
            (404, Some("id"))
        );
        assert_eq!(
            WireError::missing("a[b]").message,
            "Missing required param: a[b]."
        );
        assert_eq!(
            WireError::unknown("x").body(BASE, "")["error"]["code"],
            json!("parameter_unknown")
        );
        let card = WireError::not_found("source", "4242424242424242", "source", 400);
        assert!(!card.message.contains("4242"));
    }

    #[test]
    fn a_result_with_the_error_stays_small() {
        assert!(size_of::<WireError>() <= 128);
    }
}
