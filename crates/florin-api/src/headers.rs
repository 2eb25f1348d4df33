//! The headers of an answer.

use crate::pipeline::Facts;
use axum::body::Body;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{Response as HttpResponse, StatusCode};
use florin_engine::Response;

const ALWAYS: [(&str, &str); 8] = [
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
];

fn set(response: &mut HttpResponse<Body>, name: &'static str, value: &str) {
    // A value that cannot stand in a header came from the client; the answer goes without it.
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

/// An answer of the API with all its headers.
pub fn finish(answer: Response, facts: &Facts) -> HttpResponse<Body> {
    let Response {
        status,
        body,
        replayed_from,
        retry,
        retry_after_s,
    } = answer;
    let mut response = HttpResponse::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in ALWAYS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    set(&mut response, "request-id", &facts.request);
    if let Some(version) = facts.version {
        set(&mut response, "stripe-version", version.as_str());
    }
    if let Some(account) = &facts.account {
        set(&mut response, "stripe-account", account);
    }
    if status == 401 {
        set(&mut response, "www-authenticate", "Basic realm=\"Florin\"");
    }
    if let Some(key) = &facts.idempotency_key {
        set(&mut response, "idempotency-key", key);
    }
    if replayed_from.is_some() {
        set(&mut response, "idempotent-replayed", "true");
    }
    if facts.posted {
        set(
            &mut response,
            "original-request",
            replayed_from.as_deref().unwrap_or(&facts.request),
        );
    }
    if facts.posted || retry.is_some() {
        set(
            &mut response,
            "stripe-should-retry",
            if retry == Some(true) { "true" } else { "false" },
        );
    }
    if let Some(seconds) = retry_after_s {
        set(&mut response, "retry-after", &seconds.to_string());
    }
    response
}

/// A short text.
pub fn text(status: u16, text: &'static str) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::from(text));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, "content-type", "text/plain; charset=utf-8");
    response
}

/// A page. Its policy lets nothing in but its own style.
pub fn page(status: u16, html: String) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::from(html));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, "content-type", "text/html; charset=utf-8");
    set(&mut response, "cache-control", "no-store");
    set(&mut response, "referrer-policy", "no-referrer");
    set(&mut response, "x-content-type-options", "nosniff");
    set(
        &mut response,
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    response
}

/// Sends the browser elsewhere.
pub fn see_other(url: &str) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    set(&mut response, "location", url);
    set(&mut response, "cache-control", "no-store");
    set(&mut response, "referrer-policy", "no-referrer");
    response
}
