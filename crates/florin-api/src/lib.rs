//! The HTTP face of Florin: the Stripe v1 wire protocol over the engine.
//!
//! A request goes through one pipeline ([`pipeline`]): host and origin, route, key, version, parameters against the one
//! table, then a handler of [`v1`] that turns parameters into an operation of the engine. Deliberately absent: business
//! rules, SQL, opening anything that the vault sealed.

pub mod address;
mod assets;
mod auth;
mod bank;
mod browser;
mod buy;
mod cards;
mod checkout;
pub mod connections;
pub mod docs;
mod headers;
mod html;
mod notices;
mod pages;
mod pipeline;
mod query;
pub(crate) mod receipts;
mod routes;
mod v1;

pub use florin_render::qr;
pub use pipeline::Exchange;
pub use routes::{Access, ROUTES, Route};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use florin_engine::Engine;
use florin_wire::Table;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

/// Which requests a server takes.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// Whose word about the buyer's address is taken.
    pub proxies: address::Proxies,
    /// The `Host` names that are answered; empty answers all. A server on loopback names itself, so that a page whose
    /// name points at loopback cannot drive it.
    pub hosts: Vec<String>,
}

impl Admission {
    /// Whether requests for this `Host`, with or without a port, are taken.
    pub fn takes(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        self.hosts.is_empty()
            || self
                .hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Counters of a server, for its metrics.
#[derive(Debug, Default)]
pub struct Counters {
    /// Requests answered, by the hundreds of the status: 2xx, 3xx, 4xx, 5xx.
    pub by_class: [AtomicU64; 6],
    /// Sum of the time that answers took, in microseconds.
    pub took_us: AtomicU64,
}

/// Everything that a request needs.
pub struct Api {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The table of operations and parameters.
    pub table: Table,
    /// Which requests are taken.
    pub admission: Admission,
    /// What was counted.
    pub counters: Counters,
    /// The server was told to stop: what would go on for minutes ends.
    pub stopping: AtomicBool,
    /// Pages that are told of every change.
    streams: AtomicUsize,
    routes: routes::Matcher,
}

impl Api {
    /// The API over an engine.
    pub fn new(engine: Arc<Engine>, admission: Admission) -> Arc<Api> {
        Arc::new(Api {
            engine,
            table: Table::load(),
            admission,
            counters: Counters::default(),
            stopping: AtomicBool::new(false),
            streams: AtomicUsize::new(0),
            routes: routes::Matcher::new(),
        })
    }

    /// The service that a listener runs.
    pub fn router(self: &Arc<Api>) -> Router {
        Router::new().fallback(serve).with_state(Arc::clone(self))
    }
}

async fn serve(State(api): State<Arc<Api>>, request: Request) -> Response {
    pipeline::serve(&api, request).await
}
