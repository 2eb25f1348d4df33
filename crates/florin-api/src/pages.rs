//! The page on which the sandbox's 3-D Secure result is chosen. It says that it is a simulation.
//!
//! `GET` shows the page, `POST` takes `result=succeeded|failed` and sends the buyer to the merchant's `return_url`. The
//! intent's client secret is the only key. Deliberately absent: scripts.

use crate::html::{self, escape};
use crate::pipeline::in_time;
use crate::{Api, headers, query};
use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_engine::challenge::{Answered, Challenged, PageChoice};
use florin_wire::parse_form;
use serde_json::Value;
use std::sync::Arc;

/// Where the pages are.
pub const PREFIX: &str = "/sandbox/authenticate/";
/// A form has two short fields.
const FORM_BYTES_MAX: usize = 4_096;

/// Answers a request for the page.
pub async fn serve(api: &Arc<Api>, parts: &Parts, body: Body, request: &str) -> HttpResponse<Body> {
    let id = parts.uri.path().trim_start_matches(PREFIX).to_owned();
    let secret = secret_of(parts);
    let challenged = api.engine.challenged(&id, &secret).await;
    let Some(challenged) = challenged.filter(|found| found.tried.is_card()) else {
        return missing();
    };
    match parts.method {
        Method::GET => show(&challenged, &id, &secret),
        Method::POST => answer(api, (body, request), challenged).await,
        _ => wrong_method(),
    }
}

/// The client secret in the address of a page of the sandbox.
pub fn secret_of(parts: &Parts) -> String {
    let query = query::read(parts);
    let secret = query::text(&query, "client_secret");
    secret.unwrap_or_default().to_owned()
}

/// There is nothing at this address.
pub fn missing() -> HttpResponse<Body> {
    let text = "There is no payment with this id and secret.";
    notice(404, "Not found", text)
}

/// Nothing else is done with such a page.
pub fn wrong_method() -> HttpResponse<Body> {
    let text = "This page is shown with GET and answered with POST.";
    notice(405, "Not possible", text)
}

async fn answer(api: &Arc<Api>, sent: (Body, &str), challenged: Challenged) -> HttpResponse<Body> {
    let bytes = in_time(to_bytes(sent.0, FORM_BYTES_MAX)).await;
    let bytes = bytes.and_then(Result::ok).unwrap_or_default();
    let form = parse_form(&bytes).unwrap_or_default();
    let choice = match form.get("result").and_then(Value::as_str) {
        Some("succeeded") => PageChoice::Succeeded,
        Some("failed") => PageChoice::Failed,
        _ => {
            return notice(
                400,
                "Choose a result",
                "The form field `result` must be succeeded or failed.",
            );
        }
    };
    // The page may be older than the challenge that is open now: the answer is to what the buyer saw.
    let challenge = form.get("challenge").and_then(Value::as_str);
    let answer = (challenge.unwrap_or_default(), choice);
    match api
        .engine
        .answer_challenge(&challenged, answer, sent.1)
        .await
    {
        Answered::ReturnTo(url) => headers::see_other(&url),
        Answered::Done => notice(
            200,
            "Done",
            "The result was recorded. You can close this window.",
        ),
        Answered::NotWaiting => notice(
            409,
            "Already answered",
            "This payment does not wait for an authentication any more.",
        ),
        Answered::NotNow => not_now(),
    }
}

/// An answer that could not be recorded: it is lost, and the payment still waits.
pub fn not_now() -> HttpResponse<Body> {
    let text = "The server cannot record your answer now. Go back and answer again; nothing happens twice.";
    notice(503, "Not now", text)
}

fn show(challenged: &Challenged, id: &str, secret: &str) -> HttpResponse<Body> {
    let Some(challenge) = &challenged.challenge else {
        return notice(
            200,
            "Nothing to do",
            "This payment does not wait for an authentication.",
        );
    };
    let amount = challenged
        .amount
        .as_deref()
        .map(|text| format!("<p class=amount>{}</p>", escape(text)))
        .unwrap_or_default();
    let action = format!("{PREFIX}{}?client_secret={}", escape(id), escape(secret));
    let body = format!(
        "<h1>3-D Secure</h1>\n<p class=note>This page is a simulation by Florin's sandbox. No bank is asked and no money moves.</p>\n\
         {amount}\n<p>Choose how the authentication with the card's issuer ends.</p>\n\
         <form method=post action=\"{action}\">\n<input type=hidden name=challenge value=\"{}\">\n<button name=result value=succeeded>Complete authentication</button>\n\
         <button name=result value=failed class=quiet>Fail authentication</button>\n</form>",
        escape(challenge)
    );
    headers::framed_page(200, html::frame("3-D Secure (simulation)", STYLE, &body))
}

/// A page that says one thing.
pub fn notice(status: u16, title: &str, text: &str) -> HttpResponse<Body> {
    let body = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<p class=note>This page belongs to Florin's sandbox and is a simulation.</p>",
        escape(title),
        escape(text)
    );
    headers::framed_page(status, html::frame(title, STYLE, &body))
}

/// How the pages of the sandbox look.
pub const STYLE: &str = "\
body{min-height:100vh;display:grid;place-items:center}\
main{max-width:26rem}\
.amount{font-size:1.75rem;font-weight:600;margin:.5rem 0}\
img.code{background:#fff}\
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1rem}\
dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\
form{display:grid;gap:.75rem;margin-top:1.25rem}\
button{font:inherit;padding:.75rem 1rem;border-radius:.5rem;border:1px solid #1d4ed8;background:#1d4ed8;color:#fff;cursor:pointer}\
button.quiet{background:transparent;color:inherit;border-color:currentColor}";
