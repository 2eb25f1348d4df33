//! `florin sandbox-processor`: the sandbox as a process of its own, for tests of what happens between two processes.
//!
//! Shape: `server` answers over HTTP what the sandbox rules; `book` is what was done, on disk before anybody hears of it,
//! and `clerk` its one writer; `faults` says what goes wrong on purpose and `connection` how a line breaks; `notices` tells
//! what changes later. The protocol is `florin_processors::remote::protocol`.
//! Deliberately absent: money, live mode, and card numbers in anything that is kept or logged.

mod book;
#[cfg(test)]
mod book_tests;
mod clerk;
mod connection;
mod faults;
#[cfg(test)]
mod faults_tests;
mod notices;
mod server;

use anyhow::{Context, Result};
use book::Book;
use clap::Args;
use clerk::Clerk;
use faults::{Faults, Plan};
use florin_egress::{HttpEgress, Policy, check_url};
use notices::Destination;
use server::{Manner, Rooms};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Bytes of a secret that is made here.
const SECRET_BYTES: usize = 24;
/// The longest wait that an argument may ask for, in milliseconds: 30 days.
const WAIT_MS_MAX: i64 = 30 * 24 * 60 * 60 * 1_000;

/// What `--help` ends with.
pub const EXAMPLES: &str = "Examples:
  florin sandbox-processor
  florin sandbox-processor --secret s3cret --faults by-amount
  florin sandbox-processor --secret s3cret --seed 7 --faults drop_after=50,delay:2000=100
  florin sandbox-processor --secret s3cret --visibility-delay-ms 3000 --notify http://127.0.0.1:8484/notices

Faults are KIND[:NUMBER][=PER_MILLE], several with commas: delay:MS, drop_before, drop_after, duplicate, late:MS,
out_of_order[:NOTICES], status_500_before, status_500_after, status_429, truncated, wrong_amount, hang.
Without =PER_MILLE a fault strikes every call. `by-amount` lets the amount choose: 4001 is answered after 5 s, 4002 is
lost before and 4003 after it was booked, and so on; docs/sandbox.md has the table. While it runs:

  curl -H 'Authorization: Bearer s3cret' http://127.0.0.1:8490/v1/book
  curl -H 'Authorization: Bearer s3cret' -X PUT http://127.0.0.1:8490/v1/faults \\
    -d '{\"rules\": [{\"fault\": \"hang\", \"times\": 1, \"verb\": \"capture\"}]}'

It is a simulation and moves no money.";

/// Arguments of `florin sandbox-processor`.
#[derive(Args, Clone, Debug)]
pub struct SandboxProcessorArgs {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 8490)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    listen: IpAddr,
    /// The directory of the book.
    #[arg(long, default_value = "florin-sandbox-processor")]
    data: PathBuf,
    /// What callers show, and what signs notices; a fresh one is made and printed when it is left out.
    #[arg(long, env = "FLORIN_SANDBOX_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// Where notices go: of refunds that turn, of late and of duplicate bookings.
    #[arg(long)]
    notify: Option<String>,
    /// Tell every booking.
    #[arg(long, requires = "notify")]
    notify_all: bool,
    /// Inquiries see a booking after so many milliseconds.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=WAIT_MS_MAX))]
    visibility_delay_ms: i64,
    /// Refunds with a second word wait so many milliseconds for it.
    #[arg(long, default_value_t = florin_processors::sandbox::REFUND_WAIT_MS, value_parser = clap::value_parser!(i64).range(0..=WAIT_MS_MAX))]
    refund_wait_ms: i64,
    /// What goes wrong: by-amount, a list of faults, or a plan in JSON.
    #[arg(long)]
    faults: Option<String>,
    /// What the dice of faults with a probability depend on.
    #[arg(long)]
    seed: Option<u64>,
    /// What to log: error, warn, info, debug, or a filter of the `tracing` kind.
    #[arg(long, default_value = "info", env = "FLORIN_LOG")]
    log: String,
}

/// Runs the processor until it is told to stop.
pub fn run(args: &SandboxProcessorArgs) -> Result<()> {
    crate::log::start(&args.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve(args))
}

async fn serve(args: &SandboxProcessorArgs) -> Result<()> {
    let plan = plan(args)?;
    if let Some(url) = &args.notify {
        check_url(url, Policy::dev()).context("--notify")?;
    }
    let listener = crate::server::listen(args.listen, args.port).await?;
    let address = listener.local_addr()?;
    let book = Book::open(&args.data)?;
    let booked = book.len();
    let clerk = Clerk::start(book).context("cannot start a thread")?;
    let secret = secret(args)?;
    tokio::spawn(clerk::book_late(clerk.clone()));
    if let Some(url) = args.notify.clone() {
        let egress = HttpEgress::new().context("cannot set up outgoing connections")?;
        let secret = secret.clone();
        let destination = Destination { url, secret };
        tokio::spawn(notices::send_all(clerk.clone(), egress, destination));
    }
    let (stop, stopped) = watch::channel(false);
    // Whoever reads the greeting may send a signal at once, so that it is awaited before.
    tokio::spawn(crate::server::wait_for_signal(
        crate::server::Signals::listen()?,
        stop,
    ));
    greet(args, address, &secret, booked);
    let rooms = Arc::new(Rooms {
        clerk,
        faults: Mutex::new(Faults::new(plan)),
        secret,
        manner: manner(args),
        stopped: stopped.clone(),
    });
    work(listener, rooms, stopped).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn work(
    listener: TcpListener,
    rooms: Arc<Rooms>,
    stopped: watch::Receiver<bool>,
) -> Result<()> {
    tokio::select! {
        result = server::serve(listener, rooms) => result.context("the server failed"),
        () = crate::server::drained(stopped) => {
            tracing::warn!("requests were still under way at the end of the stop");
            Ok(())
        }
    }
}

fn manner(args: &SandboxProcessorArgs) -> Manner {
    Manner {
        visibility_delay_ms: args.visibility_delay_ms,
        refund_wait_ms: args.refund_wait_ms,
        notifies: args.notify.is_some(),
        notifies_all: args.notify_all,
    }
}

fn plan(args: &SandboxProcessorArgs) -> Result<Plan> {
    let mut plan = match &args.faults {
        None => Plan::default(),
        Some(text) => Plan::read(text).context("--faults")?,
    };
    plan.seed = args.seed.unwrap_or(plan.seed);
    Ok(plan)
}

/// The given secret, or a fresh one: nobody shall reach this by a secret that everybody knows.
fn secret(args: &SandboxProcessorArgs) -> Result<String> {
    match &args.secret {
        Some(given) if given.is_empty() => anyhow::bail!("the secret is empty"),
        Some(given) => Ok(given.clone()),
        None => {
            let bytes = florin_vault::random_bytes::<SECRET_BYTES>()
                .context("the system has no randomness")?;
            Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
    }
}

fn greet(args: &SandboxProcessorArgs, address: SocketAddr, secret: &str, booked: usize) {
    println!("Florin sandbox processor on http://{address}");
    println!("THIS IS A SIMULATION: it takes test cards only and moves no money.");
    println!();
    if args.secret.is_none() {
        println!("  secret   {secret}  (fresh; choose your own with FLORIN_SANDBOX_SECRET)");
    }
    println!("  book     {} ({booked} bookings)", args.data.display());
    println!("  faults   {}", args.faults.as_deref().unwrap_or("none"));
    println!("  notices  {}", args.notify.as_deref().unwrap_or("none"));
    println!();
    println!("Ready. Stop with Ctrl-C.");
}
