//! The page of a receipt. Whoever has its address may look at it; a wrong one names nothing.
//!
//! Deliberately absent: what stands on it (`florin-render`), and a list of receipts.

use crate::pipeline::header;
use crate::{Api, headers, html, query};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_base::{Scope, scope};
use florin_render::receipt::{PREFIX, ReceiptFacts, Sheet};

/// Answers a request below the prefix; `None` for every other path.
pub async fn serve(api: &Api, parts: &Parts) -> Option<HttpResponse<Body>> {
    let rest = parts.uri.path().strip_prefix(PREFIX)?;
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Some(headers::text(405, "Read this with GET.\n"));
    }
    let Some((scope, charge, secret)) = read(rest) else {
        return Some(missing());
    };
    Some(match api.engine.receipt(&scope, charge, secret).await {
        Ok(Some(facts)) => headers::page(200, shown(parts, &facts)),
        Ok(None) => missing(),
        Err(_) => headers::text(503, "The server cannot answer now. Try again.\n"),
    })
}

/// The receipt in the language that the address asks for, or the buyer's.
fn shown(parts: &Parts, facts: &ReceiptFacts) -> String {
    let query = query::read(parts);
    let asked = query::text(&query, "locale");
    let accepted = header(&parts.headers, "accept-language").unwrap_or_default();
    Sheet::of(facts, facts.texts(asked, accepted)).page(None)
}

/// Account, mode, charge and secret.
fn read(rest: &str) -> Option<(Scope, &str, &str)> {
    let mut parts = rest.split('/');
    let (account, mode) = (parts.next()?, parts.next()?);
    let (charge, secret) = (parts.next()?, parts.next()?);
    let live = [false, true]
        .into_iter()
        .find(|live| scope::mode(*live) == mode)?;
    let account = account.into();
    parts
        .next()
        .is_none()
        .then_some((Scope { account, live }, charge, secret))
}

fn missing() -> HttpResponse<Body> {
    let body = "<h1>There is no such receipt</h1>\n<p>Check the address, or ask the merchant for the receipt again.</p>";
    headers::page(404, html::frame("Not found", "", body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_four_parts() {
        let (scope, charge, secret) = read("acct_1/test/ch_1/abc").expect("parts");
        assert_eq!((&*scope.account, scope.live), ("acct_1", false));
        assert_eq!((charge, secret), ("ch_1", "abc"));
        assert!(read("acct_1/live/ch_1/abc").expect("parts").0.live);
        for wrong in [
            "",
            "acct_1",
            "acct_1/test/ch_1",
            "acct_1/other/ch_1/abc",
            "acct_1/test/ch_1/abc/",
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
