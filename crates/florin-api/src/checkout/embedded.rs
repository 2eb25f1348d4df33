//! The payform inside of a shop's page: the same page, in a frame that only that shop's page may hold.
//!
//! Whoever has the session's client secret may open it. What the page asks for afterwards is asked under its ordinary
//! address. Deliberately absent: cookies, so that a browser may block those of frames.

use super::{Visit, refused, shell};
use crate::{Api, assets, headers, query};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_engine::{Flow, UiMode};
use florin_render::PageFacts;
use florin_vault::constant_time_eq;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Where these pages are.
pub const PREFIX: &str = "/c/embedded/";
/// The longest name of a channel between a page and a frame.
const CHANNEL_CHARS_MAX: usize = 64;

/// Answers a request for such a page.
pub async fn serve(api: &Arc<Api>, parts: &Parts, request: &str) -> HttpResponse<Body> {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        let message = "This page is only looked at, with GET.";
        return refused(405, Some("method_not_allowed"), message, None);
    }
    let query = query::read(parts);
    let id = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    // Whatever is wrong, the buyer reads it in the frame. The key comes first: whoever has a wrong one learns nothing of a secret.
    let page = match api.engine.session_page(id).await {
        Ok(Some(page)) => page,
        Ok(None) => return told(shell::missing(), &query),
        Err(_) => return told(shell::unavailable(), &query),
    };
    let visit = Visit {
        api,
        parts,
        request,
        page,
    };
    let origin = match assets::holder(api, &query, Some(&visit.page.scope)).await {
        Ok(origin) => origin,
        Err(answer) => return told(answer, &query),
    };
    match shown(&visit, (&query, &origin)).await {
        Ok(page) => headers::embedded(page, &origin),
        Err(notice) => headers::embedded_notice(notice, &origin),
    }
}

/// Why there is no page, where a page may be named that shows it.
fn told(answer: HttpResponse<Body>, query: &Map<String, Value>) -> HttpResponse<Body> {
    let origin = query::text(query, "origin");
    match origin.filter(|origin| assets::is_origin(origin)) {
        Some(origin) => headers::embedded_notice(answer, origin),
        None => answer,
    }
}

/// Where the buyer of what stands in a page of the shop comes back to, by the query of a press: to a page of ours that tells the
/// shop's page, from a window over it; to the shop itself, with anything that took the whole page.
pub(super) fn back_to(visit: &Visit<'_>, facts: &PageFacts, flow: Flow) -> Option<String> {
    let query = query::read(visit.parts);
    let origin = query::text(&query, "origin").filter(|origin| assets::is_origin(origin))?;
    let channel = query::text(&query, "ch").filter(|channel| is_channel(channel))?;
    let in_window = match facts.session.ui {
        UiMode::HostedPage => return None,
        UiMode::EmbeddedPage => flow == Flow::Card,
        // No page of another provider is sure to stand in a window; a code or a transfer is shown on a page of ours.
        UiMode::Elements => flow != Flow::Redirect,
    };
    if in_window {
        let base_url = &visit.api.engine.world().settings.base_url;
        let origin = utf8_percent_encode(origin, NON_ALPHANUMERIC);
        return Some(format!(
            "{base_url}{}?origin={origin}&ch={channel}",
            assets::RETURN
        ));
    }
    let url = facts.session.return_url.as_ref()?;
    Some(facts.session.filled(url))
}

async fn shown(
    visit: &Visit<'_>,
    (query, origin): (&Map<String, Value>, &str),
) -> Result<HttpResponse<Body>, HttpResponse<Body>> {
    let facts = match visit.facts().await {
        Ok(facts) => facts,
        Err(answer) if answer.status().is_server_error() => return Err(shell::unavailable()),
        Err(answer) => return Err(answer),
    };
    let (secret, channel) = (query::text(query, "secret"), query::text(query, "ch"));
    let known = facts.session.client_secret();
    let is_known = known
        .zip(secret)
        .is_some_and(|(known, sent)| constant_time_eq(known.as_bytes(), sent.as_bytes()));
    let is_embedded = facts.session.ui == UiMode::EmbeddedPage;
    let channel = channel.filter(|channel| is_channel(channel));
    let (true, Some(channel)) = (is_known && is_embedded, channel) else {
        return Err(shell::missing());
    };
    let mut state = visit.render(&facts);
    state["embedded"] = json!({"origin": origin, "channel": channel});
    Ok(shell::page(visit, state))
}

fn is_channel(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    !text.is_empty() && text.len() <= CHANNEL_CHARS_MAX && text.bytes().all(plain)
}
