//! The page on which the sandbox plays a buyer's wallet, banking app or bank. It says that it is a simulation.
//!
//! `GET` shows what is to be paid, `POST` takes `result` (and perhaps `after_ms`), and `qr.svg` and `qr.png` are the code that
//! leads here. The intent's client secret is the only key. Deliberately absent: scripts, and logos of anybody.

use crate::html::{self, escape};
use crate::pages::{self, STYLE};
use crate::pipeline::in_time;
use crate::{Api, headers, query};
use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_engine::challenge::{Answered, Challenged, PageChoice};
use florin_engine::{Flow, MethodType, Rehearsed};
use florin_render::{qr, transfer_rows};
use florin_wire::parse_form;
use serde_json::{Map, Value};
use std::sync::Arc;

pub use florin_render::BANK_PREFIX as PREFIX;

/// A form has three short fields.
const FORM_BYTES_MAX: usize = 4_096;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A late outcome may be so far away, in milliseconds.
const AFTER_MS_MAX: i64 = 30 * DAY_MS;

const fn later(after_ms: i64, comes: bool) -> PageChoice {
    PageChoice::Later(Rehearsed { after_ms, comes })
}

/// What can be chosen, by the words of the form.
const CHOICES: [(&str, PageChoice); 5] = [
    ("succeeded", PageChoice::Succeeded),
    ("failed", PageChoice::Failed),
    ("succeeds_later", later(MINUTE_MS, true)),
    ("fails_later", later(MINUTE_MS, false)),
    ("succeeds_in_days", later(3 * DAY_MS, true)),
];

/// Answers a request for the page or one of its pictures.
pub async fn serve(api: &Arc<Api>, parts: &Parts, body: Body, request: &str) -> HttpResponse<Body> {
    let path = parts.uri.path().trim_start_matches(PREFIX);
    let (id, picture) = path.split_once('/').unwrap_or((path, ""));
    let secret = pages::secret_of(parts);
    let challenged = api.engine.challenged(id, &secret).await;
    let Some(challenged) = challenged else {
        return pages::missing();
    };
    if challenged.tried.is_card() {
        // Whatever this page was for, the buyer took a card meanwhile.
        return over(&parts.method, picture);
    }
    let address = format!("{PREFIX}{id}?client_secret={secret}");
    match (picture, &parts.method) {
        ("", &Method::GET) => show(&challenged, id, &address),
        ("", &Method::POST) => answer(api, (body, request), challenged).await,
        ("qr.svg" | "qr.png", &Method::GET) => {
            let base_url = &api.engine.world().settings.base_url;
            code(&format!("{base_url}{address}"), picture)
        }
        ("", _) => pages::wrong_method(),
        _ => pages::missing(),
    }
}

/// Nothing is asked of the buyer here any more.
fn over(method: &Method, picture: &str) -> HttpResponse<Body> {
    match (picture, method) {
        ("", &Method::GET) => idle(),
        ("", &Method::POST) => answered_before(),
        ("", _) => pages::wrong_method(),
        _ => pages::missing(),
    }
}

fn idle() -> HttpResponse<Body> {
    pages::notice(200, "Nothing to do", "This payment does not wait for you.")
}

fn answered_before() -> HttpResponse<Body> {
    let text = "This payment does not wait for you any more.";
    pages::notice(409, "Already answered", text)
}

fn code(address: &str, picture: &str) -> HttpResponse<Body> {
    match picture {
        "qr.svg" => headers::picture(qr::svg(address).unwrap_or_default()),
        _ => headers::points("image/png", qr::png(address).unwrap_or_default()),
    }
}

/// Reads what was chosen.
fn choice(form: &Map<String, Value>) -> Option<PageChoice> {
    let chosen = query::text(form, "result")?;
    let (_, choice) = CHOICES.iter().find(|(word, _)| *word == chosen)?;
    let PageChoice::Later(usual) = *choice else {
        return Some(*choice);
    };
    let after_ms = match query::text(form, "after_ms") {
        Some(told) => told.parse().ok()?,
        None => usual.after_ms,
    };
    let is_near = (0..=AFTER_MS_MAX).contains(&after_ms);
    is_near.then_some(later(after_ms, usual.comes))
}

async fn answer(api: &Arc<Api>, sent: (Body, &str), challenged: Challenged) -> HttpResponse<Body> {
    let bytes = in_time(to_bytes(sent.0, FORM_BYTES_MAX)).await;
    let bytes = bytes.and_then(Result::ok).unwrap_or_default();
    let form = parse_form(&bytes).unwrap_or_default();
    let Some(choice) = choice(&form) else {
        let words: Vec<&str> = CHOICES.iter().map(|(word, _)| *word).collect();
        let text = format!(
            "The form field `result` must be one of {}, and `after_ms` a whole number up to {AFTER_MS_MAX}.",
            words.join(", ")
        );
        return pages::notice(400, "Choose a result", &text);
    };
    let challenge = form.get("challenge").and_then(Value::as_str);
    let chosen = (challenge.unwrap_or_default(), choice);
    let answered = api.engine.answer_challenge(&challenged, chosen, sent.1);
    match answered.await {
        // Whoever scanned a code or sent a transfer is not on the shop's page.
        Answered::ReturnTo(url) if challenged.tried.flow() == Flow::Redirect => {
            headers::see_other(&url)
        }
        Answered::ReturnTo(_) | Answered::Done => pages::notice(
            200,
            "Done",
            "The result was recorded. Go back to the shop; its page goes on by itself.",
        ),
        Answered::NotWaiting => answered_before(),
        Answered::NotNow => pages::not_now(),
    }
}

/// What the page is, and what its buttons say, in the order of [`CHOICES`].
fn words(kind: MethodType) -> (&'static str, [&'static str; 5]) {
    match kind.flow() {
        Flow::Card | Flow::Redirect => (
            "Wallet",
            [
                "Approve the payment",
                "Refuse the payment",
                "Approve; the money comes in a minute",
                "Approve; a minute later it fails",
                "Approve; the money comes in three days",
            ],
        ),
        Flow::Qr => (
            "Banking app",
            [
                "Pay",
                "Refuse",
                "Pay; the money comes in a minute",
                "Pay; a minute later it fails",
                "Pay; the money comes in three days",
            ],
        ),
        Flow::Transfer => (
            "The buyer's bank",
            [
                "Send the transfer; it arrives at once",
                "Say that no transfer will come",
                "Send it; it arrives in a minute",
                "Send it; a minute later it comes back",
                "Send it; it arrives in three days",
            ],
        ),
    }
}

/// What a buyer needs to know before anything is chosen: the code to scan, or where to send the money.
fn instructions(challenged: &Challenged, id: &str, address: &str) -> String {
    match challenged.tried.flow() {
        Flow::Card | Flow::Redirect => String::new(),
        Flow::Qr => {
            let query = address.split_once('?').map_or("", |(_, query)| query);
            let picture = format!("{PREFIX}{id}/qr.svg?{query}");
            format!(
                "<p><img class=code src=\"{}\" alt=\"The code to scan\" width=200 height=200></p>\n",
                escape(&picture)
            )
        }
        Flow::Transfer => {
            let currency = challenged.currency.as_deref().unwrap_or_default();
            let reference = challenged.challenge.as_deref().unwrap_or_default();
            let rows = transfer_rows(currency, reference);
            let rows = rows.iter();
            let rows = rows.map(|(name, value)| {
                format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value))
            });
            format!("<dl>{}</dl>\n", rows.collect::<String>())
        }
    }
}

fn show(challenged: &Challenged, id: &str, address: &str) -> HttpResponse<Body> {
    let Some(challenge) = &challenged.challenge else {
        return idle();
    };
    let kind = challenged.tried;
    let (title, labels) = words(kind);
    let amount = challenged.amount.as_deref().unwrap_or_default();
    let buttons: String = CHOICES
        .iter()
        .zip(labels)
        .map(|((word, _), label)| {
            let quiet = if *word == "succeeded" {
                ""
            } else {
                " class=quiet"
            };
            format!("<button name=result value={word}{quiet}>{label}</button>\n")
        })
        .collect();
    let body = format!(
        "<h1>{title}</h1>\n<p class=note>This page is a simulation by Florin's sandbox. Nobody is asked and no money moves.</p>\n\
         <p class=amount>{}</p>\n{}<p>Paid with <code>{}</code>. Choose how it ends.</p>\n\
         <form method=post action=\"{}\">\n<input type=hidden name=challenge value=\"{}\">\n{buttons}</form>",
        escape(amount),
        instructions(challenged, id, address),
        kind.word(),
        escape(address),
        escape(challenge)
    );
    let title = format!("{title} (simulation)");
    headers::framed_page(200, html::frame(&title, STYLE, &body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chosen(form: Value) -> Option<PageChoice> {
        choice(form.as_object().expect("a form"))
    }

    #[test]
    fn a_choice_is_read_or_refused() {
        let later = |after_ms, comes| Some(later(after_ms, comes));
        for (form, expected) in [
            (json!({"result": "succeeded"}), Some(PageChoice::Succeeded)),
            (json!({"result": "failed"}), Some(PageChoice::Failed)),
            (json!({"result": "succeeds_later"}), later(MINUTE_MS, true)),
            (
                json!({"result": "fails_later", "after_ms": "5"}),
                later(5, false),
            ),
            (
                json!({"result": "succeeds_in_days"}),
                later(3 * DAY_MS, true),
            ),
            (json!({"result": "succeeds_later", "after_ms": "-1"}), None),
            (json!({"result": "succeeds_later", "after_ms": "x"}), None),
            (json!({"result": "paid"}), None),
            (json!({}), None),
        ] {
            assert_eq!(chosen(form.clone()), expected, "{form}");
        }
    }
}
