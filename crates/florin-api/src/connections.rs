//! Connections of clients: how many there may be, and how long one may be silent.
//!
//! Shape: one loop accepts while there is room; each connection is a task. A client that sends nothing for a while is
//! disconnected, so that silent ones cannot keep others out. Deliberately absent: TLS, HTTP/2 and upgrades.

use crate::address::Peer;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// A connection may be silent for so long before the head of a request, and within it.
const SILENT: Duration = Duration::from_secs(90);
/// Connections that may be open at once.
const CONNECTIONS_MAX: usize = 10_000;
/// Files that are left for databases, logs and outgoing connections.
const FILES_KEPT: usize = 256;
/// What is assumed where the system does not say how many files a process may have.
const FILES_ASSUMED: usize = 1_024;
/// After a failed accept, which is a lack of files or memory, others get time to end.
const BREATH: Duration = Duration::from_millis(50);

/// Answers until told to stop, then finishes what is under way.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    serve_some(listener, router, stop, (room(files_max()), SILENT)).await;
}

/// As [`serve`], for so many connections, which may be silent for so long.
async fn serve_some(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    (room, silent): (usize, Duration),
) {
    let service = TowerToHyperService::new(router);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(room));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let place = Arc::clone(&room).acquire_owned().await.ok();
            (accept(&listener).await, place)
        };
        let ((stream, peer), place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let service = service.clone();
        let named = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            service.call(request)
        });
        let connection = Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(silent)
            .serve_connection(TokioIo::new(stream), named);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // How a client leaves is its own affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                // Small answers must not wait for more bytes; a socket without the option only answers later.
                let _ = stream.set_nodelay(true);
                return (stream, Peer(from.ip()));
            }
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// How many connections fit beside the files that are kept for other things.
fn room(files_max: usize) -> usize {
    let kept = FILES_KEPT.min(files_max / 2);
    (files_max - kept).min(CONNECTIONS_MAX)
}

/// How many files this process may have open.
fn files_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    parsed(&limits).unwrap_or(FILES_ASSUMED)
}

fn parsed(limits: &str) -> Option<usize> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// What a client sends before it falls silent, and what it is answered before its line is cut.
    async fn answered(address: std::net::SocketAddr, sent: &[u8]) -> Vec<u8> {
        let mut client = TcpStream::connect(address).await.expect("a connection");
        client.write_all(sent).await.expect("it is taken");
        let mut answer = Vec::new();
        let read = client.read_to_end(&mut answer);
        let deadline = Duration::from_secs(60);
        let _ = tokio::time::timeout(deadline, read)
            .await
            .expect("the line is cut");
        answer
    }

    #[tokio::test]
    async fn whoever_is_silent_makes_room() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/", axum::routing::get(|| async { "here" }));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let limits = (1, Duration::from_millis(50));
        let serving = tokio::spawn(serve_some(
            listener,
            router,
            async { drop(stopped.await) },
            limits,
        ));
        // There is room for one at a time, so each of them got in because the one before was cut off.
        for silent in [&b""[..], b"GET / HT"] {
            assert_eq!(answered(address, silent).await, b"");
        }
        let answer = answered(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(answer.ends_with(b"here"), "{answer:?}");
        stop.send(()).expect("it runs");
        serving.await.expect("it ends");
    }

    #[test]
    fn files_are_left_for_other_things() {
        for (files, connections) in [(160, 80), (1_024, 768), (1_048_576, CONNECTIONS_MAX)] {
            assert_eq!(room(files), connections, "{files}");
        }
    }

    #[test]
    fn the_limit_of_files_is_read() {
        let text = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024   524288   files\n";
        assert_eq!(parsed(text), Some(1_024));
        assert_eq!(
            parsed("Max open files  unlimited  unlimited  files"),
            Some(usize::MAX)
        );
        assert_eq!(parsed("Max processes 5 5"), None);
        assert!(files_max() > 0);
    }
}
