//! The way of one request: admission → route → key → version → parameters → handler → headers.

use crate::auth::{self, Presented};
use crate::routes::{Access, Found, Route};
use crate::{Api, assets, bank, browser, buy, checkout, docs, headers, notices, pages, receipts};
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response as HttpResponse;
use florin_base::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use florin_engine::{Caller, Engine, KeyRole, Response};
use florin_render::expand::ExpandPlan;
use florin_render::receipt::PREFIX as RECEIPTS;
use florin_wire::limits::BODY_BYTES_MAX;
use florin_wire::versions::{self, ApiVersion, NEWEST, Names, OLDEST};
use florin_wire::{ErrorType, Params, WireError, hide_numbers, parse_form, parse_json};
use serde_json::{Map, Value};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What a handler works with.
pub struct Exchange {
    /// The engine.
    pub engine: Arc<Engine>,
    /// Who asks.
    pub caller: Caller,
    /// The checked parameters.
    pub params: Params,
    /// The parts of the path that the route leaves open, in order.
    pub path: Vec<String>,
    /// The whole path, for lists.
    pub url: String,
}

impl Exchange {
    /// The first open part of the path.
    pub fn id(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// An error answer.
    pub fn fail(&self, error: &WireError) -> Response {
        self.caller.error(error)
    }
}

/// What is known of a request before its handler runs; the answer's headers tell it.
#[derive(Default)]
pub struct Facts {
    /// `req_…`.
    pub request: String,
    /// The version that the answer is in.
    pub version: Option<ApiVersion>,
    /// The idempotency key that came.
    pub idempotency_key: Option<String>,
    /// The account that was named.
    pub account: Option<String>,
    /// It was a POST.
    pub posted: bool,
}

/// Answers one request.
pub async fn serve(api: &Arc<Api>, request: Request) -> HttpResponse {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let admitted = admit(api, &parts);
    if admitted.is_ok()
        && let Some(answer) = plain(api, &parts).await
    {
        return answer;
    }
    let mut facts = Facts {
        request: api.engine.fresh_request_id(),
        posted: parts.method == Method::POST,
        idempotency_key: header(&parts.headers, "idempotency-key").map(str::to_owned),
        ..Facts::default()
    };
    let response = if let Err(error) = admitted {
        headers::finish(failed(api, &error, &facts), &facts)
    } else if parts.uri.path().starts_with(pages::PREFIX) {
        // In boxes: their futures are large, and most requests are none of these.
        Box::pin(pages::serve(api, &parts, body, &facts.request)).await
    } else if parts.uri.path().starts_with(bank::PREFIX) {
        Box::pin(bank::serve(api, &parts, body, &facts.request)).await
    } else if parts.uri.path().starts_with(buy::PREFIX) {
        Box::pin(buy::serve(api, &parts, &facts.request)).await
    } else if parts.uri.path().starts_with(checkout::embedded::PREFIX) {
        Box::pin(checkout::embedded::serve(api, &parts, &facts.request)).await
    } else if parts.uri.path().starts_with(checkout::PREFIX) {
        Box::pin(checkout::serve(api, &parts, body, &facts.request)).await
    } else if let Some(live) = notices::mode(parts.uri.path()) {
        Box::pin(notices::serve(api, &parts, body, live)).await
    } else if let Some(part) = assets::serve(api, &parts).await {
        part
    } else if let Some(page) = receipts::serve(api, &parts).await {
        page
    } else if let Some(page) = docs::serve(&parts, &api.engine.world().settings.base_url) {
        page
    } else {
        let response = match handle(api, &parts, body, &mut facts).await {
            Ok(response) => response,
            Err(error) => failed(api, &error, &facts),
        };
        headers::finish(response, &facts)
    };
    note(api, &parts, &facts, (response.status().as_u16(), began));
    response
}

fn failed(api: &Api, error: &WireError, facts: &Facts) -> Response {
    let base_url = &api.engine.world().settings.base_url;
    Response::error(error, base_url, &facts.request)
}

/// Counts and logs one answer. Neither query nor body is logged: both may hold secrets.
fn note(api: &Api, parts: &Parts, facts: &Facts, ended: (u16, Instant)) {
    let (status, began) = ended;
    let took_us = began.elapsed().as_micros() as u64;
    let class = usize::from(status / 100).min(5);
    api.counters.by_class[class].fetch_add(1, Ordering::Relaxed);
    api.counters.took_us.fetch_add(took_us, Ordering::Relaxed);
    let path = shown(parts.uri.path());
    tracing::info!(request = %facts.request, method = %parts.method, %path, status, took_us, "answered");
}

/// What the id of a checkout session follows in a path.
const SESSIONS: [&str; 4] = [
    checkout::PREFIX,
    checkout::embedded::PREFIX,
    "/v1/checkout/sessions/",
    "/florin/v1/payments/",
];

/// A path as it may stand in the log. Whoever knows the id of a session may pay there and look at the order.
fn shown(path: &str) -> String {
    if path.starts_with(RECEIPTS) {
        return format!("{RECEIPTS}...");
    }
    let named = SESSIONS
        .iter()
        .find_map(|above| Some((above, path.strip_prefix(above)?)));
    let Some((above, rest)) = named else {
        return hide_numbers(path);
    };
    let verb = rest.split_once('/').map_or("", |(_, verb)| verb);
    format!("{above}.../{}", hide_numbers(verb))
}

/// What a person sees who opens the server's address.
const FRONT: &str = "Florin answers the Stripe v1 wire format under /v1. Try:\n\n  curl THIS-ADDRESS/v1/payment_intents -u YOUR_SECRET_KEY: \\\n    \
    -d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true\n\n`florin dev` prints its keys when it starts. Documentation: /docs. Health: /healthz, /readyz.\n";

/// Health and readiness need no key and are not logged.
async fn plain(api: &Arc<Api>, parts: &Parts) -> Option<HttpResponse> {
    let ready = match parts.uri.path() {
        "/" => return Some(headers::text(200, FRONT)),
        // Browsers ask for it on their own, and would tell of a refusal in the console of a page.
        "/favicon.ico" => return Some(headers::text(204, "")),
        "/healthz" => true,
        "/readyz" => api.engine.world().store.health().await.is_ok(),
        _ => return None,
    };
    let (status, text) = if ready {
        (200, "ok\n")
    } else {
        (503, "the database does not answer\n")
    };
    Some(headers::text(status, text))
}

async fn handle(
    api: &Arc<Api>,
    parts: &Parts,
    body: Body,
    facts: &mut Facts,
) -> Result<Response, WireError> {
    if parts.method == Method::OPTIONS {
        return Ok(Response {
            status: 200,
            body: Vec::new(),
            replayed_from: None,
            retry: None,
            retry_after_s: None,
        });
    }
    let body = in_time(read_body(parts, body)).await;
    let body = body.unwrap_or_else(|| Err(too_slow()))?;
    let mut raw = parameters(parts, &body)?;
    let presented = auth::presented(&parts.headers, &mut raw)?;
    check_origin(parts, &presented)?;
    let grant = auth::grant(&api.engine, &presented).await?;
    let route = route(api, parts)?;
    let version = match version(&parts.headers)? {
        Some(version) => version,
        // The script of buyers' pages is of this release, whatever the merchant's server speaks.
        None if grant.role == KeyRole::Publishable => NEWEST,
        None => api.engine.default_version(&grant.scope).await?,
    };
    facts.version = Some(version);
    facts.account = account(&parts.headers, &grant.scope)?;
    if grant.role == KeyRole::Publishable && route.route.access != Access::Browser {
        return Err(auth::needs_secret());
    }
    let key = idempotency_key(parts)?;
    let (params, expand, names) = checked(api, route.route, raw, version)?;
    if grant.role == KeyRole::Publishable {
        browser::check(route.route, &params)
            .map_err(|error| names.restored(&error).into_owned())?;
    }
    let hash = |key| request_hash(api, parts, (&params, version), &grant.scope, key);
    let idempotency = key.map(hash);
    let is_browser = grant.role == KeyRole::Publishable;
    let buyer = is_browser.then(|| api.admission.proxies.buyer(parts));
    let caller = Caller {
        scope: grant.scope,
        role: grant.role,
        version,
        request: facts.request.clone(),
        idempotency,
        expand,
        buyer,
        client_secret: params.text("client_secret").map(str::to_owned),
        key: Some(grant.used),
        base_url: Arc::clone(&api.engine.world().settings.base_url),
        names,
    };
    let exchange = Exchange {
        engine: Arc::clone(&api.engine),
        caller,
        params,
        path: route.path,
        url: parts.uri.path().to_owned(),
    };
    Ok((route.route.handler)(&exchange).await)
}

/// A request under a foreign name is refused: a page must not reach the server by pointing its own name at it.
fn admit(api: &Api, parts: &Parts) -> Result<(), WireError> {
    let named = parts
        .uri
        .host()
        .or_else(|| header(&parts.headers, "host"))
        .unwrap_or_default();
    if api.admission.takes(named) {
        return Ok(());
    }
    let message = "This server does not answer under this host name. Use the URL that it printed when it started, or start it \
        with --listen, or with --url and the name that it is reached under.";
    Err(WireError::invalid(message).with_status(403))
}

/// A browser sends `Origin`. A page must never hold a secret key, so a secret key from another origin is refused.
fn check_origin(parts: &Parts, presented: &Presented) -> Result<(), WireError> {
    let Some(origin) = header(&parts.headers, "origin") else {
        return Ok(());
    };
    if is_own_origin(&parts.headers, origin) || presented.key.starts_with("pk_") {
        return Ok(());
    }
    let message = "A secret key was sent from a web page. Secret keys belong on servers; use a publishable key in browsers.";
    Err(WireError::invalid(message)
        .with_status(403)
        .with_code("secret_key_required"))
}

/// Whether a page of this server sent the request.
pub fn is_own_origin(headers: &HeaderMap, origin: &str) -> bool {
    let scheme = origin.split_once("://");
    let host = header(headers, "host");
    matches!(scheme, Some(("http" | "https", named)) if Some(named) == host)
}

/// A body over the limit is read to its end up to here before it is refused.
const BODY_BYTES_DRAINED_MAX: usize = 4 * BODY_BYTES_MAX;

/// A body has to be there so long after its head.
const BODY_READ: Duration = Duration::from_secs(30);

/// What is read of a body, unless it did not arrive in time.
pub async fn in_time<T>(reading: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(BODY_READ, reading).await.ok()
}

fn too_slow() -> WireError {
    let message = "The body of the request did not arrive in time. Send it again.";
    WireError::new(408, ErrorType::InvalidRequest, message)
}

async fn read_body(parts: &Parts, mut body: Body) -> Result<Vec<u8>, WireError> {
    let announced =
        header(&parts.headers, "content-length").and_then(|text| text.parse::<usize>().ok());
    if let Some(length) = announced.filter(|length| *length > BODY_BYTES_MAX) {
        if length <= BODY_BYTES_DRAINED_MAX {
            // Reading on lets a client that sends first and reads later see the answer.
            let _ = to_bytes(body, BODY_BYTES_DRAINED_MAX).await;
        }
        return Err(WireError::too_large());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| {
            WireError::invalid("The body of the request broke off or is malformed. Send it again.")
        })?;
        let Ok(part) = frame.into_data() else {
            continue;
        };
        if bytes.len() + part.len() > BODY_BYTES_MAX {
            return Err(WireError::too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Query and body as one tree. A parameter that stands in both is named twice and refused.
fn parameters(parts: &Parts, body: &[u8]) -> Result<Map<String, Value>, WireError> {
    let mut raw = match parts.uri.query() {
        Some(query) => parse_form(query.as_bytes())?,
        None => Map::new(),
    };
    let kind = header(&parts.headers, "content-type").unwrap_or_default();
    let sent = match body {
        [] => Map::new(),
        body => parse_body(kind, body)?,
    };
    for (name, value) in sent {
        if raw.contains_key(&name) {
            let message =
                format!("The parameter {name} is in the URL and in the body; send it once.");
            return Err(WireError::invalid(message).with_param(name));
        }
        raw.insert(name, value);
    }
    Ok(raw)
}

/// A body is a form unless its media type says JSON.
fn parse_body(kind: &str, body: &[u8]) -> Result<Map<String, Value>, WireError> {
    let media = kind.split(';').next().unwrap_or_default().trim();
    match media.to_ascii_lowercase().as_str() {
        "" | "application/x-www-form-urlencoded" => parse_form(body),
        "application/json" => parse_json(body),
        _ => Err(WireError::invalid(
            "The Content-Type of this request is not accepted. Send parameters as application/x-www-form-urlencoded or as \
             application/json.",
        )),
    }
}

fn route<'a>(api: &'a Api, parts: &Parts) -> Result<Found<'a>, WireError> {
    let path = parts.uri.path();
    api.routes.find(&parts.method, path).ok_or_else(|| {
        let message = format!(
            "Unrecognized request URL ({}: {path}). If you are trying to list objects, remove the trailing slash. If you are \
             trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Operations that \
             Florin serves are listed in docs/compatibility.md.",
            parts.method
        );
        WireError::new(404, ErrorType::InvalidRequest, message)
    })
}

/// The version that a request names, if it does.
fn version(headers: &HeaderMap) -> Result<Option<ApiVersion>, WireError> {
    let Some(text) = required_text(headers, "stripe-version")? else {
        return Ok(None);
    };
    let unknown = |why: &str| {
        let message = format!(
            "Invalid Stripe API version: {text}. {why} The newest is {}.",
            NEWEST.as_str()
        );
        WireError::invalid(message)
    };
    let version = ApiVersion::parse(text).map_err(|_| unknown("No such version is known."))?;
    match version.is_supported() {
        true => Ok(Some(version)),
        false => Err(unknown(&format!(
            "It is older than {}, the oldest version that is served.",
            OLDEST.as_str()
        ))),
    }
}

/// Connected accounts do not exist yet: only the key's own account can be named.
fn account(headers: &HeaderMap, scope: &florin_base::Scope) -> Result<Option<String>, WireError> {
    let Some(named) = required_text(headers, "stripe-account")? else {
        return Ok(None);
    };
    if *named == *scope.account {
        return Ok(Some(named.to_owned()));
    }
    let message = format!(
        "The provided key does not have access to account '{named}' (or that account does not exist). Application access may \
         have been revoked."
    );
    Err(WireError::invalid(message)
        .with_status(403)
        .with_code("account_invalid"))
}

/// The idempotency key of a POST.
fn idempotency_key(parts: &Parts) -> Result<Option<&str>, WireError> {
    if parts.method != Method::POST {
        return Ok(None);
    }
    let Some(key) = required_text(&parts.headers, "idempotency-key")? else {
        return Ok(None);
    };
    if key.is_empty() || key.chars().count() > IDEMPOTENCY_KEY_CHARS_MAX {
        let message =
            format!("Idempotency keys must have 1 to {IDEMPOTENCY_KEY_CHARS_MAX} characters.");
        return Err(WireError::invalid(message));
    }
    Ok(Some(key))
}

/// The key, with the hash of what it is used for: the checked parameters, so that one request as a form and as JSON is one.
fn request_hash(
    api: &Api,
    parts: &Parts,
    request: (&Params, ApiVersion),
    scope: &florin_base::Scope,
    key: &str,
) -> (String, [u8; 32]) {
    let (params, version) = request;
    let mut text = format!(
        "{:?} {} {} {}\n",
        scope,
        parts.method,
        parts.uri.path(),
        version.as_str()
    );
    text.push_str(&String::from_utf8_lossy(&params.canonical()));
    // The hash is keyed: the parameters may hold a card number, which a plain hash would give away.
    (key.to_owned(), api.engine.world().vault.hash_key(&text))
}

/// Walks the parameters to the newest version and holds them against the table.
fn checked(
    api: &Api,
    route: &Route,
    mut raw: Map<String, Value>,
    version: ApiVersion,
) -> Result<(Params, ExpandPlan, Names), WireError> {
    let method = route.method.as_str();
    let names = versions::walk_forward(method, route.path, &mut raw, version);
    let operation = api
        .table
        .operation(method, route.path)
        .ok_or_else(|| WireError::api("The operation has no table."))?;
    let params = operation
        .check(raw)
        .map_err(|error| names.restored(&error).into_owned())?;
    let paths: Vec<&str> = params
        .list("expand")
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let expand = ExpandPlan::parse(&paths, route.is_list)?;
    Ok((params, expand, names))
}

/// A header that changes what a request does: it is read, or the request is refused, but it is never left out.
fn required_text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, WireError> {
    let mut sent = headers.get_all(name).iter();
    let Some(value) = sent.next() else {
        return Ok(None);
    };
    if sent.next().is_some() {
        let message = format!("The header {name} was sent more than once; send it once.");
        return Err(WireError::invalid(message));
    }
    let text = value.to_str().map_err(|_| {
        let message = format!("The header {name} must be visible ASCII characters only.");
        WireError::invalid(message)
    })?;
    Ok(Some(text))
}

/// A header as text.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
