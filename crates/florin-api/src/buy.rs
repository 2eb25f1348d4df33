//! The page of a payment link: it makes a session for this buyer and leads there.
//!
//! `prefilled_email`, `client_reference_id` and `locale` in the address go into the session. Deliberately absent: a page of its
//! own, but for links that do not work.

use crate::html::said;
use crate::{Api, checkout, headers, query, v1};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_engine::operations::{CreateSession, ItemWish, ShippingWish};
use florin_engine::{MetadataPatch, OpenedLink};
use florin_render::{link_url, parse, qr};
use florin_wire::versions::NEWEST;
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};
use std::sync::Arc;

pub use florin_render::LINK_PREFIX as PREFIX;

/// The longest address of a mail (RFC 5321).
const EMAIL_CHARS_MAX: usize = 254;
/// The longest name of an order in the address (as the API has it).
const REFERENCE_CHARS_MAX: usize = 200;

/// Answers a request for the page of a link, or for its code.
pub async fn serve(api: &Arc<Api>, parts: &Parts, request: &str) -> HttpResponse<Body> {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return said(405, "Not possible", "Open this link with GET.");
    }
    let rest = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let (id, picture) = rest.split_once('/').unwrap_or((rest, ""));
    let opened = match api.engine.opened_link(id).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return missing(),
        Err(_) => return unavailable(),
    };
    match picture {
        // Whoever only asks whether there is something makes no session.
        "" if parts.method == Method::HEAD && opened.link.is_open() => headers::text(200, ""),
        "" => look(api, parts, (&opened, request)).await,
        "qr.svg" => {
            let url = link_url(id, &api.engine.view(&opened.scope));
            headers::picture(qr::svg(&url).unwrap_or_default())
        }
        _ => missing(),
    }
}

async fn look(
    api: &Arc<Api>,
    parts: &Parts,
    (opened, request): (&OpenedLink, &str),
) -> HttpResponse<Body> {
    if !opened.link.is_open() {
        let told = opened.link.inactive_message.as_deref();
        let told =
            told.unwrap_or("This link is not active any more. Ask the merchant for a new one.");
        return said(410, "Not active", told);
    }
    let buyer = api.admission.proxies.buyer(parts);
    match api.engine.admits_look(&opened.scope, buyer).await {
        Ok(true) => {}
        Ok(false) => {
            let text = "This link was opened very often from here. Nothing was charged. Try again in ten minutes.";
            return said(429, "Too often", text);
        }
        Err(_) => return unavailable(),
    }
    let operation = match session(api, opened, parts) {
        Ok(operation) => operation,
        Err(error) => return not_sold(opened, error.status, &error.message),
    };
    let caller = api.engine.link_caller(opened, request);
    let response = api.engine.mutate(caller, Box::new(operation)).await;
    checkout::led_to(&response).unwrap_or_else(|| {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let why = body.pointer("/error/message").and_then(Value::as_str);
        not_sold(opened, response.status, why.unwrap_or_default())
    })
}

/// There is no session. Why is the merchant's to know.
fn not_sold(opened: &OpenedLink, status: u16, why: &str) -> HttpResponse<Body> {
    tracing::warn!(link = %opened.link.id, status, why, "a payment link makes no session");
    let text = "What this link sells cannot be bought now. Ask the merchant for a new one. Nothing was charged.";
    said(status, "This link does not work", text)
}

/// The session that this buyer gets.
fn session(api: &Api, opened: &OpenedLink, parts: &Parts) -> Result<CreateSession, WireError> {
    let link = &opened.link;
    let mut asked = link.asked.clone();
    asked.extend(wishes(api, parts));
    let params = Params::new(asked, link.told.clone());
    let mut command = parse::create_session(&params, NEWEST)?;
    command.link = Some(link.id.clone());
    command.metadata = MetadataPatch::of(&link.metadata);
    let items = link.items.iter().map(ItemWish::of_link);
    let shipping = link.shipping.iter();
    let shipping = shipping.map(|option| ShippingWish::Known(option.rate.to_string()));
    Ok(CreateSession {
        command,
        items: items.collect(),
        optional: v1::checkout_sessions::optional(&params),
        shipping: shipping.collect(),
        customer: None,
    })
}

/// What the address says of the session. What a session would be refused for is left out: the buyer can mend nothing about it.
fn wishes(api: &Api, parts: &Parts) -> Map<String, Value> {
    let query = query::read(parts);
    let sessions = api.table.operation("POST", "/v1/checkout/sessions");
    let fits = |name: &str, value: &Value| {
        let sent = Map::from_iter([(name.to_owned(), value.clone())]);
        sessions.is_some_and(|operation| operation.check(sent).is_ok())
    };
    let reference = |value: &Value| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let text = value.as_str().unwrap_or_default();
        !text.is_empty() && text.len() <= REFERENCE_CHARS_MAX && text.chars().all(plain)
    };
    let email = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.len() <= EMAIL_CHARS_MAX
    };
    let told = [
        (
            "client_reference_id",
            query
                .get("client_reference_id")
                .filter(|value| reference(value)),
        ),
        (
            "customer_email",
            query.get("prefilled_email").filter(|value| email(value)),
        ),
        ("locale", query.get("locale")),
    ];
    let told = told
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    told.filter(|(name, value)| fits(name, value))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

fn missing() -> HttpResponse<Body> {
    let text = "There is no such link. Check the address, or ask the merchant for a new one. Nothing was charged.";
    said(404, "Not found", text)
}

fn unavailable() -> HttpResponse<Body> {
    let text = "The server cannot answer now. Nothing was charged; try again.";
    said(503, "Not now", text)
}
