//! One keep-alive connection, with the least HTTP/1.1 that a benchmark needs.
//!
//! Shape: write a prebuilt request, read until head and body are complete, look at the status, find
//! the id if asked. The answer stays in the connection's buffer. Deliberately absent: chunked bodies
//! (Florin always sends a length; anything else is reported), pipelining, JSON.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The most bytes of one answer that are kept.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A connection to the server, opened when it is first needed and again after a failure.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// Where the parts of an answer lie in the buffer.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    head_bytes: usize,
    body_bytes: usize,
    closes: bool,
}

/// One answer, borrowed from the connection's buffer.
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The whole body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The value of the body's first `"id"` that begins with `prefix`. With an empty prefix that is the first of all,
    /// which in every object of Florin's API is its own.
    pub fn id(&self, prefix: &str) -> Option<&str> {
        let mut rest = self.body;
        while let Some(at) = find(rest, b"\"id\"") {
            rest = &rest[at + 4..];
            let mut parts = rest.splitn(3, |&byte| byte == b'"');
            let between = parts.next()?;
            let is_colon = between.trim_ascii() == b":";
            let id = parts.next().filter(|_| is_colon);
            if let Some(id) = id.filter(|id| id.starts_with(prefix.as_bytes())) {
                return std::str::from_utf8(id).ok();
            }
        }
        None
    }
}

impl Connection {
    /// A connection that is not open yet.
    pub fn new(address: SocketAddr) -> Self {
        let buffer = Vec::with_capacity(64 * 1024);
        Self {
            address,
            stream: None,
            buffer,
        }
    }

    /// Sends one request and waits for its whole answer.
    ///
    /// # Errors
    /// The connection failed or the answer is not the plain HTTP/1.1 that is expected; the next
    /// call opens a new connection.
    pub async fn call(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        // The stream is put back only after success, so a failure or a dropped future closes it.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.address).await?,
        };
        stream.write_all(request).await?;
        let head = read_answer(&mut stream, &mut self.buffer).await?;
        if !head.closes {
            self.stream = Some(stream);
        }
        let body = &self.buffer[head.head_bytes..head.head_bytes + head.body_bytes];
        Ok(Answer {
            status: head.status,
            body,
        })
    }
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Head> {
    buffer.clear();
    let mut head = None;
    loop {
        if head.is_none() {
            head = parse_head(buffer)?;
        }
        if let Some(found) =
            head.take_if(|found| buffer.len() >= found.head_bytes + found.body_bytes)
        {
            if buffer.len() > found.head_bytes + found.body_bytes {
                return Err(unexpected("the answer is longer than its Content-Length"));
            }
            return Ok(found);
        }
        if buffer.len() > ANSWER_BYTES_MAX {
            return Err(unexpected("the answer is larger than 16 MiB"));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(unexpected("the server closed the connection"));
        }
    }
}

fn unexpected(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

/// Reads status and length once the head is complete; `None` before that.
fn parse_head(buffer: &[u8]) -> io::Result<Option<Head>> {
    let Some(end) = find(buffer, b"\r\n\r\n") else {
        return Ok(None);
    };
    let text =
        std::str::from_utf8(&buffer[..end]).map_err(|_| unexpected("the head is not text"))?;
    let mut lines = text.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let status = status_line
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    let status = status.and_then(|digits| digits.parse().ok());
    let mut head = Head {
        status: status.ok_or_else(|| unexpected("the answer is not HTTP/1.1"))?,
        head_bytes: end + 4,
        body_bytes: 0,
        closes: false,
    };
    let mut length = None;
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            head.closes = value.trim().eq_ignore_ascii_case("close");
        }
    }
    let bodiless = matches!(head.status, 204 | 304);
    match length.or(bodiless.then_some(0)) {
        Some(bytes) if bytes <= ANSWER_BYTES_MAX => head.body_bytes = bytes,
        _ => return Err(unexpected("the answer has no usable Content-Length")),
    }
    Ok(Some(head))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn heads_are_read_or_refused() {
        let parsed = |text: &str| parse_head(text.as_bytes());
        let whole =
            "HTTP/1.1 402 Payment Required\r\ncontent-LENGTH:  12\r\nConnection: Close\r\n\r\n{";
        let expected = Head {
            status: 402,
            head_bytes: whole.len() - 1,
            body_bytes: 12,
            closes: true,
        };
        assert_eq!(parsed(whole).expect("head"), Some(expected));
        assert_eq!(
            parsed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n").expect("part"),
            None
        );
        for bad in [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 2\r\n\r\n",
            "SSH-2.0\r\n\r\n",
        ] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
        assert!(
            parsed("HTTP/1.1 204 No Content\r\n\r\n")
                .expect("head")
                .is_some()
        );
    }

    #[test]
    fn the_first_id_is_found() {
        let id = |body: &str| {
            Answer {
                status: 200,
                body: body.as_bytes(),
            }
            .id("")
            .map(str::to_owned)
        };
        assert_eq!(
            id("{\n  \"id\": \"pi_1\",\n \"x\": {\"id\":\"ch_1\"}}").as_deref(),
            Some("pi_1")
        );
        assert_eq!(
            id("{\"object\":\"x\",\"id\":\"re_2\"}").as_deref(),
            Some("re_2")
        );
        for without in ["{}", "{\"id\":null,\"a\":\"b\"}", "{\"id\":\"", ""] {
            assert!(
                id(without).is_none_or(|found| found.is_empty()),
                "{without}"
            );
        }
    }

    #[test]
    fn the_id_of_a_kind_is_found_behind_others() {
        let answer = Answer {
            status: 200,
            body: br#"{"charges": {"data": [{"id": "ch_1"}]}, "id": "pi_2", "x": {"id": "pi_3"}}"#,
        };
        assert_eq!(answer.id("pi_"), Some("pi_2"));
        assert_eq!(answer.id("ch_"), Some("ch_1"));
        assert_eq!(answer.id("re_"), None);
    }

    #[tokio::test]
    async fn answers_in_pieces_are_put_together_and_a_closed_connection_is_opened_again() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("bind");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4];
                stream.read_exact(&mut request).await.expect("request");
                for piece in [
                    "HTTP/1.1 200 OK\r\nConte",
                    "nt-Length: 4\r\n\r",
                    "\nab",
                    "cd",
                ] {
                    stream.write_all(piece.as_bytes()).await.expect("write");
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            }
        });
        let mut connection = Connection::new(address);
        assert_eq!(connection.call(b"ping").await.expect("first").body, b"abcd");
        assert!(
            connection.call(b"ping").await.is_err(),
            "the server had closed"
        );
        assert_eq!(connection.call(b"ping").await.expect("again").body, b"abcd");
    }
}
