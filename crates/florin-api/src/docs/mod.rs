//! The pages that the links in errors lead to: `doc_url` to the list of codes, `request_log_url` to what is known of a request.
//!
//! They need no key, because they say nothing about any account. [`errors`] and [`declines`] hold the texts, [`list`] makes
//! the page of them, [`request`] is the other page, [`site`] has the rest of the documentation. Deliberately absent: a look into the log or the database.

#[cfg(test)]
mod coverage;
mod declines;
mod errors;
mod list;
mod request;
mod site;
#[cfg(test)]
mod source;

use crate::{headers, html};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};

/// Where the list of codes is; errors link to it under `WireError::body`.
const ERRORS: &str = "/docs/errors";
/// What the page of a request begins with.
const LOGS: &str = "/logs/";

/// Every code of an error and every reason of a decline, with what it means and what to do.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let of = |kind: &'static str, entries: &'static [list::Entry]| {
        let told = |entry: &list::Entry| format!("{} {}", entry.meaning, entry.next);
        entries
            .iter()
            .map(move |entry| (kind, entry.code, told(entry)))
    };
    of("code", errors::ENTRIES).chain(of("decline", declines::ENTRIES))
}

/// Answers a request for one of the pages; `None` for every other path.
pub fn serve(parts: &Parts, base_url: &str) -> Option<HttpResponse<Body>> {
    let path = parts.uri.path();
    let (status, page) = match path.strip_prefix(LOGS) {
        Some(id) => request::page(id, base_url),
        None if path == ERRORS => (200, list::page()),
        None => return site::serve(parts),
    };
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Some(headers::page(status, page));
    }
    let body = "<h1>Not possible</h1>\n<p>This page can only be read, with GET.</p>";
    Some(headers::page(405, frame("Not possible", body)))
}

fn frame(title: &str, body: &str) -> String {
    html::frame(title, STYLE, body)
}

/// Long codes and commands break anywhere, so that nothing is wider than the narrowest screen.
const STYLE: &str = "\
main{max-width:46rem;margin:0 auto}\
h2{font-size:1.2rem;margin:2.5rem 0 .75rem}\
h3{font-size:1rem;margin:0 0 .25rem}\
p{margin:0 0 .75rem}\
code{font-family:ui-monospace,monospace;font-size:.95em;overflow-wrap:anywhere}\
pre{margin:0 0 1rem;padding:.75rem;border:1px solid color-mix(in srgb,currentColor 30%,transparent);border-radius:.5rem;\
white-space:pre-wrap;overflow-wrap:anywhere}\
a{color:LinkText}\
h3 a{color:inherit;text-decoration:none}\
h3 a:hover{text-decoration:underline}\
ul{margin:0 0 1rem;padding:0;list-style:none;columns:16rem;column-gap:1.5rem}\
section section{padding:.75rem 1rem .25rem;border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}\
section section:target{outline:3px solid #60a5fa;border-radius:.25rem}\
dl{margin:0}\
dt{font-size:.85rem;opacity:.75}\
dd{margin:0 0 .5rem}";

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    const BASE: &str = "https://florin.example";

    fn answer(method: Method, path: &str) -> Option<HttpResponse<Body>> {
        let request = Request::builder().method(method).uri(path).body(());
        let (parts, ()) = request.expect("a request").into_parts();
        serve(&parts, BASE)
    }

    fn status(method: Method, path: &str) -> Option<u16> {
        answer(method, path).map(|answer| answer.status().as_u16())
    }

    #[test]
    fn each_path_has_its_answer() {
        // What was not built says how to build it.
        let is_built = !florin_web::FILES.is_empty();
        let without = if is_built { 404 } else { 503 };
        for (path, expected) in [
            ("/docs/nothing", Some(without)),
            ("/docs/errors", Some(200)),
            ("/docs/errors?code=x", Some(200)),
            ("/logs/req_VbZphil4pl9SuS", Some(200)),
            ("/logs/", Some(404)),
            ("/logs/req_", Some(404)),
            ("/logs/req_a/b", Some(404)),
            ("/logs/evt_1", Some(404)),
            ("/logs", None),
            ("/docs/", Some(303)),
            ("/docs/errors/", Some(without)),
            ("/v1/customers", None),
        ] {
            assert_eq!(status(Method::GET, path), expected, "{path}");
        }
        assert_eq!(status(Method::HEAD, "/docs/errors"), Some(200));
        assert_eq!(status(Method::POST, "/docs/errors"), Some(405));
        assert_eq!(status(Method::DELETE, "/logs/req_1"), Some(405));
    }

    #[test]
    fn the_policy_of_the_pages_allows_no_script() {
        for path in ["/docs/errors", "/logs/req_1", "/logs/none"] {
            let answer = answer(Method::GET, path).expect("a page");
            let policy = answer.headers().get("content-security-policy");
            let policy = policy.and_then(|value| value.to_str().ok());
            assert_eq!(
                policy,
                Some(
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
                ),
                "{path}"
            );
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        }
    }

    #[test]
    fn the_links_in_errors_lead_to_the_pages() {
        let error = florin_wire::WireError::missing("amount");
        let body = error.body(BASE, "req_VbZphil4pl9SuS");
        for member in ["doc_url", "request_log_url"] {
            let url = body["error"][member].as_str().expect("a link");
            let path = url.strip_prefix(BASE).expect("a link to this server");
            let path = path.split('#').next().unwrap_or_default();
            assert_eq!(status(Method::GET, path), Some(200), "{url}");
        }
    }
}
