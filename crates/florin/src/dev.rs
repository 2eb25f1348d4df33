//! `florin dev`: a sandbox server with an embedded database and ready keys.

use crate::cli::DevArgs;
use crate::home::{Home, Opening};
use crate::{admin, metrics};
use anyhow::{Context, Result};
use axum::serve::ListenerExt;
use florin_api::{Admission, Api};
use florin_base::Scope;
use florin_domain::accounts::KeyRole;
use florin_domain::webhooks::RetrySchedule;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The account of every sandbox.
pub const ACCOUNT: &str = "acct_FlorinDev0000001";
/// Its secret key on loopback, the same everywhere, so that docs and scripts can be copied.
pub const SECRET_KEY: &str = "sk_test_FlorinDevFlorinDevFlorinDev";
/// Its publishable key on loopback.
pub const PUBLISHABLE_KEY: &str = "pk_test_FlorinDevFlorinDevFlorinDev";
/// Requests that are under way at a stop get so long.
const DRAIN: Duration = Duration::from_secs(10);

/// Runs the server until it is told to stop.
pub fn run(args: &DevArgs) -> Result<()> {
    let began = Instant::now();
    start_log(&args.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve(args, began))
}

fn start_log(filter: &str) -> Result<()> {
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).context("the log filter is not valid")?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

async fn serve(args: &DevArgs, began: Instant) -> Result<()> {
    let listener = listen(args.listen, args.port).await?;
    let address = listener.local_addr()?;
    let shown = if address.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        address.ip()
    };
    let base_url = format!("http://{}", SocketAddr::new(shown, address.port()));
    let base_url = args
        .url
        .as_ref()
        .map_or(base_url, |url| url.trim_end_matches('/').to_owned());
    let data = (!args.ephemeral).then_some(args.data.as_path());
    let retries = retries(args.webhook_retries.as_deref());
    let home = Home::open(Opening {
        data,
        base_url: base_url.clone(),
        retries,
    })
    .await?;
    let keys = ensure_account(&home, address.ip().is_loopback()).await?;
    home.engine.ensure_jobs().await?;
    let _scheduler = home.engine.start();
    tokio::spawn(keep_house(home.keeper()));
    let admission = Admission {
        hosts: hosts(address.ip()),
    };
    let api = Api::new(Arc::clone(&home.engine), admission);
    let (stop, stopped) = watch::channel(false);
    let side = metrics::start(
        &args.metrics_port,
        address.port(),
        (Arc::clone(&api), admin::Door::new(&home)),
        stopped.clone(),
    )
    .await?;
    let admin_file = admin::announce(home.store.directory(), &side)?;
    // Whoever reads the greeting may send a signal at once, so that it is awaited before.
    tokio::spawn(wait_for_signal(Signals::listen()?, stop));
    greet(&base_url, &keys, (data, &side), began);
    let answering = listener.tap_io(|stream| {
        // Small answers must not wait for more bytes; a socket without the option only answers later.
        let _ = stream.set_nodelay(true);
    });
    let served =
        axum::serve(answering, api.router()).with_graceful_shutdown(until(stopped.clone()));
    tokio::select! {
        result = served => result.context("the server failed")?,
        () = drained(stopped) => tracing::warn!("requests were still under way at the end of the stop"),
    }
    drop(admin_file);
    home.keeper().count_seals().await;
    tracing::info!("stopped");
    Ok(())
}

async fn listen(address: IpAddr, port: u16) -> Result<TcpListener> {
    TcpListener::bind((address, port)).await.with_context(|| {
        format!(
            "cannot listen on {address}:{port}; is another server running there? Try --port {}",
            port.wrapping_add(1)
        )
    })
}

/// Forgets security codes that nobody used, and keeps the count of seals.
async fn keep_house(keeper: crate::home::Keeper) {
    let mut minutes = 0u32;
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        keeper.purge_codes();
        minutes += 1;
        if minutes.is_multiple_of(10) {
            keeper.count_seals().await;
        }
    }
}

fn retries(seconds: Option<&[f64]>) -> RetrySchedule {
    match seconds {
        Some(seconds) => RetrySchedule {
            waits_ms: seconds
                .iter()
                .map(|s| (s * 1000.0).clamp(1.0, 1e12) as i64)
                .collect(),
        },
        None => RetrySchedule::default(),
    }
}

/// On loopback only loopback's names are answered; a server that is open to the network answers every name.
fn hosts(address: IpAddr) -> Vec<String> {
    if !address.is_loopback() {
        return Vec::new();
    }
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .map(|name| (*name).to_owned())
        .chain([address.to_string()])
        .collect()
}

struct DevKeys {
    secret: String,
    publishable: String,
    is_fixed: bool,
}

/// Makes the sandbox's account and its keys: the published ones on loopback, fresh ones everywhere else.
async fn ensure_account(home: &Home, loopback: bool) -> Result<DevKeys> {
    let engine = &home.engine;
    let scope = Scope::test(ACCOUNT);
    if engine.account_record(ACCOUNT).await.is_err() {
        engine
            .create_account("Florin sandbox", "US", Some(ACCOUNT))
            .await?;
        let live = Scope {
            live: true,
            ..scope.clone()
        };
        engine
            .create_key(&live, KeyRole::Secret, Some("default"), None)
            .await?;
        engine
            .create_key(&live, KeyRole::Publishable, Some("default"), None)
            .await?;
    }
    engine
        .set_fixed_key(&scope, KeyRole::Secret, SECRET_KEY, loopback)
        .await?;
    engine
        .set_fixed_key(&scope, KeyRole::Publishable, PUBLISHABLE_KEY, loopback)
        .await?;
    if loopback {
        return Ok(DevKeys {
            secret: SECRET_KEY.to_owned(),
            publishable: PUBLISHABLE_KEY.to_owned(),
            is_fixed: true,
        });
    }
    let secret = engine
        .create_key(&scope, KeyRole::Secret, Some("florin dev --listen"), None)
        .await?;
    let publishable = engine
        .create_key(
            &scope,
            KeyRole::Publishable,
            Some("florin dev --listen"),
            None,
        )
        .await?;
    Ok(DevKeys {
        secret,
        publishable,
        is_fixed: false,
    })
}

fn greet(base_url: &str, keys: &DevKeys, places: (Option<&Path>, &metrics::Side), began: Instant) {
    let (data, side) = places;
    let kept = data.map_or("nothing is kept after the end".to_owned(), |path| {
        format!("data in {}", path.display())
    });
    println!("Florin sandbox on {base_url}  (test mode, {kept})");
    println!();
    println!("  secret key       {}", keys.secret);
    println!("  publishable key  {}", keys.publishable);
    if !keys.is_fixed {
        println!(
            "                   These keys are fresh and shown once; the fixed keys of loopback do not work here."
        );
    }
    println!("  metrics          http://{}/metrics", side.address);
    println!();
    println!(
        "  curl {base_url}/v1/payment_intents -u {}: \\",
        keys.secret
    );
    println!("    -d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true");
    println!();
    println!(
        "Ready in {} ms. Stop with Ctrl-C.",
        began.elapsed().as_millis()
    );
}

/// The signals that stop the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on they do not end the process by themselves.
    fn listen() -> Result<Signals> {
        let listen = |kind| signal(kind).context("signals cannot be received");
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }
}

async fn wait_for_signal(mut signals: Signals, stop: watch::Sender<bool>) {
    tokio::select! {
        _ = signals.terminate.recv() => {}
        _ = signals.interrupt.recv() => {}
    }
    tracing::info!("stopping: no new requests are taken");
    let _ = stop.send(true);
}

/// Resolves when the server is told to stop.
pub async fn until(mut stopped: watch::Receiver<bool>) {
    // A dropped sender means that the process ends anyway.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn drained(stopped: watch::Receiver<bool>) {
    until(stopped).await;
    tokio::time::sleep(DRAIN).await;
}
