//! The side door on loopback: Prometheus metrics, and administration for the command line.

use crate::admin::Door;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use florin_api::{Admission, Api};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Ports that are tried after the API's own.
const PORTS_TRIED: u16 = 50;

/// Where the side door is.
pub struct Side {
    /// Its address.
    pub address: SocketAddr,
    /// What the command line must show.
    pub token: String,
}

#[derive(Clone)]
struct Rooms {
    api: Arc<Api>,
    door: Arc<Door>,
}

/// Opens the side door.
pub async fn start(
    wanted: &Option<u16>,
    api_port: u16,
    rooms: (Arc<Api>, Door),
    stopped: watch::Receiver<bool>,
) -> Result<Side> {
    let listener = listener(*wanted, api_port).await?;
    let address = listener.local_addr()?;
    let (api, door) = rooms;
    let token = door.token().to_owned();
    let rooms = Rooms {
        api,
        door: Arc::new(door),
    };
    let router = Router::new()
        .route("/metrics", get(scrape))
        .route("/admin", post(administer))
        .with_state(rooms)
        .layer(from_fn(admit));
    tokio::spawn(async move {
        let served =
            axum::serve(listener, router).with_graceful_shutdown(crate::server::until(stopped));
        if let Err(error) = served.await {
            tracing::error!(%error, "the side door for metrics and administration failed");
        }
    });
    Ok(Side { address, token })
}

async fn listener(wanted: Option<u16>, api_port: u16) -> Result<TcpListener> {
    let local = Ipv4Addr::LOCALHOST;
    if let Some(port) = wanted {
        return TcpListener::bind((local, port))
            .await
            .with_context(|| format!("cannot listen on {local}:{port} for metrics"));
    }
    for step in 1..=PORTS_TRIED {
        if let Ok(listener) = TcpListener::bind((local, api_port.saturating_add(step))).await {
            return Ok(listener);
        }
    }
    TcpListener::bind((local, 0))
        .await
        .context("no port is free for metrics")
}

/// This door is on loopback only, so that only loopback's names are answered: a page must not read it under its own name.
async fn admit(request: Request, next: Next) -> Response {
    let own = Admission {
        hosts: crate::server::LOOPBACK.map(str::to_owned).to_vec(),
        ..Admission::default()
    };
    let headers = request.headers();
    let sent = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let host = request.uri().authority().map(|named| named.as_str());
    if own.takes(host.or(sent).unwrap_or_default()) {
        return next.run(request).await;
    }
    let text = "metrics and administration answer under the names of loopback only\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

async fn administer(
    State(rooms): State<Rooms>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !rooms.door.opens(given.trim_start_matches("Bearer ")) {
        return (
            StatusCode::UNAUTHORIZED,
            "the administration token is wrong\n".to_owned(),
        );
    }
    match rooms.door.answer(&body).await {
        Ok(answer) => (StatusCode::OK, answer),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}")),
    }
}

async fn scrape(State(rooms): State<Rooms>) -> String {
    let (counters, engine) = (&rooms.api.counters, &rooms.api.engine);
    let mut text = String::new();
    push(
        &mut text,
        "florin_http_responses_total",
        "counter",
        "Answers of the API by class of status.",
    );
    for (class, count) in counters.by_class.iter().enumerate().skip(2) {
        let _ = writeln!(
            text,
            "florin_http_responses_total{{class=\"{class}xx\"}} {}",
            count.load(Ordering::Relaxed)
        );
    }
    push(
        &mut text,
        "florin_alarms_total",
        "counter",
        "Outcomes of processors that need a person's eye; `florin attempts` shows them.",
    );
    for (kind, count) in engine.alarms().counts() {
        let _ = writeln!(text, "florin_alarms_total{{kind=\"{kind}\"}} {count}");
    }
    let is_up = engine.world().store.health().await.is_ok();
    for (name, kind, help, value) in [
        (
            "florin_http_response_microseconds_total",
            "counter",
            "Sum of the time that answers took.",
            counters.took_us.load(Ordering::Relaxed),
        ),
        (
            "florin_card_tries_refused_total",
            "counter",
            "Cards of browsers that were not asked for, because too many had been declined.",
            engine.card_tries_refused(),
        ),
        (
            "florin_mutations_in_flight",
            "gauge",
            "Mutations under way.",
            engine.mutations_in_flight() as u64,
        ),
        (
            "florin_outbox_waiting",
            "gauge",
            "Jobs in memory that nobody works on yet.",
            engine.outbox_waiting() as u64,
        ),
        (
            "florin_database_up",
            "gauge",
            "1 when the database answers.",
            u64::from(is_up),
        ),
    ] {
        push(&mut text, name, kind, help);
        let _ = writeln!(text, "{name} {value}");
    }
    text
}

fn push(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
