//! One run of one scenario: many clients, a warm-up, a measured window, one summary.
//!
//! Shape: each client is a task with its own connection, histogram and counters, so that nothing is
//! shared while it runs except the source of idempotency keys. Deliberately absent: an arrival rate. A
//! client sends its next request when it has its answer, so a server that stalls gets fewer requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::fill;
use crate::histogram::Histogram;
use crate::request::{Keys, Template};
use crate::scenario::{Scenario, Steps};
use crate::target::Target;

/// How long clients may take to come home after the end, in milliseconds.
const GRACE_MS: u64 = 10_000;
/// How long a client rests after a failure, in milliseconds, so that a dead server is not hammered.
const FAILURE_REST_MS: u64 = 5;
/// How many bytes of a wrong answer are shown.
const SHOWN_BYTES_MAX: usize = 600;

/// The options of `load`.
#[derive(Args)]
pub struct LoadArgs {
    /// Base URL of the server, on this machine.
    #[arg(long, default_value = "http://127.0.0.1:8484")]
    url: String,
    /// Secret test key.
    #[arg(long, env = "FLORIN_BENCH_KEY", hide_env_values = true)]
    key: String,
    /// What each client does.
    #[arg(long, value_enum)]
    scenario: Scenario,
    #[command(flatten)]
    size: Size,
}

/// How big and how long a run is.
#[derive(Args, Clone, Copy)]
pub struct Size {
    /// Clients at once, each with one connection.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub clients: u32,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Seconds before that, not measured.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(0..=60))]
    pub warmup: u64,
    /// Payments to create first, for the scenarios that read.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub prepare: u64,
}

/// What one run found.
#[derive(Clone, Debug)]
pub struct Summary {
    pub scenario: Scenario,
    pub clients: u32,
    /// Length of the measured window.
    pub seconds: u64,
    /// HTTP requests that were answered with 200 inside the window.
    pub requests: u64,
    /// Rounds (one or two requests) that ended well inside the window.
    pub rounds: u64,
    /// Requests that failed, warm-up included.
    pub errors: u64,
    /// The first failure, for the reader.
    pub first_error: Option<String>,
    /// Durations of the rounds that began inside the window.
    pub times: Histogram,
}

impl Summary {
    /// Rounds per second.
    pub fn per_second(&self) -> f64 {
        self.rounds as f64 / self.seconds as f64
    }

    /// One line of JSON.
    pub fn to_json(&self) -> String {
        let quantile = |permille| self.times.quantile_us(permille);
        format!(
            "{{\"scenario\":\"{}\",\"clients\":{},\"seconds\":{},\"requests\":{},\"rounds\":{},\"errors\":{},\
             \"per_second\":{:.1},\"p50_us\":{},\"p90_us\":{},\"p99_us\":{},\"p999_us\":{},\"max_us\":{}}}",
            self.scenario.name(),
            self.clients,
            self.seconds,
            self.requests,
            self.rounds,
            self.errors,
            self.per_second(),
            quantile(500),
            quantile(900),
            quantile(990),
            quantile(999),
            self.times.max_us(),
        )
    }
}

/// Runs the `load` command and gives its line of JSON.
///
/// # Errors
/// A text for the user: a wrong option, or a server that answers nothing well.
pub async fn load(args: LoadArgs) -> Result<String, String> {
    let target = Target::parse(&args.url, &args.key)?;
    let summary = run(&target, args.scenario, args.size).await?;
    match &summary.first_error {
        Some(error) if summary.rounds == 0 => {
            return Err(format!(
                "Nothing went well, {} errors, the first one: {error}",
                summary.errors
            ));
        }
        Some(error) => eprintln!("{} errors, the first one: {error}", summary.errors),
        None => {}
    }
    Ok(summary.to_json())
}

/// What all clients of a run share.
struct Shared {
    steps: Steps,
    ids: Vec<String>,
    keys: Keys,
    window_start: Instant,
    window_end: Instant,
    first_error: Mutex<Option<String>>,
}

/// What one client counted.
#[derive(Default)]
struct Tally {
    requests: u64,
    rounds: u64,
    errors: u64,
    times: Histogram,
}

/// Runs one scenario and waits for its end.
///
/// # Errors
/// The payments to read could not be created.
pub async fn run(target: &Target, scenario: Scenario, size: Size) -> Result<Summary, String> {
    let steps = scenario.steps(target);
    let ids = match steps.needs_payments {
        true => fill::create(target, size.prepare, size.clients.min(16)).await?,
        false => Vec::new(),
    };
    let window_start = Instant::now() + Duration::from_secs(size.warmup);
    let window_end = window_start + Duration::from_secs(size.seconds);
    let shared = Arc::new(Shared {
        steps,
        ids,
        keys: Keys::new(),
        window_start,
        window_end,
        first_error: Mutex::new(None),
    });
    let mut clients = JoinSet::new();
    for number in 0..size.clients {
        let connection = Connection::new(target.address);
        clients.spawn(client(Arc::clone(&shared), connection, u64::from(number)));
    }
    let tally = gather(
        clients,
        window_end + Duration::from_millis(GRACE_MS),
        &shared,
    )
    .await;
    let first_error = shared
        .first_error
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    Ok(Summary {
        scenario,
        clients: size.clients,
        seconds: size.seconds,
        requests: tally.requests,
        rounds: tally.rounds,
        errors: tally.errors,
        first_error,
        times: tally.times,
    })
}

/// Adds up what the clients counted. One that has not come home in time counts as an error.
async fn gather(mut clients: JoinSet<Tally>, until: Instant, shared: &Shared) -> Tally {
    let mut sum = Tally::default();
    while let Ok(Some(joined)) = tokio::time::timeout_at(until, clients.join_next()).await {
        let Ok(tally) = joined else {
            sum.errors += 1;
            continue;
        };
        sum.requests += tally.requests;
        sum.rounds += tally.rounds;
        sum.errors += tally.errors;
        sum.times.merge(&tally.times);
    }
    let missing = clients.len() as u64;
    if missing > 0 {
        sum.errors += missing;
        note(
            shared,
            format!("{missing} clients got no answer {GRACE_MS} ms after the end"),
        );
    }
    sum
}

fn note(shared: &Shared, error: String) {
    let mut first = shared
        .first_error
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert(error);
}

async fn client(shared: Arc<Shared>, mut connection: Connection, seed: u64) -> Tally {
    let mut tally = Tally::default();
    let mut buffer = Vec::with_capacity(2048);
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    loop {
        let began = Instant::now();
        if began >= shared.window_end {
            return tally;
        }
        let id = match shared.steps.needs_id {
            true => &shared.ids[next_random(&mut random) as usize % shared.ids.len()],
            false => "",
        };
        let result = round(&shared, &mut connection, &mut buffer, id).await;
        let ended = Instant::now();
        match result {
            Ok(requests) => {
                if began >= shared.window_start {
                    tally.times.record((ended - began).as_micros() as u64);
                }
                if (shared.window_start..shared.window_end).contains(&ended) {
                    tally.rounds += 1;
                    tally.requests += requests;
                }
            }
            Err(error) => {
                tally.errors += 1;
                note(&shared, error);
                tokio::time::sleep(Duration::from_millis(FAILURE_REST_MS)).await;
            }
        }
    }
}

/// One round; gives the number of its requests.
async fn round(
    shared: &Shared,
    connection: &mut Connection,
    buffer: &mut Vec<u8>,
    id: &str,
) -> Result<u64, String> {
    shared.steps.first.write(buffer, id, &shared.keys);
    let Some(second) = &shared.steps.second else {
        expect_ok(connection, buffer).await?;
        return Ok(1);
    };
    let created = create_one(connection, buffer).await?;
    second.write(buffer, &created, &shared.keys);
    expect_ok(connection, buffer).await?;
    Ok(2)
}

/// Sends what is in the buffer and demands a 200.
async fn expect_ok(connection: &mut Connection, request: &[u8]) -> Result<(), String> {
    let answer = connection
        .call(request)
        .await
        .map_err(|error| error.to_string())?;
    match answer.status {
        200 => Ok(()),
        status => Err(shown(status, answer.body)),
    }
}

/// Sends what is in the buffer and demands a 200 with an id.
async fn create_one(connection: &mut Connection, request: &[u8]) -> Result<String, String> {
    let answer = connection
        .call(request)
        .await
        .map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(shown(answer.status, answer.body));
    }
    let id = answer.id().map(str::to_owned);
    id.ok_or_else(|| "the answer has no id".to_owned())
}

/// Sends a template once, without an id, and gives the created object's id.
///
/// # Errors
/// The first wrong answer, in words.
pub async fn create_with(
    connection: &mut Connection,
    template: &Template,
    keys: &Keys,
    buffer: &mut Vec<u8>,
) -> Result<String, String> {
    template.write(buffer, "", keys);
    create_one(connection, buffer).await
}

fn shown(status: u16, body: &[u8]) -> String {
    let start = &body[..body.len().min(SHOWN_BYTES_MAX)];
    format!("status {status}: {}", String::from_utf8_lossy(start))
}

/// A small generator (xorshift) that picks which payment to read.
fn next_random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state >> 11
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stub::Stub;

    const SIZE: Size = Size {
        clients: 4,
        seconds: 1,
        warmup: 0,
        prepare: 20,
    };

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_run_counts_what_the_server_answered() {
        let stub = Stub::start(|_| 200).await;
        let summary = run(&stub.target(), Scenario::Pay, SIZE).await.expect("run");
        let served = stub.seen().len() as u64;
        assert_eq!((summary.errors, summary.first_error), (0, None));
        assert!(summary.requests > 100, "{}", summary.requests);
        // At most one request of each client may be answered after the window's end.
        assert!(
            served - summary.requests <= 4,
            "{served} {}",
            summary.requests
        );
        assert_eq!(summary.rounds, summary.requests);
        let mut keys = stub.idempotency_keys();
        let sent = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), sent, "a key was used twice");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_step_rounds_use_the_id_of_the_first() {
        for (scenario, second) in [
            (
                Scenario::AuthCapture,
                "POST /v1/payment_intents/pi_stub/capture ",
            ),
            (Scenario::Refund, "POST /v1/refunds "),
        ] {
            let stub = Stub::start(|_| 200).await;
            let summary = run(&stub.target(), scenario, SIZE).await.expect("run");
            assert_eq!((summary.errors, summary.requests), (0, summary.rounds * 2));
            let seen = stub.seen();
            assert!(
                seen.iter().any(|request| request.starts_with(second)),
                "{second}"
            );
            let refunds = seen
                .iter()
                .filter(|request| request.starts_with("POST /v1/refunds"));
            assert!(
                refunds
                    .clone()
                    .all(|request| request.ends_with("payment_intent=pi_stub"))
            );
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn reading_runs_create_payments_first() {
        let stub = Stub::start(|_| 200).await;
        let summary = run(&stub.target(), Scenario::Get, SIZE).await.expect("run");
        assert_eq!(summary.errors, 0);
        let seen = stub.seen();
        let created = seen
            .iter()
            .filter(|request| request.starts_with("POST "))
            .count();
        assert_eq!(created, 20);
        assert!(
            seen[20..]
                .iter()
                .all(|request| request.starts_with("GET /v1/payment_intents/pi_stub "))
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn wrong_answers_are_errors_and_the_first_is_told() {
        let stub = Stub::start(|count| if count % 2 == 0 { 402 } else { 200 }).await;
        let summary = run(&stub.target(), Scenario::Noop, SIZE)
            .await
            .expect("run");
        assert!(summary.errors > 0 && summary.requests > 0);
        let first = summary.first_error.clone().expect("an error");
        assert!(first.starts_with("status 402: {"), "{first}");
        let json = summary.to_json();
        assert!(
            json.starts_with("{\"scenario\":\"noop\",\"clients\":4,\"seconds\":1,\"requests\":"),
            "{json}"
        );
    }

    #[test]
    fn random_picks_spread() {
        let mut state = 1;
        let mut hit = [false; 50];
        for _ in 0..1000 {
            hit[next_random(&mut state) as usize % 50] = true;
        }
        assert!(hit.iter().all(|&hit| hit));
    }
}
