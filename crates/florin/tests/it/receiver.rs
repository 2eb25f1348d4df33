//! A webhook receiver: keeps what came, and answers as a test wants.
//!
//! Deliberately absent: TLS, and kept connections.

use crate::http::find;
use crate::server::until;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What to answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status without a body.
    Status(u16),
    /// A redirect to a path of the same receiver.
    Redirect(&'static str),
    /// Nothing; the connection stays open until the other side gives up.
    Never,
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Came {
    /// Its path.
    pub path: String,
    /// Name in lower case, value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Came {
    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The event.
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an event is JSON")
    }

    /// The event's id.
    pub fn id(&self) -> String {
        self.event()["id"].as_str().unwrap_or_default().to_owned()
    }

    /// The event's type.
    pub fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap_or_default().to_owned()
    }
}

type Script = dyn Fn(&str, usize) -> Reply + Send + Sync;

/// A receiver on a free port, for the rest of the test.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Receiver {
    /// A receiver that answers 200.
    pub fn start() -> Receiver {
        Receiver::with(|_, _| Reply::Status(200))
    }

    /// A receiver that answers by path and by how many requests came on that path before.
    pub fn with(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let receiver = Receiver {
            address,
            came: Arc::default(),
        };
        let (own, script): (Receiver, Arc<Script>) = (receiver.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (own, script) = (own.clone(), Arc::clone(&script));
                thread::spawn(move || own.take(stream, &*script));
            }
        });
        receiver
    }

    fn take(&self, mut stream: TcpStream, script: &Script) {
        // A connection on which nothing more comes is not kept for ever.
        let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
        let Some(came) = read(&mut stream) else {
            return;
        };
        let reply = {
            let mut all = self.came.lock().expect("no test panics here");
            let before = all.iter().filter(|each| each.path == came.path).count();
            let reply = script(&came.path, before);
            all.push(came);
            reply
        };
        let head = match reply {
            Reply::Status(status) => format!("HTTP/1.1 {status} Answer\r\n"),
            Reply::Redirect(to) => {
                format!(
                    "HTTP/1.1 302 Found\r\nLocation: http://{}{to}\r\n",
                    self.address
                )
            }
            Reply::Never => {
                let _ = stream.read(&mut [0; 1]);
                return;
            }
        };
        let text = format!("{head}Content-Length: 0\r\nConnection: close\r\n\r\n");
        // A server that was killed does not hear the answer.
        let _ = stream.write_all(text.as_bytes());
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What came on a path so far.
    pub fn on(&self, path: &str) -> Vec<Came> {
        let all = self.all();
        all.into_iter().filter(|each| each.path == path).collect()
    }

    /// Everything that came so far.
    pub fn all(&self) -> Vec<Came> {
        self.came.lock().expect("no test panics here").clone()
    }

    /// Waits for so many requests on a path.
    #[track_caller]
    pub fn wait(&self, path: &str, count: usize) -> Vec<Came> {
        let what = format!("{count} requests on {path}");
        until(&what, || {
            Some(self.on(path)).filter(|came| came.len() >= count)
        })
    }
}

fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        if let Some(came) = whole(&bytes) {
            return Some(came);
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
}

fn whole(bytes: &[u8]) -> Option<Came> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(Ok(0), |(_, text)| text.parse()).ok()?;
    let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    Some(Came {
        path,
        headers,
        body,
    })
}
