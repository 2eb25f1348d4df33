//! The headers of an answer.

use crate::pipeline::Facts;
use axum::body::Body;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{Response as HttpResponse, StatusCode};
use florin_engine::Response;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

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
    NO_SNIFFING,
];

/// A browser takes a body for what it is called.
const NO_SNIFFING: (&str, &str) = ("x-content-type-options", "nosniff");

fn set(response: &mut HttpResponse<Body>, name: &'static str, value: &str) {
    // A value that cannot stand in a header came from the client; the answer goes without it.
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

fn set_all(response: &mut HttpResponse<Body>, headers: &[(&'static str, &str)]) {
    for (name, value) in headers {
        set(response, name, value);
    }
}

/// An answer with its status, its body and these headers.
fn made(
    status: u16,
    body: impl Into<Body>,
    headers: &[(&'static str, &str)],
) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set_all(&mut response, headers);
    response
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
    let mut response = made(status, body, &ALWAYS);
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
    if let Some(advice) = advice(retry, facts.posted, status) {
        set(&mut response, "stripe-should-retry", advice);
    }
    if let Some(seconds) = retry_after_s {
        set(&mut response, "retry-after", &seconds.to_string());
    }
    response
}

/// Whether a client should send the request again. A failure of the server that says nothing leaves it to the client's own
/// rule, which knows the idempotency key.
fn advice(retry: Option<bool>, posted: bool, status: u16) -> Option<&'static str> {
    match retry {
        Some(true) => Some("true"),
        Some(false) => Some("false"),
        None => (posted && status < 500).then_some("false"),
    }
}

/// A short text.
pub fn text(status: u16, text: impl Into<Body>) -> HttpResponse<Body> {
    made(
        status,
        text,
        &[("content-type", "text/plain; charset=utf-8")],
    )
}

/// The payform: it loads and shows what lies on this server and sends to it, and to nobody else.
pub fn payform(status: u16, html: String) -> HttpResponse<Body> {
    let mut response = page(status, html);
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    let headers = [
        ("content-security-policy", policy),
        ("referrer-policy", "strict-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), clipboard-write=(self)",
        ),
    ];
    set_all(&mut response, &headers);
    response
}

/// The payform in a frame that only pages of this origin may hold.
pub fn embedded(mut page: HttpResponse<Body>, origin: &str) -> HttpResponse<Body> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors {origin}; require-trusted-types-for 'script'"
    );
    let headers = [
        ("content-security-policy", policy.as_str()),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cross-origin-opener-policy", "unsafe-none"),
    ];
    set_all(&mut page, &headers);
    page
}

/// A page without scripts in such a frame.
pub fn embedded_notice(mut page: HttpResponse<Body>, origin: &str) -> HttpResponse<Body> {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors {origin}"
    );
    let headers = [
        ("content-security-policy", policy.as_str()),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "cross-origin"),
    ];
    set_all(&mut page, &headers);
    page
}

/// A picture that no script can hide in.
pub fn picture(svg: String) -> HttpResponse<Body> {
    let headers = [
        ("content-type", "image/svg+xml"),
        ("cache-control", "private, max-age=3600"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        ("cross-origin-resource-policy", "cross-origin"),
        NO_SNIFFING,
    ];
    made(200, svg, &headers)
}

/// A picture of points that pages elsewhere may show.
pub fn points(content_type: &str, file: impl Into<Body>) -> HttpResponse<Body> {
    let headers = [
        ("content-type", content_type),
        ("cache-control", "private, max-age=3600"),
        ("content-security-policy", "default-src 'none'"),
        ("cross-origin-resource-policy", "cross-origin"),
        NO_SNIFFING,
    ];
    made(200, file, &headers)
}

/// An answer to one of our own pages.
pub fn json(status: u16, body: String) -> HttpResponse<Body> {
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        NO_SNIFFING,
    ];
    made(status, body, &headers)
}

/// A file of the browser parts: how long it is kept, its tag, and how it is packed.
pub fn file(
    status: u16,
    bytes: &'static [u8],
    media: &str,
    (kept, tag, encoding): (&str, &str, Option<&str>),
) -> HttpResponse<Body> {
    let headers = [
        ("content-type", media),
        ("cache-control", kept),
        ("etag", tag),
        ("vary", "accept-encoding"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        NO_SNIFFING,
    ];
    let mut response = made(status, bytes, &headers);
    if let Some(encoding) = encoding {
        set(&mut response, "content-encoding", encoding);
    }
    response
}

/// The document of a frame that only pages of this origin may hold.
pub fn frame(html: String, origin: &str) -> HttpResponse<Body> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self' \
         https: data:; frame-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
         frame-ancestors {origin}"
    );
    let mut response = page(200, html);
    let headers = [
        ("content-security-policy", policy.as_str()),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("referrer-policy", "strict-origin"),
    ];
    set_all(&mut response, &headers);
    response
}

/// A page. Its policy lets nothing in but its own style.
pub fn page(status: u16, html: String) -> HttpResponse<Body> {
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        NO_SNIFFING,
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    made(status, html, &headers)
}

/// A page of the documentation: its style and its script are files of ours.
pub fn documentation(mut file: HttpResponse<Body>) -> HttpResponse<Body> {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        ("content-security-policy", policy),
        ("referrer-policy", "no-referrer"),
    ];
    set_all(&mut file, &headers);
    file
}

/// A page of the sandbox, which shops may show in a frame: it simulates somebody else's.
pub fn framed_page(status: u16, html: String) -> HttpResponse<Body> {
    let mut response = page(status, html);
    let headers = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors http: https:",
        ),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "cross-origin"),
    ];
    set_all(&mut response, &headers);
    response
}

/// What stands in a header as it is: every visible ASCII character.
const VISIBLE: &AsciiSet = &CONTROLS.add(b' ');

/// Sends the browser elsewhere.
pub fn see_other(url: &str) -> HttpResponse<Body> {
    let url = utf8_percent_encode(url, VISIBLE).to_string();
    let headers = [
        ("location", url.as_str()),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ];
    made(303, Body::empty(), &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_is_sent_on_whatever_the_url_holds() {
        for (url, location) in [
            (
                "https://shop.example/ok?a=1#b",
                "https://shop.example/ok?a=1#b",
            ),
            (
                "https://shop.example/best\u{e4}tigt",
                "https://shop.example/best%C3%A4tigt",
            ),
            (
                "https://shop.example/a b\n",
                "https://shop.example/a%20b%0A",
            ),
        ] {
            let answer = see_other(url);
            assert_eq!(answer.status(), 303);
            assert_eq!(answer.headers()["location"], location);
        }
    }

    #[test]
    fn a_failure_without_advice_is_the_clients_to_judge() {
        for (retry, posted, status, expected) in [
            (None, true, 200, Some("false")),
            (None, true, 402, Some("false")),
            (None, true, 500, None),
            (None, false, 200, None),
            (Some(true), true, 409, Some("true")),
            (Some(false), true, 503, Some("false")),
        ] {
            assert_eq!(
                advice(retry, posted, status),
                expected,
                "{retry:?} {posted} {status}"
            );
        }
    }
}
