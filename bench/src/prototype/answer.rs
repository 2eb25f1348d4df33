//! The answer: the bytes of a real one with fresh ids put in, and all of its headers.
//!
//! Shape: `answer.txt` is an answer of the product to the scenario `pay` with a hole for each part that differs from
//! payment to payment. Deliberately absent: rendering an object.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::payment::Payment;
use super::random::Random;

/// Stands for an id, a secret or a time.
const HOLE: char = '*';
/// The length of an answer, in bytes.
const ANSWER_BYTES: usize = 1_559;
/// Characters of a secret.
const SECRET_CHARS: usize = 25;

const TEXT: &str = include_str!("answer.txt");

/// The headers that the product sends with every answer.
const ALWAYS: [(&str, &str); 9] = [
    ("content-type", "application/json"),
    ("cache-control", "no-cache, no-store"),
    ("access-control-allow-origin", "*"),
    (
        "access-control-allow-methods",
        "GET, HEAD, PUT, PATCH, POST, DELETE",
    ),
    (
        "access-control-allow-headers",
        "Authorization, Content-Type, Idempotency-Key, Stripe-Version, Stripe-Account",
    ),
    (
        "access-control-expose-headers",
        "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, Idempotent-Replayed, Original-Request",
    ),
    ("access-control-max-age", "300"),
    ("x-content-type-options", "nosniff"),
    ("stripe-version", "2026-10-28.endive"),
];

/// The body for a fresh payment.
pub fn of(payment: &Payment) -> Vec<u8> {
    let mut secret = String::with_capacity(SECRET_CHARS);
    Random::with(|random| random.letters(&mut secret, SECRET_CHARS));
    let created = payment.created.to_string();
    let (intent, charge, method) = (&payment.intent, &payment.charge, &payment.method);
    filled([intent, intent, &secret, &created, charge, method])
}

/// The body for a payment that was read. What its row does not say in clear is made from its id, at the same length.
pub fn again(id: &str, created: i64) -> Vec<u8> {
    let rest = id.strip_prefix("pi_").unwrap_or(id);
    let mut secret: String = rest.chars().rev().take(SECRET_CHARS).collect();
    while secret.len() < SECRET_CHARS {
        secret.push('0');
    }
    let (charge, method) = (format!("ch_{rest}"), format!("pm_{rest}"));
    filled([id, id, &secret, &created.to_string(), &charge, &method])
}

fn filled(holes: [&str; 6]) -> Vec<u8> {
    let mut body = Vec::with_capacity(ANSWER_BYTES);
    let mut parts = TEXT.trim_end().split(HOLE);
    body.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for (hole, part) in holes.into_iter().zip(parts) {
        body.extend_from_slice(hole.as_bytes());
        body.extend_from_slice(part.as_bytes());
    }
    body
}

/// The whole answer to a payment that was created under an idempotency key.
pub fn created(body: Vec<u8>, request: &str, key: &HeaderValue) -> Response {
    let mut response = read(body);
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("idempotency-key"), key.clone());
    if let Ok(request) = HeaderValue::from_str(request) {
        headers.insert(HeaderName::from_static("request-id"), request.clone());
        headers.insert(HeaderName::from_static("original-request"), request);
    }
    headers.insert(
        HeaderName::from_static("stripe-should-retry"),
        HeaderValue::from_static("false"),
    );
    response
}

/// The whole answer to a payment that was read.
pub fn read(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    for (name, value) in ALWAYS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// A short answer that says why not.
pub fn refused(status: StatusCode, why: &'static str) -> Response {
    let mut response = Response::new(Body::from(why));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_the_products_size_and_the_fresh_ids() {
        let payment = Payment::new("key");
        for body in [of(&payment), again(&payment.intent, payment.created)] {
            assert_eq!(body.len(), ANSWER_BYTES);
            let text = String::from_utf8(body).expect("text");
            assert!(
                text.starts_with(&format!("{{\n  \"id\": \"{}\",\n", payment.intent)),
                "{text}"
            );
            assert!(!text.contains(HOLE), "{text}");
        }
        let text = String::from_utf8(of(&payment)).expect("text");
        assert!(text.contains(&format!("\"latest_charge\": \"{}\"", payment.charge)));
        assert!(text.contains(&format!("\"payment_method\": \"{}\"", payment.method)));
        assert_eq!(text.matches(&payment.intent).count(), 2);
    }

    #[test]
    fn the_headers_name_the_request_and_its_key() {
        let key = HeaderValue::from_static("k1");
        let response = created(Vec::new(), "req_1", &key);
        for (name, value) in [
            ("idempotency-key", "k1"),
            ("original-request", "req_1"),
            ("request-id", "req_1"),
            ("stripe-should-retry", "false"),
        ] {
            assert_eq!(response.headers()[name], value);
        }
        assert_eq!(response.headers().len(), ALWAYS.len() + 4);
    }
}
