//! The same-shape prototype: what a payment costs when nothing is decided.
//!
//! Shape: Florin's HTTP server, tables, statements and bytes, and none of its logic. A create-and-confirm looks its
//! idempotency key up, writes Florin's rows with Florin's checks in one durable group, and answers as many bytes. `payment`
//! makes the ids and the rows' contents, `answer` the reply, `tables` the schema; `sqlite` and `postgres` write.
//! Deliberately absent: keys, parameters, ledger arithmetic, compression, events that anybody reads, recovery of anything.

mod answer;
mod payment;
mod postgres;
mod random;
mod sqlite;
mod tables;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use payment::Payment;
use postgres::Postgres;
use sqlite::Sqlite;

/// The product's allocator: with another one the two could not be compared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Worker threads of the server, as many as the product has on this machine's two processors.
const WORKERS: usize = 2;
/// Commits in one group, as in the product.
const GROUP_MAX: usize = 256;
/// Commits that may wait for the writer, as in the product.
const QUEUE_MAX: usize = 4_096;

/// The options of `prototype`.
#[derive(Args)]
pub struct PrototypeArgs {
    /// Which database it writes to.
    #[arg(long, value_enum)]
    engine: Engine,
    /// The directory of the SQLite database; it is made if need be.
    #[arg(long)]
    data: Option<PathBuf>,
    /// An empty PostgreSQL database, as an URL or as keywords.
    #[arg(long, env = "FLORIN_BENCH_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The port on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 18_485)]
    port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// One file, one writer thread.
    Sqlite,
    /// One server, one writing connection.
    Postgres,
}

/// Why a commit did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The idempotency key was used before.
    Used,
    /// Everything else.
    Failed(String),
}

/// What became of a commit.
pub type Outcome = Result<(), Refusal>;

/// A payment that waits for its commit, and who waits for it.
pub struct Member {
    /// What is committed.
    pub payment: Payment,
    reply: oneshot::Sender<Outcome>,
}

impl Member {
    /// A member, and where its outcome will be told.
    pub fn new(payment: Payment) -> (Self, oneshot::Receiver<Outcome>) {
        let (reply, outcome) = oneshot::channel();
        (Self { payment, reply }, outcome)
    }

    /// Tells the outcome.
    pub fn tell(self, outcome: Outcome) {
        // A caller that went away does not undo a commit.
        let _ = self.reply.send(outcome);
    }
}

/// The database behind the server.
enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    async fn open(args: &PrototypeArgs) -> Result<Self, String> {
        match (args.engine, &args.data, &args.database) {
            (Engine::Sqlite, Some(data), _) => Sqlite::open(data).map(Self::Sqlite),
            (Engine::Postgres, _, Some(database)) => {
                Postgres::open(database).await.map(Self::Postgres)
            }
            (Engine::Sqlite, None, _) => Err("--engine sqlite needs --data DIR.".to_owned()),
            (Engine::Postgres, _, None) => {
                Err("--engine postgres needs --database URL.".to_owned())
            }
        }
    }

    /// True when the idempotency key was used before.
    async fn is_used(&self, key: &str) -> Result<bool, String> {
        match self {
            Self::Sqlite(store) => store.is_used(key),
            Self::Postgres(store) => store.is_used(key).await,
        }
    }

    /// Commits; when this answers `Ok`, the payment is durable.
    async fn commit(&self, payment: Payment) -> Outcome {
        let waiting = match self {
            Self::Sqlite(store) => store.send(payment),
            Self::Postgres(store) => store.send(payment),
        }?;
        let gone = |_| Refusal::Failed("The writer is gone.".to_owned());
        waiting.await.map_err(gone)?
    }

    /// When an intent was made, in seconds; its body is read along.
    async fn created(&self, id: &str) -> Result<Option<i64>, String> {
        match self {
            Self::Sqlite(store) => store.created(id),
            Self::Postgres(store) => store.created(id).await,
        }
    }
}

/// Serves until a signal comes.
///
/// # Errors
/// A text that says why it cannot serve.
pub async fn serve(args: PrototypeArgs) -> Result<String, String> {
    let (done, ended) = oneshot::channel();
    // The load generator's own runtime has another number of threads than the product.
    std::thread::spawn(move || {
        let _ = done.send(run(&args));
    });
    ended
        .await
        .unwrap_or_else(|_| Err("The prototype ended in a panic.".to_owned()))
}

fn run(args: &PrototypeArgs) -> Result<String, String> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| format!("The server cannot start its threads: {error}"))?;
    runtime.block_on(listen(args))?;
    // Dropping the runtime drops the last handle of the store, which waits for its writer.
    drop(runtime);
    Ok("Stopped.".to_owned())
}

async fn listen(args: &PrototypeArgs) -> Result<(), String> {
    let store = Arc::new(Store::open(args).await?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))
        .await
        .map_err(|error| format!("Port {} cannot be used: {error}", args.port))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let silent = |error: std::io::Error| format!("Signals cannot be received: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(silent)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(silent)?;
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/v1/payment_intents", post(pay))
        .route("/v1/payment_intents/{id}", get(look))
        .with_state(store);
    let answering = listener.tap_io(|stream| {
        // Small answers must not wait for more bytes, as in the product.
        let _ = stream.set_nodelay(true);
    });
    println!("Prototype on http://{address}");
    let serving = axum::serve(answering, router);
    tokio::select! {
        served = serving => served.map_err(|error| error.to_string()),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

async fn healthz() -> StatusCode {
    StatusCode::OK
}

/// All that is left of a check of the key: something must be there.
fn is_open(headers: &HeaderMap) -> bool {
    headers
        .get("authorization")
        .is_some_and(|key| !key.is_empty())
}

/// Creates and confirms a payment. The form is read from the socket and not looked at.
async fn pay(State(store): State<Arc<Store>>, headers: HeaderMap, _form: Bytes) -> Response {
    if !is_open(&headers) {
        return answer::refused(StatusCode::UNAUTHORIZED, "There is no key.");
    }
    let Some(header) = headers.get("idempotency-key") else {
        return answer::refused(StatusCode::BAD_REQUEST, "There is no idempotency key.");
    };
    let Ok(key) = header.to_str() else {
        return answer::refused(StatusCode::BAD_REQUEST, "The idempotency key is no text.");
    };
    match store.is_used(key).await {
        Ok(false) => {}
        Ok(true) => return failed(Refusal::Used),
        Err(why) => return failed(Refusal::Failed(why)),
    }
    let payment = Payment::new(key);
    // Like the product's, the answer is made before the commit and sent after it.
    let body = answer::of(&payment);
    let request = payment.request.clone();
    match store.commit(payment).await {
        Ok(()) => answer::created(body, &request, header),
        Err(refusal) => failed(refusal),
    }
}

/// Reads a payment.
async fn look(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !is_open(&headers) {
        return answer::refused(StatusCode::UNAUTHORIZED, "There is no key.");
    }
    match store.created(&id).await {
        Ok(Some(created)) => answer::read(answer::again(&id, created)),
        Ok(None) => answer::refused(StatusCode::NOT_FOUND, "There is no such payment."),
        Err(why) => failed(Refusal::Failed(why)),
    }
}

fn failed(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Used => {
            answer::refused(StatusCode::CONFLICT, "The idempotency key was used before.")
        }
        Refusal::Failed(why) => {
            eprintln!("{why}");
            answer::refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "The database refused; the reason is in the output of the prototype.",
            )
        }
    }
}
