//! What every server of an installation does: it opens its door, answers until it is told to stop, and stops gracefully.
//!
//! Deliberately absent: accounts and keys, which `dev` and `serve` treat differently.

use crate::home::{Home, Keeper};
use crate::{admin, metrics};
use anyhow::{Context, Result};
use axum::http::Uri;
use florin_api::address::Proxies;
use florin_api::{Admission, Api, connections};
use florin_domain::webhooks::RetrySchedule;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The database is tended so often, in seconds.
const TEND_S: u32 = 2;
/// Requests that are under way at a stop get so long.
const DRAIN: Duration = Duration::from_secs(10);

/// Where a server listens, and under which names it answers.
pub struct Door {
    listener: TcpListener,
    /// Its address.
    pub address: SocketAddr,
    /// How browsers reach it, without a slash at the end.
    pub base_url: String,
    hosts: Vec<String>,
    proxies: Proxies,
}

impl Door {
    /// The door behind proxies whose word about buyers is taken.
    pub fn behind(self, proxies: &Proxies) -> Door {
        Door {
            proxies: proxies.clone(),
            ..self
        }
    }
}

/// Listens. `url` is where browsers reach the server, if that is not its address.
pub async fn open_door(ip: IpAddr, port: u16, url: Option<&str>) -> Result<Door> {
    let listener = listen(ip, port).await?;
    let address = listener.local_addr()?;
    let shown = if address.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        address.ip()
    };
    let own = format!("http://{}", SocketAddr::new(shown, address.port()));
    Ok(Door {
        listener,
        address,
        base_url: url.map_or(own, |url| url.trim_end_matches('/').to_owned()),
        hosts: hosts(address.ip(), url)?,
        proxies: Proxies::None,
    })
}

/// Serves until it is told to stop. `greet` is called once everything is ready.
pub async fn run(
    home: &Home,
    door: Door,
    metrics_port: Option<u16>,
    greet: impl FnOnce(&metrics::Side),
) -> Result<()> {
    home.engine.ensure_jobs().await?;
    let _scheduler = home.engine.start();
    tokio::spawn(keep_house(home.keeper()));
    tokio::spawn(keep_time(home.keeper()));
    let admission = Admission {
        hosts: door.hosts,
        proxies: door.proxies,
    };
    let api = Api::new(Arc::clone(&home.engine), admission);
    let (stop, stopped) = watch::channel(false);
    let side = metrics::start(
        &metrics_port,
        door.address.port(),
        (Arc::clone(&api), admin::Door::new(home)),
        stopped.clone(),
    )
    .await?;
    let admin_file = home
        .directory
        .as_deref()
        .map(|directory| admin::announce(directory, &side))
        .transpose()?;
    // Whoever reads the greeting may send a signal at once, so that it is awaited before.
    tokio::spawn(wait_for_signal(Signals::listen()?, stop));
    greet(&side);
    let served = connections::serve(door.listener, api.router(), until(stopped.clone()));
    tokio::select! {
        () = served => {}
        () = drained(stopped) => tracing::warn!("requests were still under way at the end of the stop"),
    }
    drop(admin_file);
    home.keeper().count_seals().await;
    tracing::info!("stopped");
    Ok(())
}

/// Where several processes share a database, its clock is theirs: what is due is due for all of them.
async fn keep_time(keeper: Keeper) {
    let mut seconds = 0u32;
    loop {
        keeper.set_clock().await;
        if seconds.is_multiple_of(TEND_S) {
            keeper.tend().await;
        }
        seconds = seconds.wrapping_add(1);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Listens, or says what to do about it.
pub async fn listen(address: IpAddr, port: u16) -> Result<TcpListener> {
    TcpListener::bind((address, port)).await.with_context(|| {
        format!(
            "cannot listen on {address}:{port}; is another server running there? Try --port {}",
            port.wrapping_add(1)
        )
    })
}

/// Forgets what is good for minutes only, and keeps the count of seals.
async fn keep_house(keeper: crate::home::Keeper) {
    let mut minutes = 0u32;
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        keeper.purge().await;
        minutes += 1;
        if minutes.is_multiple_of(10) {
            keeper.count_seals().await;
        }
    }
}

/// Waits between tries, from the command line.
pub fn retries(seconds: Option<&[f64]>) -> RetrySchedule {
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

/// The names of this machine for itself.
pub const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// On loopback only loopback's names are answered, and the one of `--url`, under which a proxy or a tunnel passes requests
/// on; a server that is open to the network answers every name.
fn hosts(address: IpAddr, url: Option<&str>) -> Result<Vec<String>> {
    let named = url.map(host_of).transpose()?;
    if !address.is_loopback() {
        return Ok(Vec::new());
    }
    Ok(LOOPBACK
        .iter()
        .map(|name| (*name).to_owned())
        .chain([address.to_string()])
        .chain(named)
        .collect())
}

fn host_of(url: &str) -> Result<String> {
    let parsed = url.parse::<Uri>().ok();
    let has_scheme = |url: &Uri| matches!(url.scheme_str(), Some("http" | "https"));
    let host = parsed
        .as_ref()
        .filter(|url| has_scheme(url))
        .and_then(Uri::host);
    host.map(str::to_owned).with_context(|| {
        format!("--url {url} must be an absolute URL such as https://pay.example.com")
    })
}

/// The signals that stop the server.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on they do not end the process by themselves.
    pub fn listen() -> Result<Signals> {
        let listen = |kind| signal(kind).context("signals cannot be received");
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }
}

/// Turns the switch when a signal comes.
pub async fn wait_for_signal(mut signals: Signals, stop: watch::Sender<bool>) {
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

/// Resolves a while after the server was told to stop.
pub async fn drained(stopped: watch::Receiver<bool>) {
    until(stopped).await;
    tokio::time::sleep(DRAIN).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_loopback_answers_its_own_names_and_the_one_of_its_url() {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let taken = |url: Option<&str>, host: &str| {
            let hosts = hosts(loopback, url).expect("a URL");
            let proxies = Proxies::None;
            Admission { hosts, proxies }.takes(host)
        };
        for (url, host, expected) in [
            (None, "localhost:8484", true),
            (None, "[::1]:8484", true),
            (None, "[::1]", true),
            (None, "pay.dev.example", false),
            (None, "", false),
            (Some("https://pay.dev.example"), "pay.dev.example", true),
            (
                Some("https://pay.dev.example:8443/x"),
                "PAY.dev.example:443",
                true,
            ),
            (Some("https://pay.dev.example"), "127.0.0.1:8484", true),
            (Some("https://pay.dev.example"), "dev.example", false),
        ] {
            assert_eq!(taken(url, host), expected, "{url:?} {host}");
        }
        for url in ["pay.dev.example", "/x", "ftp://pay.dev.example", "https://"] {
            assert!(hosts(loopback, Some(url)).is_err(), "{url}");
        }
        let open = hosts(IpAddr::V4(Ipv4Addr::UNSPECIFIED), None).expect("no URL");
        assert!(open.is_empty());
    }
}
