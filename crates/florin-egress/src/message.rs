//! What goes out and what comes back, as plain data.
//!
//! Shape: [`Request`] and [`Response`] with their limits. Deliberately absent: builders, typed
//! headers, and any `Debug` text that shows a header, a body, or more of a URL than scheme and
//! authority, since all of these carry secrets.

use std::fmt;

/// Bytes of an answer's body that are read unless the request says otherwise: 64 KiB.
pub const BODY_BYTES_DEFAULT: usize = 64 * 1024;

/// The most bytes of a body that any request may ask for: 16 MiB, enough for a settlement report.
pub const BODY_BYTES_LIMIT: usize = 16 * 1024 * 1024;

/// The longest deadline in milliseconds; a longer one is shortened to this.
pub const TIMEOUT_MS_LIMIT: u64 = 120_000;

/// One request. `Host`, `Content-Length` and connection headers are set by the client and refused here.
#[derive(Clone)]
pub struct Request {
    /// The method in capitals, such as `POST`; `CONNECT` and `TRACE` are refused.
    pub method: &'static str,
    /// An absolute `http` or `https` URL.
    pub url: String,
    /// Header names and values; an absent `User-Agent` is filled in.
    pub headers: Vec<(String, String)>,
    /// The body, sent with its length; empty for none.
    pub body: Vec<u8>,
    /// One deadline in milliseconds over lookup, connect, handshake, sending and reading.
    pub timeout_ms: u64,
    /// Bytes of the answer's body to read; the rest is cut off and the connection closed.
    pub body_bytes_max: usize,
}

impl Request {
    /// A `GET` without headers, with 30 seconds and the default body limit.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: "GET",
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: 30_000,
            body_bytes_max: BODY_BYTES_DEFAULT,
        }
    }

    /// A `POST` of `body`, otherwise like [`Request::get`].
    pub fn post(url: impl Into<String>, body: Vec<u8>) -> Self {
        Self {
            method: "POST",
            body,
            ..Self::get(url)
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &authority_only(&self.url))
            .field("header_count", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .field("timeout_ms", &self.timeout_ms)
            .finish_non_exhaustive()
    }
}

/// One answer, of any status.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code; 3xx are given back, never followed.
    pub status: u16,
    /// Header names in lower case with their values, in the order received; bytes that are not
    /// UTF-8 become replacement characters.
    pub headers: Vec<(String, String)>,
    /// The body as it came, at most the request's `body_bytes_max`.
    pub body: Vec<u8>,
    /// True if the body was longer than what was read.
    pub truncated: bool,
}

impl Response {
    /// The first value of the header `name` (lower case), if the answer has it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("header_count", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .field("truncated", &self.truncated)
            .finish()
    }
}

/// Cuts a URL after its authority. A URL with userinfo or without `://` shows nothing at all.
fn authority_only(url: &str) -> &str {
    let Some(start) = url.find("://").map(|at| at + 3) else {
        return "(unreadable)";
    };
    let end = url[start..]
        .find(['/', '?', '#', '\\'])
        .map_or(url.len(), |at| start + at);
    if url[..end].contains('@') {
        return "(with userinfo)";
    }
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let mut request = Request::post(
            "https://shop.example/hook/S3CRET?t=S3CRET",
            b"S3CRET".to_vec(),
        );
        request
            .headers
            .push(("Authorization".into(), "Bearer S3CRET".into()));
        let shown = format!("{request:?}");
        assert!(shown.contains("https://shop.example"), "{shown}");
        assert!(!shown.contains("S3CRET"), "{shown}");

        request.url = "https://u:S3CRET@shop.example/".into();
        assert!(!format!("{request:?}").contains("S3CRET"));
        request.url = "S3CRET".into();
        assert!(!format!("{request:?}").contains("S3CRET"));

        let response = Response {
            status: 200,
            headers: vec![("set-cookie".into(), "S3CRET".into())],
            body: b"S3CRET".to_vec(),
            truncated: false,
        };
        assert!(!format!("{response:?}").contains("S3CRET"));
        assert_eq!(response.header("set-cookie"), Some("S3CRET"));
        assert_eq!(response.header("absent"), None);
    }
}
