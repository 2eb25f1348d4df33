//! The documentation: pages that were made with the browser parts, from the contract and the guides.
//!
//! Deliberately absent: the list of codes and the page of a request, which need no build.

use crate::assets;
use crate::headers;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_web::{Asset, NOT_BUILT};

/// Where the documentation is.
const ROOT: &str = "/docs";

/// Answers a request for a page of the documentation; `None` for every other path.
pub fn serve(parts: &Parts) -> Option<HttpResponse<Body>> {
    let path = parts.uri.path();
    let below = path.strip_prefix(ROOT)?;
    let name = match below {
        "" => "index",
        "/" => return Some(headers::see_other(ROOT)),
        below => below.strip_prefix('/')?,
    };
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Some(headers::text(405, "Read this with GET.\n"));
    }
    Some(match Asset::named(&format!("docs/{name}.html")) {
        Some(asset) => headers::documentation(assets::looked_at(parts, asset)),
        None if florin_web::FILES.is_empty() => headers::text(503, NOT_BUILT),
        None => headers::text(404, "There is no such page. See /docs for all of them.\n"),
    })
}
