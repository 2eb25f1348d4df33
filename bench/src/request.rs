//! Prebuilt request bytes.
//!
//! Shape: a [`Template`] is a whole request with two holes, the idempotency key and an object's id.
//! Filling it in copies a few hundred bytes into a buffer that is used again and again.
//! Deliberately absent: a form encoder (the bodies are constants, already encoded).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::target::Target;

/// Stands in a path or a body for the id of an object.
pub const ID: char = '*';
/// Digits of one idempotency key.
const KEY_DIGITS: usize = 32;

/// A request that lacks only its idempotency key and, perhaps, an id.
#[derive(Clone)]
pub struct Template {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    /// The header lines that are always the same.
    headers: String,
}

impl Template {
    /// A `GET` of `path`.
    pub fn get(target: &Target, path: &'static str) -> Self {
        Self::new(target, "GET", path, "")
    }

    /// A `POST` of an encoded form to `path`.
    pub fn post(target: &Target, path: &'static str, body: &'static str) -> Self {
        Self::new(target, "POST", path, body)
    }

    fn new(target: &Target, method: &'static str, path: &'static str, body: &'static str) -> Self {
        let (address, key) = (target.address, &target.key);
        let headers = format!("Host: {address}\r\nAuthorization: Bearer {key}\r\n");
        Self {
            method,
            path,
            body,
            headers,
        }
    }

    /// Writes the whole request into `buffer`, with `id` in its hole. A `POST` gets a fresh key.
    pub fn write(&self, buffer: &mut Vec<u8>, id: &str, keys: &Keys) {
        buffer.clear();
        buffer.extend_from_slice(self.method.as_bytes());
        buffer.push(b' ');
        fill_hole(buffer, self.path, id);
        buffer.extend_from_slice(b" HTTP/1.1\r\n");
        buffer.extend_from_slice(self.headers.as_bytes());
        if self.method == "POST" {
            buffer.extend_from_slice(b"Idempotency-Key: ");
            buffer.extend_from_slice(&keys.next());
            buffer.extend_from_slice(
                b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
            );
            // The hole's mark is one byte; the id takes its place.
            let length = match self.body.contains(ID) {
                true => self.body.len() - ID.len_utf8() + id.len(),
                false => self.body.len(),
            };
            buffer.extend_from_slice(length.to_string().as_bytes());
            buffer.extend_from_slice(b"\r\n");
        }
        buffer.extend_from_slice(b"\r\n");
        fill_hole(buffer, self.body, id);
    }
}

fn fill_hole(buffer: &mut Vec<u8>, text: &str, id: &str) {
    match text.split_once(ID) {
        Some((before, after)) => {
            for part in [before, id, after] {
                buffer.extend_from_slice(part.as_bytes());
            }
        }
        None => buffer.extend_from_slice(text.as_bytes()),
    }
}

/// A source of idempotency keys that no other run on this machine has used.
pub struct Keys {
    run: u64,
    count: AtomicU64,
}

impl Keys {
    /// Begins a new series, told apart by the time and the process.
    pub fn new() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let run = (since.as_nanos() as u64) ^ (u64::from(std::process::id()) << 44);
        let count = AtomicU64::new(0);
        Self { run, count }
    }

    /// The next key: sixteen digits for the run, sixteen for the count.
    fn next(&self) -> [u8; KEY_DIGITS] {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut key = [0; KEY_DIGITS];
        let (run, number) = key.split_at_mut(KEY_DIGITS / 2);
        write_hex(run, self.run);
        write_hex(number, count);
        key
    }
}

fn write_hex(digits: &mut [u8], mut value: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 15) as usize];
        value >>= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(template: &Template, id: &str) -> String {
        let mut buffer = b"rest of an older request".to_vec();
        template.write(&mut buffer, id, &Keys::new());
        String::from_utf8(buffer).expect("text")
    }

    #[test]
    fn requests_are_whole_and_their_length_is_right() {
        let target = Target::parse("http://localhost:8484", "sk_test_1").expect("target");
        let get = written(&Template::get(&target, "/v1/payment_intents/*"), "pi_1");
        assert_eq!(
            get,
            "GET /v1/payment_intents/pi_1 HTTP/1.1\r\nHost: 127.0.0.1:8484\r\nAuthorization: Bearer sk_test_1\r\n\r\n"
        );
        for (body, id, expected) in [
            ("", "", ""),
            ("a=b", "pi_1", "a=b"),
            (
                "payment_intent=*&amount=1",
                "pi_1",
                "payment_intent=pi_1&amount=1",
            ),
            ("payment_intent=*", "", "payment_intent="),
        ] {
            let post = written(&Template::post(&target, "/v1/refunds", body), id);
            let (head, sent) = post.split_once("\r\n\r\n").expect("head and body");
            assert_eq!(sent, expected);
            let length = format!("\r\nContent-Length: {}", expected.len());
            assert!(head.ends_with(&length), "{head}");
            assert!(head.contains("\r\nIdempotency-Key: "), "{head}");
        }
    }

    #[test]
    fn keys_do_not_repeat() {
        let keys = Keys::new();
        let first = keys.next();
        assert_ne!(first, keys.next());
        assert!(first.iter().all(u8::is_ascii_hexdigit));
        let mut digits = [0; 4];
        write_hex(&mut digits, 0x1a2b);
        assert_eq!(&digits, b"1a2b");
    }
}
