//! The payform: the page of a checkout session, and what it asks for while the buyer looks at it.
//!
//! Whoever has the link may look and pay; the session's id is random and is the only key. [`sent`] reads what the page
//! sends, [`events`] tells it what changes, [`embedded`] shows it in a frame, [`shell`] is the page itself. Deliberately absent: rules; the engine has them.

pub mod embedded;
mod events;
mod sent;
mod shell;
#[cfg(test)]
mod tests;

use crate::pipeline::{header, in_time, is_own_origin};
use crate::{Api, headers};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_engine::operations::{AbandonSession, ChooseSession, PressSession, RecoverSession};
use florin_engine::{Caller, Flow, Halt, MethodSource, Operation, PageSession, Response};
use florin_render::qr;
use florin_render::{PageFacts, PagePicture, render_page};
use florin_wire::{WireError, parse_form, parse_json};
use serde_json::{Map, Value, json};
use shell::Problem;
use std::sync::Arc;

/// Where the pages are.
pub const PREFIX: &str = "/c/pay/";
/// What the engine says of a link that has no place left.
const SOLD_OUT: &str = "payment_link_sold_out";
/// Where the pictures of a page are, below it.
const PICTURES: &str = "pictures/";
/// What a page sends at most.
const SENT_BYTES_MAX: usize = 65_536;

/// Reads a body.
type Parse = fn(&[u8]) -> Result<Map<String, Value>, WireError>;

/// A request for a page or about it.
pub(crate) struct Visit<'a> {
    api: &'a Arc<Api>,
    parts: &'a Parts,
    request: &'a str,
    page: PageSession,
}

/// Answers whatever lies under the prefix.
pub async fn serve(api: &Arc<Api>, parts: &Parts, body: Body, request: &str) -> HttpResponse<Body> {
    let rest = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let (id, verb) = rest.split_once('/').unwrap_or((rest, ""));
    let visit = match Visit::open(api, parts, request, id).await {
        Ok(Some(visit)) => visit,
        Ok(None) if verb.is_empty() => return shell::missing(),
        Ok(None) => {
            return refused(
                404,
                Some("resource_missing"),
                "There is no such page.",
                None,
            );
        }
        Err(answer) => return answer,
    };
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    match (verb, reads, parts.method == Method::POST) {
        ("", true, _) => visit.show().await,
        ("state", true, _) => visit.state(200).await,
        // What stands in a page of the shop has no address of its own.
        ("qr.svg", true, _) if id == visit.page.id => visit.picture(),
        // Whoever only asks whether there is something makes no session.
        ("recover", true, _) if parts.method == Method::GET => visit.recover().await,
        ("events", true, _) => events::stream(&visit).await,
        (picture, true, _) if picture.starts_with(PICTURES) => visit.picture_of(picture).await,
        ("", _, true) => visit.press_without_script(body).await,
        ("confirm", _, true) => visit.press(body).await,
        ("update", _, true) => visit.choose(body).await,
        ("cancel", _, true) => visit.abandon(body).await,
        ("" | "state" | "events" | "confirm" | "update" | "cancel", _, _) => {
            let message = "Look with GET, act with POST.";
            refused(405, Some("method_not_allowed"), message, None)
        }
        _ => refused(
            404,
            Some("resource_missing"),
            "There is no such page.",
            None,
        ),
    }
}

/// The way to the page of a session that was made, if one was.
pub(crate) fn led_to(response: &Response) -> Option<HttpResponse<Body>> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let id = body.get("id").filter(|_| response.status == 200)?;
    Some(headers::see_other(&format!("{PREFIX}{}", id.as_str()?)))
}

impl<'a> Visit<'a> {
    /// A visit of the page of a session, if there is one.
    async fn open(
        api: &'a Arc<Api>,
        parts: &'a Parts,
        request: &'a str,
        id: &str,
    ) -> Result<Option<Visit<'a>>, HttpResponse<Body>> {
        let page = api.engine.page_session(id).await;
        let page = page.map_err(|_| unavailable())?;
        Ok(page.map(|page| Visit {
            api,
            parts,
            request,
            page,
        }))
    }
}

impl Visit<'_> {
    async fn facts(&self) -> Result<PageFacts, HttpResponse<Body>> {
        match self.api.engine.page_facts(&self.page).await {
            Ok(Some(facts)) => Ok(facts),
            Ok(None) => Err(shell::missing()),
            Err(_) => Err(unavailable()),
        }
    }

    fn render(&self, facts: &PageFacts) -> Value {
        render_page(facts, &self.api.engine.view(&self.page.scope))
    }

    async fn show(&self) -> HttpResponse<Body> {
        match self.facts().await {
            Ok(facts) => shell::page(self, self.render(&facts)),
            Err(answer) => answer,
        }
    }

    /// The page's address as a QR code.
    fn picture(&self) -> HttpResponse<Body> {
        let base_url = &self.api.engine.world().settings.base_url;
        let url = format!("{base_url}{PREFIX}{}", self.page.id);
        headers::picture(qr::svg(&url).unwrap_or_default())
    }

    /// The logo, or what a line sells.
    async fn picture_of(&self, verb: &str) -> HttpResponse<Body> {
        let name = verb.strip_prefix(PICTURES).unwrap_or_default();
        let which = PagePicture::named(name);
        match self.api.engine.page_picture(&self.page, which).await {
            Ok(Some(picture)) => {
                headers::points(picture.content_type, Bytes::from_owner(picture.bytes))
            }
            Ok(None) => refused(
                404,
                Some("resource_missing"),
                "There is no such picture.",
                None,
            ),
            Err(_) => unavailable(),
        }
    }

    async fn state(&self, status: u16) -> HttpResponse<Body> {
        match self.facts().await {
            Ok(facts) => json_answer(status, &self.render(&facts)),
            Err(answer) => answer,
        }
    }

    async fn choose(&self, body: Body) -> HttpResponse<Body> {
        let choice = match self.read(body, parse_json).await {
            Ok(sent) => sent::choice(&sent),
            Err(answer) => return answer,
        };
        match choice {
            Ok(choice) => {
                let id = self.page.id.clone();
                let response = self.mutate(None, ChooseSession { id, choice }).await;
                self.told(response).await
            }
            Err(error) => wire(&error),
        }
    }

    /// The buyer of an expired session gets another one, which sells the same.
    async fn recover(&self) -> HttpResponse<Body> {
        let buyer = self.api.admission.proxies.buyer(self.parts);
        match self.api.engine.admits_look(&self.page.scope, buyer).await {
            Ok(true) => {}
            Ok(false) => return shell::too_often(),
            Err(_) => return unavailable(),
        }
        let id = self.page.id.clone();
        let response = self.mutate(None, RecoverSession { id }).await;
        led_to(&response).unwrap_or_else(|| match response.status {
            500.. => unavailable(),
            _ => shell::over(),
        })
    }

    async fn abandon(&self, body: Body) -> HttpResponse<Body> {
        if let Err(answer) = self.read(body, parse_json).await {
            return answer;
        }
        let id = self.page.id.clone();
        let response = self.mutate(None, AbandonSession { id }).await;
        self.told(response).await
    }

    async fn press(&self, body: Body) -> HttpResponse<Body> {
        let sent = match self.read(body, parse_json).await {
            Ok(sent) => sent,
            Err(answer) => return answer,
        };
        let response = self.pressed(sent).await;
        self.told(response).await
    }

    /// The form of a browser without scripts. It leads back to the page, which says what became of it: a form of this page may
    /// lead nowhere else.
    async fn press_without_script(&self, body: Body) -> HttpResponse<Body> {
        let sent = match self.read(body, parse_form).await {
            Ok(sent) => sent::of_form(sent),
            Err(answer) => return answer,
        };
        let own = format!("{PREFIX}{}", self.page.id);
        let response = self.pressed(sent).await;
        if response.status == 200 || response.is_decline() {
            return headers::see_other(&own);
        }
        let (code, ..) = told_of(&response);
        let problem = match (response.status, code.as_deref()) {
            (429, _) => Problem::Busy,
            (_, Some(SOLD_OUT)) => Problem::SoldOut,
            _ => Problem::Form,
        };
        headers::see_other(&problem.told_at(&own))
    }

    async fn pressed(&self, sent: Map<String, Value>) -> Response {
        let engine = &self.api.engine;
        // The same press sent again is the same payment: the text that the page made for it is its idempotency key.
        let key = sent::attempt(&sent).map(|attempt| {
            let canonical = Value::Object(sent.clone()).to_string();
            let hash = engine.world().vault.hash_key(&canonical);
            (format!("page/{}/{attempt}", self.page.id), hash)
        });
        let idempotency = key.as_ref().ok().cloned();
        let caller = self.caller(idempotency);
        match self.operation(key.map(|_| sent)).await {
            Ok(operation) => engine.mutate(caller, Box::new(operation)).await,
            Err(halt) => engine.refuse(&caller, halt).await,
        }
    }

    async fn operation(
        &self,
        sent: Result<Map<String, Value>, WireError>,
    ) -> Result<PressSession, Halt> {
        let sent = sent?;
        let press = sent::press(&sent)?;
        let engine = &self.api.engine;
        let billing = press.told.buyer.clone();
        let method = sent::method(engine, &self.page.scope, sent, billing).await?;
        let return_url = self.back_to(method.as_ref()).await?;
        Ok(PressSession {
            id: self.page.id.clone(),
            press,
            method,
            return_url,
        })
    }

    /// Where the buyer comes back to after an action: to this page, but for one that stands in a shop's page.
    async fn back_to(&self, method: Option<&MethodSource>) -> Result<String, Halt> {
        let base_url = &self.api.engine.world().settings.base_url;
        let own = format!("{base_url}{PREFIX}{}", self.page.id);
        if self.parts.uri.query().is_none() {
            return Ok(own);
        }
        let flow = match method {
            Some(MethodSource::Plain(details)) => details.kind.flow(),
            _ => Flow::Card,
        };
        let facts = self.api.engine.page_facts(&self.page).await?;
        let embedded = facts.and_then(|facts| embedded::back_to(self, &facts, flow));
        Ok(embedded.unwrap_or(own))
    }

    fn caller(&self, idempotency: Option<(String, [u8; 32])>) -> Caller {
        let engine = &self.api.engine;
        let buyer = self.api.admission.proxies.buyer(self.parts);
        engine.page_caller(&self.page, (self.request, buyer), idempotency)
    }

    async fn mutate(
        &self,
        idempotency: Option<(String, [u8; 32])>,
        operation: impl Operation + 'static,
    ) -> Response {
        let (engine, caller) = (&self.api.engine, self.caller(idempotency));
        engine.mutate(caller, Box::new(operation)).await
    }

    /// The state after a change; a decline is a state, too.
    async fn told(&self, response: Response) -> HttpResponse<Body> {
        let (code, message, param) = told_of(&response);
        if response.status == 200 || response.is_decline() {
            return self.state(response.status).await;
        }
        // What the card itself gives away never reached an issuer.
        if let (402, Some(part)) = (response.status, &param) {
            let param = Some(format!("card.{part}"));
            return refused(400, code.as_deref(), &message, param);
        }
        let status = match code.as_deref() {
            Some("session_expired" | "session_complete" | "amount_changed" | SOLD_OUT) => 409,
            _ => response.status,
        };
        let mut answer = refused(status, code.as_deref(), &message, param);
        if let Some(seconds) = response.retry_after_s {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        answer
    }

    /// What was sent, from a page of ours.
    async fn read(
        &self,
        body: Body,
        parse: Parse,
    ) -> Result<Map<String, Value>, HttpResponse<Body>> {
        // Browsers tell where a POST comes from. One from elsewhere is not the buyer's doing.
        let headers = &self.parts.headers;
        if header(headers, "origin").is_some_and(|origin| !is_own_origin(headers, origin)) {
            let message = "This page is driven from its own address only.";
            return Err(refused(403, Some("origin_not_allowed"), message, None));
        }
        let bytes = in_time(to_bytes(body, SENT_BYTES_MAX)).await;
        let Some(Ok(bytes)) = bytes else {
            let message = "The request is too large, or broke off. Send it again.";
            return Err(refused(400, None, message, None));
        };
        match bytes.is_empty() {
            true => Ok(Map::new()),
            false => parse(&bytes).map_err(|error| wire(&error)),
        }
    }
}

/// Code, message and parameter of an error of the engine.
fn told_of(response: &Response) -> (Option<String>, String, Option<String>) {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let text = |name: &str| {
        let found = body.pointer(&format!("/error/{name}"));
        found.and_then(Value::as_str).map(str::to_owned)
    };
    (
        text("code"),
        text("message").unwrap_or_default(),
        text("param"),
    )
}

fn wire(error: &WireError) -> HttpResponse<Body> {
    let code = error.code.as_deref();
    refused(error.status, code, &error.message, error.param.clone())
}

fn refused(
    status: u16,
    code: Option<&str>,
    message: &str,
    param: Option<String>,
) -> HttpResponse<Body> {
    let error = json!({"error": {"code": code, "message": message, "param": param}});
    json_answer(status, &error)
}

fn unavailable() -> HttpResponse<Body> {
    let message = "The server cannot answer now. Nothing was changed; try again.";
    refused(503, Some("unavailable"), message, None)
}

fn json_answer(status: u16, body: &Value) -> HttpResponse<Body> {
    headers::json(status, body.to_string())
}
