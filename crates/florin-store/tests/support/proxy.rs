//! A connection in between that can lose the COMMIT of one transaction, or the answer to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What happens to the next COMMIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It arrives, but no answer comes back.
    LoseAnswer,
    /// It never arrives.
    LoseCommit,
    /// It waits for [`Proxy::go_on`], then arrives; no answer comes back.
    HoldCommit,
}

/// A proxy on a port of its own.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    fault: Mutex<Option<Fault>>,
    held: Notify,
    go_on: Notify,
}

impl Proxy {
    /// A proxy to a port of this machine.
    pub async fn to(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Proxy { port, state }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Arms it for the next COMMIT.
    pub fn arm(&self, fault: Fault) {
        *self.state.fault.lock().expect("no test panicked here") = Some(fault);
    }

    /// True while no COMMIT has met the fault yet.
    pub fn is_armed(&self) -> bool {
        self.state
            .fault
            .lock()
            .expect("no test panicked here")
            .is_some()
    }

    /// Waits until a COMMIT is held.
    pub async fn held(&self) {
        self.state.held.notified().await;
    }

    /// Lets the held COMMIT through.
    pub fn go_on(&self) {
        self.state.go_on.notify_one();
    }
}

async fn carry(client: TcpStream, server: u16, state: Arc<State>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let is_mute = Arc::new(AtomicBool::new(false));
    let answers = tokio::spawn(answers(from_server, to_client, Arc::clone(&is_mute)));
    requests(from_client, to_server, &state, &is_mute).await;
    answers.abort();
}

/// Carries requests until the client hangs up.
async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &State,
    is_mute: &AtomicBool,
) {
    let mut buffer = vec![0; 1 << 16];
    let mut tail: Vec<u8> = Vec::new();
    let mut is_lost = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let chunk = &buffer[..count];
        tail.extend_from_slice(chunk);
        let is_commit = tail.windows(7).any(|bytes| bytes == b"COMMIT\0");
        tail.drain(..tail.len().saturating_sub(6));
        let fault = match is_commit {
            true => state.fault.lock().expect("no test panicked here").take(),
            false => None,
        };
        match fault {
            Some(Fault::LoseAnswer) => is_mute.store(true, Ordering::SeqCst),
            Some(Fault::LoseCommit) => is_lost = true,
            Some(Fault::HoldCommit) => {
                is_mute.store(true, Ordering::SeqCst);
                state.held.notify_one();
                state.go_on.notified().await;
            }
            None => {}
        }
        if !is_lost && to.write_all(chunk).await.is_err() {
            return;
        }
    }
}

/// Carries answers; a mute connection swallows them.
async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_mute: Arc<AtomicBool>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if !is_mute.load(Ordering::SeqCst) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
