//! A connection in between that can lose the COMMIT of one transaction, or the answer to it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, UnixStream, unix};
use tokio::sync::Notify;

/// What a connection lets through of the answers: all, none, or nonsense once and then none.
const CLEAR: u8 = 0;
const MUTE: u8 = 1;
const WRONG: u8 = 2;

/// What happens to the next COMMIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It arrives, but no answer comes back.
    LoseAnswer,
    /// It never arrives.
    LoseCommit,
    /// It waits for [`Proxy::go_on`], then arrives; no answer comes back.
    HoldCommit,
    /// It arrives, and the answer is one to another question.
    WrongAnswer,
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
    /// A proxy to a socket of this machine.
    pub async fn to(server: PathBuf) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, state) = (server.clone(), Arc::clone(&shared));
                tokio::spawn(async move { carry(client, &server, state).await });
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

async fn carry(client: TcpStream, server: &Path, state: Arc<State>) {
    let Ok(server) = UnixStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let voice = Arc::new(AtomicU8::new(CLEAR));
    let answers = tokio::spawn(answers(from_server, to_client, Arc::clone(&voice)));
    requests(from_client, to_server, &state, &voice).await;
    answers.abort();
}

/// Carries requests until the client hangs up.
async fn requests(
    mut from: OwnedReadHalf,
    mut to: unix::OwnedWriteHalf,
    state: &State,
    voice: &AtomicU8,
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
            Some(Fault::LoseAnswer) => voice.store(MUTE, Ordering::SeqCst),
            Some(Fault::WrongAnswer) => voice.store(WRONG, Ordering::SeqCst),
            Some(Fault::LoseCommit) => is_lost = true,
            Some(Fault::HoldCommit) => {
                voice.store(MUTE, Ordering::SeqCst);
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

/// Carries answers; a mute connection swallows them, a wrong one puts "a statement was parsed" in place of the first.
async fn answers(mut from: unix::OwnedReadHalf, mut to: OwnedWriteHalf, voice: Arc<AtomicU8>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let heard = match voice.load(Ordering::SeqCst) {
            CLEAR => &buffer[..count],
            WRONG => {
                voice.store(MUTE, Ordering::SeqCst);
                &b"1\0\0\0\x04"[..]
            }
            _ => continue,
        };
        if to.write_all(heard).await.is_err() {
            return;
        }
    }
}
