//! A server for the tests: answers everything with one small object and remembers what it was asked.
//!
//! Deliberately absent: any behaviour of Florin.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::target::Target;

/// A running server.
pub struct Stub {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Starts a server that answers its nth request (from 0) with the status `status(n)`.
    pub async fn start(status: fn(usize) -> u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("bind");
        let address = listener.local_addr().expect("address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&record), status));
            }
        });
        Self { address, seen }
    }

    /// The server with a key.
    pub fn target(&self) -> Target {
        let url = format!("http://{}", self.address);
        Target::parse(&url, "sk_test_stub").expect("target")
    }

    /// All requests so far, heads and bodies.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("lock").clone()
    }

    /// The idempotency keys of all requests so far.
    pub fn idempotency_keys(&self) -> Vec<String> {
        let key = |line: &str| line.strip_prefix("Idempotency-Key: ").map(str::to_owned);
        let seen = self.seen();
        seen.iter()
            .flat_map(|request| request.lines().filter_map(key))
            .collect()
    }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Vec<String>>>, status: fn(usize) -> u16) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        let count = {
            let mut seen = seen.lock().expect("lock");
            seen.push(request);
            seen.len() - 1
        };
        let body = "{\n  \"id\": \"pi_stub\",\n  \"object\": \"payment_intent\"\n}";
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {} X\r\ncontent-length: {length}\r\n\r\n{body}",
            status(count)
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    let mut length = 0;
    loop {
        let start = text.len();
        if stream.read_line(&mut text).await.ok()? == 0 {
            return None;
        }
        let line = &text[start..];
        if let Some(digits) = line.strip_prefix("Content-Length: ") {
            length = digits.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    text.push_str(std::str::from_utf8(&body).ok()?);
    Some(text)
}
