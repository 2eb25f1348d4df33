//! Stand-ins for the world: a scripted server, a scripted resolver, a dialler that keeps a record.
//!
//! Deliberately absent: an HTTP library on the server's side, since the tests want to misbehave.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use florin_egress::{Dial, DialFuture, HttpEgress, Policy, Resolve, ResolveFuture, public_roots};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};

/// An address that counts as public; nothing here ever connects to it.
pub const PUBLIC: [u8; 4] = [93, 184, 216, 34];

/// The deadline of calls that are answered, in milliseconds: the longest, since only a broken test meets it.
pub const ANSWERED_MS: u64 = florin_egress::TIMEOUT_MS_LIMIT;

/// How long a test waits for what must come, before it fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Lets every other task of the test go on until it waits for something new.
///
/// The tests run on one thread, so that a task that yields lets all that are ready run, and the sockets be looked at.
/// What a peer in this process has sent is here already; a few turns are one for each task on its way.
pub async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// The strict policy, but with `http`, so that a test need not speak TLS.
pub fn live_http() -> Policy {
    Policy {
        plain_http: true,
        ..Policy::live()
    }
}

/// Runs `script` for each connection; gives the address and the number of connections so far.
pub async fn serve<S, F>(script: S) -> (SocketAddr, Arc<Mutex<usize>>)
where
    S: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("bind");
    let address = listener.local_addr().expect("address");
    let accepted = Arc::new(Mutex::new(0));
    let count = Arc::clone(&accepted);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            *count.lock().expect("lock") += 1;
            tokio::spawn(script(stream));
        }
    });
    (address, accepted)
}

/// Reads one request with its body; `None` at the end of the stream.
pub async fn read_request<R: AsyncRead + Unpin>(stream: &mut R) -> Option<String> {
    let mut text = String::new();
    let mut byte = [0; 1];
    while !text.ends_with("\r\n\r\n") {
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(char::from(byte[0]));
    }
    let length_line = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length_line.map_or(Ok(0), str::parse).ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    text.push_str(&String::from_utf8_lossy(&body));
    Some(text)
}

/// A resolver that gives one list of addresses after the other and repeats the last one.
pub struct Script(Mutex<VecDeque<Vec<IpAddr>>>);

impl Script {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| {
            list.iter()
                .map(|text| text.parse().expect("address"))
                .collect()
        };
        Arc::new(Self(Mutex::new(answers.iter().map(parse).collect())))
    }
}

impl Resolve for Script {
    fn resolve<'a>(&'a self, _host: &'a str) -> ResolveFuture<'a> {
        let mut answers = self.0.lock().expect("lock");
        let answer = match answers.len() {
            0 => Err(io::Error::other("no such host")),
            1 => Ok(answers[0].clone()),
            _ => Ok(answers.pop_front().expect("more than one")),
        };
        Box::pin(async move { answer })
    }
}

/// Writes down what would be dialled and connects to a server on loopback instead.
pub struct Diverting {
    pub to: SocketAddr,
    pub dialled: Mutex<Vec<IpAddr>>,
}

impl Diverting {
    pub fn new(to: SocketAddr) -> Arc<Self> {
        let dialled = Mutex::new(Vec::new());
        Arc::new(Self { to, dialled })
    }

    pub fn seen(&self) -> Vec<IpAddr> {
        self.dialled.lock().expect("lock").clone()
    }
}

impl Dial for Diverting {
    fn dial(&self, address: SocketAddr) -> DialFuture<'_> {
        self.dialled.lock().expect("lock").push(address.ip());
        Box::pin(TcpStream::connect(self.to))
    }
}

/// Hands out one connection that was made before, so that no part of a call's time goes into connecting.
pub struct Connected(Mutex<Option<TcpStream>>);

impl Connected {
    /// A client that reaches `address` at once, for one call.
    pub async fn client(address: SocketAddr) -> HttpEgress {
        let stream = TcpStream::connect(address).await.expect("connection");
        let dial = Arc::new(Self(Mutex::new(Some(stream))));
        HttpEgress::with_parts(Script::new(&[]), dial, public_roots()).expect("client")
    }
}

impl Dial for Connected {
    fn dial(&self, _: SocketAddr) -> DialFuture<'_> {
        let stream = self.0.lock().expect("lock").take();
        Box::pin(async move { stream.ok_or_else(|| io::Error::other("dialled twice")) })
    }
}

/// A client whose world is `resolve` and `dial`.
pub fn client(resolve: &Arc<Script>, dial: &Arc<Diverting>) -> HttpEgress {
    HttpEgress::with_parts(resolve.clone(), dial.clone(), public_roots()).expect("client")
}
