//! How soon webhooks arrive.
//!
//! Shape: a receiver on loopback is registered as an endpoint; payments are made at a fixed rate; each answer and each
//! arrival is noted with its time, and they are matched at the end. The clock of a webhook starts when the answer
//! to its payment has arrived here, which is just after the commit. Deliberately absent: signatures, which the
//! suites check, and endpoints that are slow or fail.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::histogram::Histogram;
use crate::pace::Pace;
use crate::request::{Keys, Template};
use crate::run::{Size, create_with};
use crate::target::Target;

/// Registers the receiver; the hole is its port.
const ENDPOINT: &str = "url=http%3A%2F%2F127.0.0.1%3A*%2Fhook\
&enabled_events[]=charge.succeeded&enabled_events[]=payment_intent.succeeded";
/// Webhooks that each payment gives rise to.
pub const EVENTS_PER_PAYMENT: u64 = 2;
/// How long after the last payment its webhooks may take, in milliseconds.
const LAST_MS_MAX: u64 = 30_000;
/// How often it is looked whether all are there, in milliseconds.
const LOOK_EVERY_MS: u64 = 20;
/// The largest body that is taken.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// What became of the webhooks of one run.
pub struct Delivered {
    /// Webhooks that had to come.
    pub expected: u64,
    /// Those that came.
    pub delivered: u64,
    /// Those that came once more.
    pub repeated: u64,
    /// Payments that failed.
    pub errors: u64,
    /// Webhooks a second that were asked for.
    pub per_second: f64,
    /// From the payment's answer to the webhook's arrival, of payments due after the warm-up.
    pub times: Histogram,
}

/// One webhook.
struct Arrival {
    event: String,
    payment: String,
    at: Instant,
}

/// One payment that was answered.
struct Answered {
    payment: String,
    at: Instant,
    is_measured: bool,
}

/// What the clients share.
struct Shared {
    pay: Template,
    keys: Keys,
    pace: Arc<Pace>,
    window_start: Instant,
    errors: Mutex<u64>,
}

type Arrivals = Arc<Mutex<Vec<Arrival>>>;

/// Pays at `size.rate` and waits for the webhooks. The endpoint stays registered.
///
/// # Errors
/// The receiver cannot listen, the endpoint is refused, or there is no rate.
pub async fn measure(target: &Target, size: Size) -> Result<Delivered, String> {
    let rate = size.rate.ok_or("Webhooks are measured at a rate.")?;
    let arrivals = Arrivals::default();
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(|error| format!("The receiver cannot listen: {error}"))?;
    let address = listener
        .local_addr()
        .map_err(|error| format!("The receiver has no address: {error}"))?;
    let receiver = tokio::spawn(receive(listener, Arc::clone(&arrivals)));
    let registered = register(target, address.port()).await;
    let outcome = match registered {
        Ok(()) => Ok(pay_and_wait(target, size, rate, &arrivals).await),
        Err(error) => Err(format!("The endpoint is refused: {error}")),
    };
    receiver.abort();
    outcome
}

async fn register(target: &Target, port: u16) -> Result<(), String> {
    let template = Template::post(target, "/v1/webhook_endpoints", ENDPOINT);
    let mut connection = Connection::new(target.address);
    let (keys, mut buffer) = (Keys::new(), Vec::new());
    let port = port.to_string();
    let filled = (&template, port.as_str());
    create_with(&mut connection, filled, &keys, &mut buffer, "we_").await?;
    Ok(())
}

async fn pay_and_wait(target: &Target, size: Size, rate: u32, arrivals: &Arrivals) -> Delivered {
    let wire = target.peer.wire();
    let shared = Arc::new(Shared {
        pay: Template::post(target, wire.payments, wire.pay),
        keys: Keys::new(),
        pace: Pace::start(rate, size.warmup + size.seconds, size.clients),
        window_start: Instant::now() + Duration::from_secs(size.warmup),
        errors: Mutex::new(0),
    });
    let mut clients = JoinSet::new();
    for _ in 0..size.clients {
        let connection = Connection::new(target.address);
        clients.spawn(pay(Arc::clone(&shared), connection));
    }
    let mut answered = Vec::new();
    while let Some(joined) = clients.join_next().await {
        answered.extend(joined.unwrap_or_default());
    }
    let expected = answered.len() as u64 * EVENTS_PER_PAYMENT;
    let until = Instant::now() + Duration::from_millis(LAST_MS_MAX);
    while (held(arrivals).len() as u64) < expected && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
    let mut delivered = matched(&answered, &held(arrivals));
    delivered.errors = *shared.errors.lock().unwrap_or_else(PoisonError::into_inner);
    delivered.per_second = f64::from(rate) * EVENTS_PER_PAYMENT as f64;
    delivered
}

fn held(arrivals: &Arrivals) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
    arrivals.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn pay(shared: Arc<Shared>, mut connection: Connection) -> Vec<Answered> {
    let mut answered = Vec::new();
    let mut buffer = Vec::with_capacity(2048);
    while let Some(due) = shared.pace.next().await {
        let (filled, keys) = ((&shared.pay, ""), &shared.keys);
        match create_with(&mut connection, filled, keys, &mut buffer, "pi_").await {
            Ok(payment) => answered.push(Answered {
                payment,
                at: Instant::now(),
                is_measured: due >= shared.window_start,
            }),
            Err(_) => {
                *shared.errors.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            }
        }
    }
    answered
}

/// Matches webhooks with payments by the payment's id, and counts each event once.
fn matched(answered: &[Answered], arrivals: &[Arrival]) -> Delivered {
    let by_payment: HashMap<&str, &Answered> = answered
        .iter()
        .map(|one| (one.payment.as_str(), one))
        .collect();
    let mut events = HashSet::new();
    let mut delivered = Delivered {
        expected: answered.len() as u64 * EVENTS_PER_PAYMENT,
        delivered: 0,
        repeated: 0,
        errors: 0,
        per_second: 0.0,
        times: Histogram::default(),
    };
    for arrival in arrivals {
        let Some(answer) = by_payment.get(arrival.payment.as_str()) else {
            continue;
        };
        if !events.insert(arrival.event.as_str()) {
            delivered.repeated += 1;
            continue;
        }
        delivered.delivered += 1;
        if answer.is_measured {
            // A webhook may overtake the answer of its payment.
            let took = arrival.at.saturating_duration_since(answer.at);
            delivered.times.record(took.as_micros() as u64);
        }
    }
    delivered
}

async fn receive(listener: TcpListener, arrivals: Arrivals) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&arrivals)));
    }
}

async fn serve(stream: TcpStream, arrivals: Arrivals) {
    let mut stream = BufReader::new(stream);
    while let Some(body) = read_body(&mut stream).await {
        let at = Instant::now();
        if let (Some(event), Some(payment)) = (quoted(&body, "evt_"), quoted(&body, "pi_")) {
            held(&arrivals).push(Arrival { event, payment, at });
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

async fn read_body(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut length: usize = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((line.as_str(), ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    if length > BODY_BYTES_MAX {
        return None;
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

/// The first string of a body that is this prefix with nothing but letters and digits behind it.
fn quoted(body: &[u8], prefix: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let is_plain = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    let found = text
        .split('"')
        .find(|part| part.strip_prefix(prefix).is_some_and(is_plain));
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_and_secrets_are_not_taken_for_them() {
        let body = br#"{"id": "evt_1", "data": {"object": {"client_secret": "pi_2_secret_3", "payment_intent": "pi_2"}}}"#;
        assert_eq!(quoted(body, "evt_").as_deref(), Some("evt_1"));
        assert_eq!(quoted(body, "pi_").as_deref(), Some("pi_2"));
        assert_eq!(quoted(body, "ch_"), None);
    }

    #[test]
    fn repeated_and_foreign_webhooks_are_told_apart() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let answered = [Answered {
            payment: "pi_1".into(),
            at: after(10),
            is_measured: true,
        }];
        let arrival = |event: &str, payment: &str, ms| Arrival {
            event: event.into(),
            payment: payment.into(),
            at: after(ms),
        };
        let arrivals = [
            arrival("evt_1", "pi_1", 12),
            arrival("evt_2", "pi_1", 9),
            arrival("evt_1", "pi_1", 50),
            arrival("evt_3", "pi_0", 50),
        ];
        let found = matched(&answered, &arrivals);
        let counts = (found.expected, found.delivered, found.repeated);
        assert_eq!(counts, (2, 2, 1));
        assert_eq!(found.times.max_us(), 2_000);
    }

    #[tokio::test]
    async fn the_receiver_notes_what_arrives() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("bind");
        let address = listener.local_addr().expect("address");
        let arrivals = Arrivals::default();
        let receiver = tokio::spawn(receive(listener, Arc::clone(&arrivals)));
        let mut connection = Connection::new(address);
        let body = r#"{"id": "evt_1", "payment_intent": "pi_1"}"#;
        let length = body.len();
        let request =
            format!("POST /hook HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes();
        for _ in 0..2 {
            let answer = connection.call(&request).await.expect("answer");
            assert_eq!(answer.status, 200);
        }
        let seen: Vec<String> = held(&arrivals)
            .iter()
            .map(|one| format!("{} {}", one.event, one.payment))
            .collect();
        assert_eq!(seen, ["evt_1 pi_1", "evt_1 pi_1"]);
        receiver.abort();
    }
}
