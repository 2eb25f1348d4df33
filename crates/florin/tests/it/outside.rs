//! `florin sandbox-processor` as a process: started on a free port, asked, killed or stopped.
//!
//! Deliberately absent: a second try. A process that does not start fails the test with its output.

use crate::folder::Folder;
use crate::http::{Answer, Ask};
use crate::server::{BINARY, signal, until};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// How long a connection may stay open before the test calls it hanging.
const END_S_MAX: u64 = 60;
/// What callers show in these tests.
pub const SECRET: &str = "a secret of tests";
/// The processor as a process, killed with this value.
pub struct Outside {
    /// The process.
    pub child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    logs: Folder,
}

impl Outside {
    /// Starts one on a directory.
    #[track_caller]
    pub fn start(data: &Path, arguments: &[&str]) -> Outside {
        let logs = Folder::new("processor-log");
        let file = |name: &str| File::create(logs.join(name)).expect("a file can be made");
        let mut command = Command::new(BINARY);
        command
            .args(["sandbox-processor", "--port", "0", "--data"])
            .arg(data)
            .args(arguments)
            .env_remove("FLORIN_LOG")
            .env("FLORIN_SANDBOX_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"));
        let mut outside = Outside {
            child: command.spawn().expect("the binary runs"),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            logs,
        };
        outside.address = until("the processor's greeting", || {
            let ended = outside.child.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "{}", outside.log("stderr"));
            address_in(&outside.log("stdout"))
        });
        outside
    }

    /// What it wrote, to `stdout` or `stderr`.
    pub fn log(&self, name: &str) -> String {
        let bytes = std::fs::read(self.logs.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Reads a path.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        guarded("GET", path).send(self.address).expect("an answer")
    }

    /// Sends a call; an error means that no whole answer came.
    pub fn call(&self, request: &Value) -> std::io::Result<Answer> {
        let call = json!({"request": request, "cvc": true});
        guarded("POST", "/v1/calls").json(&call).send(self.address)
    }

    /// The outcome of a call that is answered.
    #[track_caller]
    pub fn outcome(&self, request: &Value) -> Value {
        let answer = self.call(request).expect("an answer").expect(200);
        answer.json()["outcome"].clone()
    }

    /// What an inquiry hears.
    #[track_caller]
    pub fn inquire(&self, request: &Value) -> Value {
        let ask = guarded("POST", "/v1/inquiries").json(request);
        let answer = ask.send(self.address).expect("an answer");
        answer.expect(200).json()
    }

    /// Sets the rules of its faults.
    #[track_caller]
    pub fn set_faults(&self, rules: Value) {
        let ask = guarded("PUT", "/v1/faults").json(&json!({"rules": rules}));
        ask.send(self.address).expect("an answer").expect(200);
    }

    /// Everything that was booked.
    #[track_caller]
    pub fn book(&self) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let path = format!("/v1/book?limit=1000&after={}", all.len());
            let page = self.get(&path).expect(200).json();
            all.extend(page["entries"].as_array().expect("entries").iter().cloned());
            if page["has_more"] == false {
                return all;
            }
        }
    }

    /// Ends it as a crash would.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop.
    pub fn stop(mut self) {
        signal("TERM", self.child.id());
        let status = until("the stop", || {
            self.child.try_wait().expect("it can be asked")
        });
        assert!(status.success(), "{}", self.log("stderr"));
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        // Both fail only if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !thread::panicking() {
            let log = self.log("stderr");
            assert!(!log.contains("panicked at"), "{log}");
        }
    }
}

fn address_in(greeting: &str) -> Option<SocketAddr> {
    let rest = greeting.split_once("sandbox processor on http://")?.1;
    greeting.contains("Ready.").then_some(())?;
    rest.lines().next()?.parse().ok()
}

/// A question by somebody who knows the secret.
pub fn guarded(method: &str, path: &str) -> Ask {
    Ask::new(method, path).key(SECRET)
}

/// A request over an amount.
pub fn request(reference: &str, amount: i64) -> Value {
    with_card(reference, amount, "visa")
}

/// The same with another published card.
pub fn with_card(reference: &str, amount: i64, card: &str) -> Value {
    json!({
        "verb": "authorize", "reference": reference, "amount": amount, "currency": "usd",
        "card": {"published": card}, "scope": {"account": "acct_1", "live": false},
    })
}

/// A refund with a published card.
pub fn refund(reference: &str, card: &str) -> Value {
    let mut refund = with_card(reference, 700, card);
    refund["verb"] = json!("refund");
    refund["original"] = json!("pay_1");
    refund
}

/// Every byte that comes over a connection of its own after this call, until the other side closes it.
pub fn said(to: SocketAddr, request: &Value) -> thread::JoinHandle<Vec<u8>> {
    let body = json!({"request": request}).to_string();
    let text = format!(
        "POST /v1/calls HTTP/1.1\r\nHost: {to}\r\nAuthorization: Bearer {SECRET}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(to).expect("it listens");
    let limit = Some(Duration::from_secs(END_S_MAX));
    stream.set_read_timeout(limit).expect("a limit");
    stream.write_all(text.as_bytes()).expect("it reads");
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes);
        // A reset instead of an end is the end as well.
        let is_open = end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(!is_open, "the connection is never closed");
        bytes
    })
}
