//! One run of one scenario: many clients, a warm-up, a measured window, one summary.
//!
//! Shape: each client is a task with its own connection, histogram and counters, so that nothing is shared while it
//! runs except the source of idempotency keys. Usually a client asks again when it has its answer, so a server that
//! stalls gets fewer requests; with a rate the arrivals are fixed and times count from when one was due.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::fill;
use crate::histogram::Histogram;
use crate::pace::Pace;
use crate::peer::Peer;
use crate::request::{Keys, Template};
use crate::scenario::{Round, Scenario, choose};
use crate::target::Target;

/// How long clients may take to come home after the end, in milliseconds.
const GRACE_MS: u64 = 10_000;
/// How long a client rests after a failure, in milliseconds, so that a dead server is not hammered.
const FAILURE_REST_MS: u64 = 5;
/// How long after the end arrivals of a rate that was not kept are still served, in milliseconds.
const BACKLOG_MS: u64 = 1_000;
/// How many bytes of a wrong answer are shown.
const SHOWN_BYTES_MAX: usize = 600;

/// The options of `load`.
#[derive(Args)]
pub struct LoadArgs {
    /// Base URL of the server, on this machine.
    #[arg(long, default_value = "http://127.0.0.1:8484")]
    url: String,
    /// Secret test key.
    #[arg(
        long,
        env = "FLORIN_BENCH_KEY",
        hide_env_values = true,
        required_unless_present = "keys"
    )]
    key: Option<String>,
    /// A file with a secret test key on each line; clients take them in turn.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Whose requests the server understands.
    #[arg(long, value_enum, default_value_t = Peer::Florin)]
    peer: Peer,
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
    /// Rounds a second, whatever the server does; without it a client asks again as soon as it has its answer.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: Option<u32>,
}

/// What one run found.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the clients did.
    pub scenario: Scenario,
    /// How many there were.
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
    let keys = match (&args.keys, &args.key) {
        (Some(file), _) => read_keys(file)?,
        (None, Some(key)) => vec![key.clone()],
        (None, None) => return Err("Give --key or --keys.".into()),
    };
    let first = keys.first().ok_or("The file of --keys holds no key.")?;
    let target = Target::parse(&args.url, first)?
        .with_peer(args.peer)
        .with_keys(&keys)?;
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

fn read_keys(file: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("The file of --keys cannot be read: {error}"))?;
    let lines = text.lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect())
}

/// What the clients of one merchant do.
struct Lane {
    rounds: Vec<Round>,
    /// Payments that may be read.
    ids: Vec<String>,
}

/// What all clients of a run share.
struct Shared {
    lanes: Vec<Lane>,
    id_prefix: &'static str,
    keys: Keys,
    pace: Option<Arc<Pace>>,
    window_start: Instant,
    window_end: Instant,
    first_error: Mutex<Option<String>>,
}

impl Shared {
    /// When the next round begins, or was due; `None` once the window is over.
    async fn begin(&self) -> Option<Instant> {
        let due = match &self.pace {
            Some(pace) => pace.next().await?,
            None => Instant::now(),
        };
        (due < self.window_end).then_some(due)
    }
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
/// The peer has no such scenario, or the payments to read could not be created.
pub async fn run(target: &Target, scenario: Scenario, size: Size) -> Result<Summary, String> {
    let lanes = prepare(target, scenario, size).await?;
    let pace = size
        .rate
        .map(|rate| Pace::start(rate, size.warmup + size.seconds, size.clients));
    let window_start = Instant::now() + Duration::from_secs(size.warmup);
    let window_end = window_start + Duration::from_secs(size.seconds);
    let shared = Arc::new(Shared {
        lanes,
        id_prefix: target.peer.wire().id_prefix,
        keys: Keys::new(),
        pace,
        window_start,
        window_end,
        first_error: Mutex::new(None),
    });
    let mut clients = JoinSet::new();
    for number in 0..size.clients {
        let connection = Connection::new(target.address);
        clients.spawn(client(Arc::clone(&shared), connection, u64::from(number)));
    }
    let until = window_end + Duration::from_millis(GRACE_MS);
    let tally = gather(clients, until, &shared).await;
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

/// The work of each merchant, with payments to read if there have to be some.
async fn prepare(target: &Target, scenario: Scenario, size: Size) -> Result<Vec<Lane>, String> {
    let merchants = target.merchants();
    let each = size.prepare.div_ceil(merchants.len() as u64);
    let mut lanes = Vec::with_capacity(merchants.len());
    for merchant in merchants {
        let rounds = scenario.rounds(&merchant)?;
        let ids = match scenario.needs_payments() {
            true => fill::create(&merchant, each, size.clients.min(16)).await?,
            false => Vec::new(),
        };
        lanes.push(Lane { rounds, ids });
    }
    Ok(lanes)
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

async fn client(shared: Arc<Shared>, mut connection: Connection, number: u64) -> Tally {
    let lane = &shared.lanes[number as usize % shared.lanes.len()];
    let mut tally = Tally::default();
    let mut buffer = Vec::with_capacity(2048);
    let mut random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while let Some(began) = shared.begin().await {
        if Instant::now() > shared.window_end + Duration::from_millis(BACKLOG_MS) {
            tally.errors += 1;
            note(&shared, "the rate was not kept".to_owned());
            break;
        }
        let Some(round) = choose(&lane.rounds, next_random(&mut random)) else {
            break;
        };
        let id: &str = match round.needs_id {
            true => &lane.ids[next_random(&mut random) as usize % lane.ids.len()],
            false => "",
        };
        round.first.write(&mut buffer, id, &shared.keys);
        let result = go(&shared, round, &mut connection, &mut buffer).await;
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
    tally
}

/// One round, whose first request is in the buffer; gives the number of its requests.
async fn go(
    shared: &Shared,
    round: &Round,
    connection: &mut Connection,
    buffer: &mut Vec<u8>,
) -> Result<u64, String> {
    let Some(second) = &round.second else {
        expect_ok(connection, buffer).await?;
        return Ok(1);
    };
    let created = create_one(connection, buffer, shared.id_prefix).await?;
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

/// Sends what is in the buffer and demands a 200 with an id that begins so.
async fn create_one(
    connection: &mut Connection,
    request: &[u8],
    id_prefix: &str,
) -> Result<String, String> {
    let answer = connection
        .call(request)
        .await
        .map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(shown(answer.status, answer.body));
    }
    let id = answer.id(id_prefix).map(str::to_owned);
    id.ok_or_else(|| "the answer has no id".to_owned())
}

/// Sends a template once, with `id` in its hole if it has one, and gives the created object's id.
///
/// # Errors
/// The first wrong answer, in words.
pub async fn create_with(
    connection: &mut Connection,
    (template, id): (&Template, &str),
    keys: &Keys,
    buffer: &mut Vec<u8>,
    id_prefix: &str,
) -> Result<String, String> {
    template.write(buffer, id, keys);
    create_one(connection, buffer, id_prefix).await
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
        rate: None,
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

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_rate_fixes_how_many_rounds_there_are() {
        let stub = Stub::start(|_| 200).await;
        let size = Size {
            rate: Some(50),
            ..SIZE
        };
        let summary = run(&stub.target(), Scenario::Pay, size).await.expect("run");
        assert_eq!((summary.errors, stub.seen().len()), (0, 50));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn clients_take_the_merchants_in_turn() {
        let stub = Stub::start(|_| 200).await;
        let keys = ["sk_test_a".to_owned(), "sk_test_b".to_owned()];
        let target = stub.target().with_keys(&keys).expect("keys");
        let summary = run(&target, Scenario::Mixed, SIZE).await.expect("run");
        assert_eq!(summary.errors, 0);
        let seen = stub.seen();
        for key in keys {
            let line = format!("Authorization: Bearer {key}\r\n");
            assert!(seen.iter().any(|request| request.contains(&line)), "{key}");
        }
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
