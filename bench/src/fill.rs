//! Creates many payments as fast as the server takes them.
//!
//! Shape: clients draw from one counter until it is used up; progress goes to standard error.
//! Deliberately absent: resuming a fill (start another one).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::request::{Keys, Template};
use crate::run::create_with;
use crate::target::Target;

/// A client gives up after this many failures in a row.
const FAILURES_MAX: u32 = 20;
/// How long a client rests after a failure, in milliseconds.
const FAILURE_REST_MS: u64 = 50;
/// How many ids are kept at most; later ones are only counted.
const IDS_MAX: usize = 100_000;

/// The options of `fill`.
#[derive(Args)]
pub struct FillArgs {
    /// Base URL of the server, on this machine.
    #[arg(long, default_value = "http://127.0.0.1:8484")]
    url: String,
    /// Secret test key.
    #[arg(long, env = "FLORIN_BENCH_KEY", hide_env_values = true)]
    key: String,
    /// How many payments to create.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    payments: u64,
    /// Clients at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    clients: u32,
    /// Stop after this many minutes, however many payments there are.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes_max: u64,
}

/// How a fill ended.
pub struct Filled {
    /// Payments that were created.
    pub payments: u64,
    /// Answers that were not 200 with an id, and broken connections.
    pub errors: u64,
    /// The first of them.
    pub first_error: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// Ids of the created payments, not more than [`IDS_MAX`].
    pub ids: Vec<String>,
}

/// How much to create, with how many clients, for how long at most.
#[derive(Clone, Copy)]
pub struct Order {
    /// How many payments.
    pub payments: u64,
    /// With how many clients at once.
    pub clients: u32,
    /// How long it may take.
    pub limit: Duration,
}

/// Runs the `fill` command and gives its line of JSON.
///
/// # Errors
/// A text for the user: a wrong option, or fewer payments than asked for because of failures.
pub async fn fill(args: FillArgs) -> Result<String, String> {
    let target = Target::parse(&args.url, &args.key)?;
    let order = Order {
        payments: args.payments,
        clients: args.clients,
        limit: Duration::from_secs(args.minutes_max * 60),
    };
    let progress = |done: u64, seconds: f64| {
        let per_second = done as f64 / seconds;
        eprintln!(
            "{done} of {} payments, {per_second:.0} a second",
            order.payments
        );
    };
    let filled = fill_with(&target, order, progress).await;
    if let Some(error) = &filled.first_error {
        eprintln!("{} errors, the first one: {error}", filled.errors);
    }
    let per_second = filled.payments as f64 / filled.seconds;
    let line = format!(
        "{{\"payments\":{},\"errors\":{},\"seconds\":{:.1},\"per_second\":{per_second:.1}}}",
        filled.payments, filled.errors, filled.seconds
    );
    match filled.payments {
        0 => Err("No payment was created.".into()),
        _ => Ok(line),
    }
}

/// Creates exactly `payments` payments and gives their ids.
///
/// # Errors
/// The server refused so often that not all of them came about.
pub async fn create(target: &Target, payments: u64, clients: u32) -> Result<Vec<String>, String> {
    let limit = Duration::from_secs(120);
    let order = Order {
        payments,
        clients,
        limit,
    };
    let filled = fill_with(target, order, |_, _| ()).await;
    match filled.first_error {
        _ if filled.payments == payments => Ok(filled.ids),
        Some(error) => Err(format!(
            "The payments for this run could not be created: {error}"
        )),
        None => Err(format!(
            "Creating {payments} payments took longer than {limit:?}; ask for fewer."
        )),
    }
}

struct Shared {
    template: Template,
    id_prefix: &'static str,
    keys: Keys,
    /// Payments that nobody has begun yet.
    left: AtomicU64,
    done: AtomicU64,
    until: Instant,
}

/// Creates payments and reports about once a second.
pub async fn fill_with(target: &Target, order: Order, progress: impl Fn(u64, f64)) -> Filled {
    let began = Instant::now();
    let wire = target.peer.wire();
    let shared = Arc::new(Shared {
        template: Template::post(target, wire.payments, wire.pay),
        id_prefix: wire.id_prefix,
        keys: Keys::new(),
        left: AtomicU64::new(order.payments),
        done: AtomicU64::new(0),
        until: began + order.limit,
    });
    let mut clients = JoinSet::new();
    for _ in 0..order.clients {
        clients.spawn(client(Arc::clone(&shared), Connection::new(target.address)));
    }
    let mut filled = Filled {
        payments: 0,
        errors: 0,
        first_error: None,
        seconds: 0.0,
        ids: Vec::new(),
    };
    // A server that never answers must not hold the run longer than its limit and a little more.
    let end = shared.until + Duration::from_secs(10);
    while !clients.is_empty() && Instant::now() < end {
        match tokio::time::timeout(Duration::from_secs(1), clients.join_next()).await {
            Ok(Some(Ok(part))) => add(&mut filled, part),
            Ok(_) => filled.errors += 1,
            Err(_) => progress(
                shared.done.load(Ordering::Relaxed),
                began.elapsed().as_secs_f64(),
            ),
        }
    }
    filled.payments = shared.done.load(Ordering::Relaxed);
    filled.seconds = began.elapsed().as_secs_f64();
    filled
}

/// What one client brings home.
#[derive(Default)]
struct Part {
    ids: Vec<String>,
    errors: u64,
    first_error: Option<String>,
}

fn add(filled: &mut Filled, part: Part) {
    let room = IDS_MAX.saturating_sub(filled.ids.len());
    filled.ids.extend(part.ids.into_iter().take(room));
    filled.errors += part.errors;
    filled.first_error = filled.first_error.take().or(part.first_error);
}

impl Shared {
    /// Takes one payment out of the order; false if none is left or the time is up.
    fn draw(&self) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        let left = &self.left;
        Instant::now() < self.until
            && left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
                .is_ok()
    }
}

async fn client(shared: Arc<Shared>, mut connection: Connection) -> Part {
    let mut part = Part::default();
    let mut buffer = Vec::with_capacity(2048);
    while shared.draw() {
        let Some(id) = persist(&shared, &mut connection, &mut buffer, &mut part).await else {
            // Somebody else may have more luck with this one.
            shared.left.fetch_add(1, Ordering::Relaxed);
            break;
        };
        shared.done.fetch_add(1, Ordering::Relaxed);
        if part.ids.len() < IDS_MAX {
            part.ids.push(id);
        }
    }
    part
}

/// Creates one payment, however often it fails at first, within reason.
async fn persist(
    shared: &Shared,
    connection: &mut Connection,
    buffer: &mut Vec<u8>,
    part: &mut Part,
) -> Option<String> {
    for _ in 0..FAILURES_MAX {
        let filled = (&shared.template, "");
        let prefix = shared.id_prefix;
        match create_with(connection, filled, &shared.keys, buffer, prefix).await {
            Ok(id) => return Some(id),
            Err(error) => {
                part.errors += 1;
                part.first_error.get_or_insert(error);
            }
        }
        if Instant::now() >= shared.until {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(FAILURE_REST_MS)).await;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stub::Stub;

    #[tokio::test]
    async fn exactly_the_payments_that_were_ordered_are_created() {
        let stub = Stub::start(|count| if count % 10 == 3 { 500 } else { 200 }).await;
        let order = Order {
            payments: 100,
            clients: 7,
            limit: Duration::from_secs(20),
        };
        let filled = fill_with(&stub.target(), order, |_, _| ()).await;
        assert_eq!((filled.payments, filled.ids.len()), (100, 100));
        assert_eq!(stub.seen().len() as u64, 100 + filled.errors);
        assert!(filled.errors >= 10 && filled.first_error.is_some());
    }

    #[tokio::test]
    async fn a_server_that_refuses_everything_ends_the_fill() {
        let stub = Stub::start(|_| 401).await;
        let error = create(&stub.target(), 10, 2).await.expect_err("refused");
        assert!(error.contains("status 401"), "{error}");
        assert_eq!(stub.seen().len() as u32, 2 * FAILURES_MAX);
    }
}
