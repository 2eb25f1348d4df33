//! A small HTTP/1.1 client: one connection per request, the whole answer or an error.
//!
//! An answer that is cut off by the death of the server is an error, never half an answer. Deliberately absent: TLS,
//! chunked bodies, kept connections, following redirects.

use serde_json::Value;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take before the test calls it missing.
const ANSWER_S_MAX: u64 = 60;

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Ask {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// A request without headers and body.
    pub fn new(method: &str, path: &str) -> Ask {
        Ask {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header; `Host` replaces the one that is sent otherwise.
    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The key of the API.
    pub fn key(self, key: &str) -> Ask {
        self.header("Authorization", &format!("Bearer {key}"))
    }

    /// A form body.
    pub fn form(self, fields: &[(&str, &str)]) -> Ask {
        self.body("application/x-www-form-urlencoded", form(fields).as_bytes())
    }

    /// A JSON body.
    pub fn json(self, value: &Value) -> Ask {
        self.body("application/json", value.to_string().as_bytes())
    }

    /// Any body.
    pub fn body(mut self, kind: &str, body: &[u8]) -> Ask {
        self.body = body.to_vec();
        self.header("Content-Type", kind)
    }

    /// Sends it and reads the answer to its end.
    pub fn send(&self, to: SocketAddr) -> Result<Answer> {
        let limit = Duration::from_secs(ANSWER_S_MAX);
        let mut stream = TcpStream::connect_timeout(&to, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        stream.set_nodelay(true)?;
        // A server that refuses a long body answers before it has read it: the answer counts, not the failed write.
        let sent = stream.write_all(&self.bytes(to));
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        match Answer::parse(&bytes) {
            Ok(answer) => Ok(answer),
            Err(error) => Err(sent.err().or(read.err()).unwrap_or(error)),
        }
    }

    fn bytes(&self, to: SocketAddr) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let named = |wanted: &str| {
            self.headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if !named("host") {
            head.push_str(&format!("Host: {to}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !named("content-length") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Name in lower case, value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Result<Answer> {
        let cut = || Error::new(ErrorKind::UnexpectedEof, "the answer is cut off");
        let end = find(bytes, b"\r\n\r\n").ok_or_else(cut)?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|text| text.parse().ok())
            .ok_or_else(cut)?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        let answer = Answer {
            status,
            headers,
            body,
        };
        let announced = answer
            .header("content-length")
            .and_then(|text| text.parse::<usize>().ok());
        match announced {
            Some(length) if length != answer.body.len() => Err(cut()),
            _ => Ok(answer),
        }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; anything else fails the test.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in an answer {}: {}", self.status, self.text()))
    }

    /// A text in the JSON body, by its pointer; empty when there is none.
    pub fn at(&self, pointer: &str) -> String {
        let json = self.json();
        match json.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// The answer, when its status is this one; any other fails the test with the whole body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// Where one byte string begins in another.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// A form body: names and values percent-encoded.
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let mut plain = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    plain.push(char::from(byte));
                }
                other => plain.push_str(&format!("%{other:02X}")),
            }
        }
        plain
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn an_answer_that_was_cut_off_is_an_error() {
    let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    let answer = Answer::parse(whole).expect("a whole answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "abc"));
    for end in 0..whole.len() {
        assert!(Answer::parse(&whole[..end]).is_err(), "{end}");
    }
}

#[test]
fn forms_are_encoded() {
    assert_eq!(
        form(&[("a[b]", "c d&é"), ("x", "1")]),
        "a%5Bb%5D=c%20d%26%C3%A9&x=1"
    );
}
