//! The sandbox processor over HTTP: calls and inquiries with their faults, and what operators and auditors ask.
//!
//! Shape: a request is read, a fault is drawn, the book is asked, and the answer leaves as the fault allows. Everything
//! but `/healthz` needs the secret. Deliberately absent: rulings (they are the sandbox's own) and any number in an answer
//! or a log line.

use super::book::{Booked, Draft, Tell, set_wait};
use super::clerk::Clerk;
use super::connection::{Connection, Lines};
use super::faults::{At, Faults, Kind, Plan, Strike};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use florin_domain::processor::{Outcome, ProcessorRequest};
use florin_processors::remote::protocol::{self, CallAnswer, CallBody, InquiryAnswer};
use florin_processors::sandbox::{Ruling, rule};
use florin_vault::{constant_time_eq, looks_like_card_number};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Bytes of a request.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a reference.
const REFERENCE_BYTES_MAX: usize = 200;
/// Entries of one page of the book.
const PAGE_MAX: usize = 1_000;
/// Entries of a page that names no limit.
const PAGE_DEFAULT: usize = 100;
/// By how much a wrong amount is wrong, in minor units.
const WRONG_BY: i64 = 1;

/// How the processor behaves, beside its faults.
#[derive(Clone, Debug)]
pub struct Manner {
    /// A booking is shown to inquiries after so many milliseconds.
    pub visibility_delay_ms: i64,
    /// A refund with a second word waits so many milliseconds for it.
    pub refund_wait_ms: i64,
    /// Somebody wants notices.
    pub notifies: bool,
    /// Somebody wants a notice of every booking.
    pub notifies_all: bool,
}

impl Manner {
    /// Which notices a booking causes under a fault.
    fn tell(&self, turns: bool, strike: Option<Strike>) -> Tell {
        if !self.notifies {
            return Tell::default();
        }
        let fault = strike.map(|strike| strike.fault);
        let times = if fault == Some(Kind::Duplicate) { 2 } else { 1 };
        let is_told_once = matches!(fault, Some(Kind::Duplicate | Kind::OutOfOrder)) && !turns;
        let is_first_told = self.notifies_all || fault == Some(Kind::Late) || is_told_once;
        Tell {
            first: if is_first_told { times } else { 0 },
            second: if turns { times } else { 0 },
            hold: strike
                .filter(|strike| strike.fault == Kind::OutOfOrder)
                .map(|strike| strike.hold),
        }
    }
}

/// What the handlers share.
pub struct Rooms {
    /// The book.
    pub clerk: Clerk,
    /// What goes wrong.
    pub faults: Mutex<Faults>,
    /// What opens the door.
    pub secret: String,
    /// How it behaves.
    pub manner: Manner,
    /// Turns when the process is told to stop.
    pub stopped: watch::Receiver<bool>,
}

impl Rooms {
    /// It is whole after every statement.
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strike(&self, at: At, request: &ProcessorRequest) -> Option<Strike> {
        let strike = self.faults().strike(at, request);
        if let Some(strike) = strike {
            tracing::info!(fault = ?strike.fault, ?at, reference = %request.reference, "a fault strikes");
        }
        strike
    }
}

type Shared = State<Arc<Rooms>>;
type From = ConnectInfo<Connection>;

/// Serves until the process is told to stop.
pub async fn serve(listener: TcpListener, rooms: Arc<Rooms>) -> std::io::Result<()> {
    let stopped = rooms.stopped.clone();
    let guarded = Router::new()
        .route(protocol::CALLS, post(call))
        .route(protocol::INQUIRIES, post(inquire))
        .route("/v1/book", get(show_book))
        .route(
            "/v1/faults",
            get(show_faults).put(set_faults).delete(end_faults),
        )
        .layer(from_fn_with_state(Arc::clone(&rooms), admit));
    let router = Router::new()
        .merge(guarded)
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .with_state(rooms);
    let service = router.into_make_service_with_connect_info::<Connection>();
    axum::serve(Lines(listener), service)
        .with_graceful_shutdown(crate::server::until(stopped))
        .await
}

async fn admit(State(rooms): Shared, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    if constant_time_eq(given.as_bytes(), rooms.secret.as_bytes()) {
        return next.run(request).await;
    }
    refusal(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "The secret is missing or wrong. Send it as `Authorization: Bearer …`.",
    )
}

async fn nowhere() -> Response {
    let message = "There is nothing at this path. See `florin sandbox-processor --help`.";
    refusal(StatusCode::NOT_FOUND, "not_found", message)
}

async fn not_so() -> Response {
    let message = "This path does not take this method.";
    refusal(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        message,
    )
}

async fn call(State(rooms): Shared, ConnectInfo(line): From, body: Body) -> Response {
    let asked: CallBody = match read(body).await {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if let Some(message) = unfit(&asked.request) {
        return refusal(StatusCode::BAD_REQUEST, "invalid_request", message);
    }
    let strike = rooms.strike(At::Calls, &asked.request);
    if let Some(answer) = fail_before(strike, &line) {
        return answer;
    }
    let ruled = rule(&asked.request, asked.number.as_deref(), asked.cvc);
    let outcome = match ruled {
        // It never reaches the issuer, so that there is nothing to book.
        Err(decline) => Outcome::Declined(*decline),
        Ok(ruling) => match done(
            &rooms,
            strike,
            drafted(&rooms.manner, asked, ruling, strike),
        )
        .await
        {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return cut(&line),
            Err(refused) => return *refused,
        },
    };
    let outcome = distorted(outcome, strike);
    answer(&rooms, &line, strike, &CallAnswer { outcome }).await
}

/// Books a draft, or holds it when it is late, and returns the outcome to tell; a late one tells nobody.
async fn done(
    rooms: &Rooms,
    strike: Option<Strike>,
    draft: Draft,
) -> Result<Option<Outcome>, Box<Response>> {
    let late = strike.filter(|strike| strike.fault == Kind::Late);
    if let Some(late) = late {
        let wait_ms = i64::try_from(late.ms).unwrap_or(i64::MAX);
        let held = rooms
            .clerk
            .with(move |book, now_ms| book.hold(draft, now_ms.saturating_add(wait_ms)));
        return match held.await {
            Some(true) => Ok(None),
            Some(false) | None => Err(Box::new(full())),
        };
    }
    let booked = rooms
        .clerk
        .with(move |book, now_ms| book.book(draft, now_ms));
    match booked.await {
        Some(Booked::Done(outcome)) => Ok(Some(outcome)),
        Some(Booked::Another) => Ok(Some(reused_reference())),
        Some(Booked::Full) | None => Err(Box::new(full())),
    }
}

/// What is booked: the ruling, with amounts named and with the waits of this processor.
fn drafted(manner: &Manner, asked: CallBody, ruling: Ruling, strike: Option<Strike>) -> Draft {
    let request = asked.request;
    let turns = ruling.later.is_some();
    let mut outcome = named(ruling.outcome, &request);
    if turns {
        set_wait(&mut outcome, manner.refund_wait_ms);
    }
    Draft {
        outcome,
        later: ruling.later.map(|later| named(later, &request)),
        wait_ms: manner.refund_wait_ms,
        tell: manner.tell(turns, strike),
        request,
    }
}

/// An approval that names what it approves.
fn named(outcome: Outcome, request: &ProcessorRequest) -> Outcome {
    match outcome {
        Outcome::Approved(mut approval) => {
            approval.amount = Some(request.amount);
            approval.currency = Some(request.currency);
            Outcome::Approved(approval)
        }
        other => other,
    }
}

/// The outcome as a fault lets it be told.
fn distorted(outcome: Outcome, strike: Option<Strike>) -> Outcome {
    let is_wrong = strike.is_some_and(|strike| strike.fault == Kind::WrongAmount);
    match outcome {
        Outcome::Approved(mut approval) if is_wrong => {
            approval.amount = approval
                .amount
                .map(|amount| amount.saturating_add(WRONG_BY));
            Outcome::Approved(approval)
        }
        other => other,
    }
}

async fn inquire(State(rooms): Shared, ConnectInfo(line): From, body: Body) -> Response {
    let asked: ProcessorRequest = match read(body).await {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    let strike = rooms.strike(At::Inquiries, &asked);
    if let Some(answer) = fail_before(strike, &line) {
        return answer;
    }
    let delay_ms = rooms.manner.visibility_delay_ms;
    let found = rooms
        .clerk
        .with(move |book, now_ms| book.ask(&asked.reference, now_ms, delay_ms));
    let told = match found.await {
        None => return full(),
        Some(None) => InquiryAnswer::NotFound,
        Some(Some(outcome)) => InquiryAnswer::Known {
            outcome: distorted(outcome, strike),
        },
    };
    answer(&rooms, &line, strike, &told).await
}

/// The faults that strike before anything is done.
fn fail_before(strike: Option<Strike>, line: &Connection) -> Option<Response> {
    match strike?.fault {
        Kind::DropBefore => Some(cut(line)),
        Kind::Status500Before => Some(broken()),
        Kind::Status429 => Some(refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Nothing was done. Try again shortly.",
        )),
        _ => None,
    }
}

/// Answers as the fault allows.
async fn answer(
    rooms: &Rooms,
    line: &Connection,
    strike: Option<Strike>,
    told: &impl Serialize,
) -> Response {
    let whole = json(StatusCode::OK, told);
    let Some(strike) = strike else {
        return whole;
    };
    let stop = crate::server::until(rooms.stopped.clone());
    match strike.fault {
        Kind::DropAfter | Kind::Late => cut(line),
        Kind::Status500After => broken(),
        Kind::Truncated => {
            let half = serde_json::to_vec(told).map_or(0, |bytes| bytes.len() / 2);
            line.cut_after(half);
            whole
        }
        Kind::Hang => {
            stop.await;
            cut(line)
        }
        Kind::Delay => tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(strike.ms)) => whole,
            () = stop => cut(line),
        },
        _ => whole,
    }
}

/// Closes the connection; of the answer nothing leaves.
fn cut(line: &Connection) -> Response {
    line.cut();
    StatusCode::NO_CONTENT.into_response()
}

async fn show_book(State(rooms): Shared, uri: Uri) -> Response {
    let Some((after, limit)) = page_wanted(uri.query().unwrap_or_default()) else {
        let message = "`after` is the number of an entry, `limit` is from 1 to 1000.";
        return refusal(StatusCode::BAD_REQUEST, "invalid_request", message);
    };
    let page = rooms.clerk.with(move |book, _| book.page(after, limit));
    match page.await {
        Some(page) => json(StatusCode::OK, &page),
        None => full(),
    }
}

fn page_wanted(query: &str) -> Option<(u64, usize)> {
    let (mut after, mut limit) = (0, PAGE_DEFAULT);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=')? {
            ("after", number) => after = number.parse().ok()?,
            ("limit", number) => limit = number.parse().ok()?,
            _ => return None,
        }
    }
    (1..=PAGE_MAX).contains(&limit).then_some((after, limit))
}

async fn show_faults(State(rooms): Shared) -> Response {
    let plan = rooms.faults().plan().clone();
    json(StatusCode::OK, &plan)
}

async fn set_faults(State(rooms): Shared, body: Body) -> Response {
    let plan = match bytes(body).await {
        Ok(bytes) => Plan::from_json(&bytes),
        Err(refused) => return *refused,
    };
    match plan {
        Ok(plan) => plan_anew(&rooms, plan).await,
        Err(error) => {
            let message = format!("{error:#}");
            refusal(StatusCode::BAD_REQUEST, "invalid_request", &message)
        }
    }
}

async fn end_faults(State(rooms): Shared) -> Response {
    plan_anew(&rooms, Plan::default()).await
}

/// Another plan lets go of what the former one held.
async fn plan_anew(rooms: &Rooms, plan: Plan) -> Response {
    *rooms.faults() = Faults::new(plan.clone());
    let released = rooms
        .clerk
        .with(|book, now_ms| book.release_notices(now_ms));
    match released.await {
        Some(()) => json(StatusCode::OK, &plan),
        None => full(),
    }
}

async fn bytes(body: Body) -> Result<Bytes, Box<Response>> {
    to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        let message = "The body is longer than 1 MiB, or broke off.";
        Box::new(refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            message,
        ))
    })
}

/// Reads a body. The refusal names the place of a mistake and never a value: it may be a card number.
async fn read<T: DeserializeOwned>(body: Body) -> Result<T, Box<Response>> {
    let bytes = bytes(body).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("The body is not what is asked here (line {line}, column {column}).");
        Box::new(refusal(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            &message,
        ))
    })
}

/// Why a request cannot be booked.
fn unfit(request: &ProcessorRequest) -> Option<&'static str> {
    if request.reference.is_empty() || request.reference.len() > REFERENCE_BYTES_MAX {
        return Some("`reference` has to be from 1 to 200 bytes long.");
    }
    let holds_number = serde_json::to_string(request).map(|text| looks_like_card_number(&text));
    if holds_number.unwrap_or(true) {
        return Some("The request holds a card number, which belongs beside it in `number`.");
    }
    None
}

/// The decline of another request under a reference that is taken. The first one stands as it is.
fn reused_reference() -> Outcome {
    Outcome::Declined(florin_domain::processor::Decline {
        code: "processing_error".to_owned(),
        message: "This reference belongs to another request, so that nothing was done.".to_owned(),
        ..florin_domain::processor::Decline::default()
    })
}

fn broken() -> Response {
    let message = "Something went wrong, on purpose.";
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message)
}

fn full() -> Response {
    let message = "The book is full or closed, and nothing was done. Start with another --data.";
    refusal(StatusCode::SERVICE_UNAVAILABLE, "book_full", message)
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = serde_json::json!({"error": {"code": code, "message": message}});
    json(status, &body)
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (status, kind, bytes).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer is not JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
