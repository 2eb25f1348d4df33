//! Idle connections, kept for the next call to the same place.
//!
//! Shape: one short list, newest last; a connection is taken out for a call and put back after it.
//! The key holds the address that was judged and dialled, so a connection is reused only for a call
//! whose own lookup gave that address again. Deliberately absent: waiting for a free connection, a
//! limit per host, and sharing one connection between two calls.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::metered::Allowance;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a connection may lie idle, in milliseconds; shorter than the keep-alive of common servers.
pub(crate) const IDLE_MS_MAX: u64 = 10_000;
/// The most idle connections in all; one more closes the oldest.
pub(crate) const IDLE_MAX: usize = 64;

/// Where a connection leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub tls: bool,
    /// The host as written, since it was named in the handshake.
    pub host: String,
    /// The address that was dialled, with its port.
    pub address: SocketAddr,
}

/// One open connection. Dropping it closes the socket at once, whatever it was doing.
pub(crate) struct Connection {
    pub key: Key,
    pub sender: SendRequest<Full<Bytes>>,
    /// What the exchange under way may read.
    pub allowance: Allowance,
    /// The task that moves the bytes.
    pub task: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The idle connections of one client.
#[derive(Default)]
pub(crate) struct Pool {
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<Idle>,
    /// True while a task waits to close what grows old.
    reaping: bool,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Idle {
    fn is_usable(&self) -> bool {
        !self.connection.sender.is_closed()
            && self.since.elapsed() < Duration::from_millis(IDLE_MS_MAX)
    }
}

impl Pool {
    /// Takes out the connection to any of `keys` that was used last and is ready for a request.
    pub fn take(&self, keys: &[Key]) -> Option<Connection> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.idle.retain(Idle::is_usable);
        let fits =
            |idle: &Idle| keys.contains(&idle.connection.key) && idle.connection.sender.is_ready();
        let at = shelf.idle.iter().rposition(fits)?;
        Some(shelf.idle.remove(at).connection)
    }

    /// Puts a connection back after a call whose answer was read to its end.
    pub fn put(self: &Arc<Self>, connection: Connection) {
        let since = Instant::now();
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.idle.retain(Idle::is_usable);
        if shelf.idle.len() >= IDLE_MAX {
            shelf.idle.remove(0);
        }
        shelf.idle.push(Idle { connection, since });
        if !shelf.reaping {
            shelf.reaping = true;
            tokio::spawn(reap(Arc::downgrade(self)));
        }
    }

    /// Closes what is too old; false once nothing is left to wait for.
    fn sweep(&self) -> bool {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.idle.retain(Idle::is_usable);
        shelf.reaping = !shelf.idle.is_empty();
        shelf.reaping
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shelf.lock().expect("lock").idle.len()
    }
}

/// Closes old connections also when no further call comes; ends with the pool or when it is empty.
async fn reap(pool: Weak<Pool>) {
    loop {
        tokio::time::sleep(Duration::from_millis(IDLE_MS_MAX / 4)).await;
        let Some(pool) = pool.upgrade() else { return };
        if !pool.sweep() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;
    use tokio::io::DuplexStream;

    use super::*;

    fn key(host: &str, port: u16) -> Key {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Key {
            tls: false,
            host: host.to_owned(),
            address,
        }
    }

    /// A connection over memory, and its far end.
    async fn connection(key: Key) -> (Connection, DuplexStream) {
        let (near, far) = tokio::io::duplex(1024);
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(near)).await;
        let (mut sender, driver) = handshake.expect("handshake");
        let task = tokio::spawn(async move {
            let _ended = driver.await;
        });
        sender.ready().await.expect("ready");
        let allowance = Allowance::default();
        let connection = Connection {
            key,
            sender,
            allowance,
            task,
        };
        (connection, far)
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_serves_its_own_key_only() {
        let pool = Arc::new(Pool::default());
        let (kept, _far) = connection(key("a", 1)).await;
        pool.put(kept);
        let tls = Key {
            tls: true,
            ..key("a", 1)
        };
        assert!(pool.take(&[key("b", 1), key("a", 2), tls]).is_none());
        assert!(pool.take(&[key("b", 1), key("a", 1)]).is_some());
        assert!(pool.take(&[key("a", 1)]).is_none(), "taken twice");
    }

    #[tokio::test(start_paused = true)]
    async fn the_pool_is_bounded_and_drops_the_oldest() {
        let pool = Arc::new(Pool::default());
        let mut far_ends = Vec::new();
        for port in 1..=IDLE_MAX as u16 + 1 {
            let (kept, far) = connection(key("a", port)).await;
            pool.put(kept);
            far_ends.push(far);
        }
        assert_eq!(pool.len(), IDLE_MAX);
        assert!(pool.take(&[key("a", 1)]).is_none());
        assert!(pool.take(&[key("a", 2)]).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_connections_are_closed_without_another_call() {
        use tokio::io::AsyncReadExt;
        let pool = Arc::new(Pool::default());
        let (kept, mut far) = connection(key("a", 1)).await;
        pool.put(kept);
        let started = Instant::now();
        // The far end sees the end of the stream when the near end is closed.
        assert_eq!(far.read(&mut [0; 1]).await.expect("end"), 0);
        let waited_ms = started.elapsed().as_millis() as u64;
        assert!(
            (IDLE_MS_MAX..=IDLE_MS_MAX * 2).contains(&waited_ms),
            "{waited_ms}"
        );
        assert_eq!(pool.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_closed_by_the_far_end_is_not_given_out() {
        let pool = Arc::new(Pool::default());
        let (kept, far) = connection(key("a", 1)).await;
        pool.put(kept);
        drop(far);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(pool.take(&[key("a", 1)]).is_none());
    }
}
