//! The server under load: an address on this machine and a key.
//!
//! Deliberately absent: name lookups. A host that is not loopback is refused before any socket
//! opens, so that a slip of the hand never floods somebody else.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// Where the requests go and who sends them.
#[derive(Clone)]
pub struct Target {
    /// An address on this machine.
    pub address: SocketAddr,
    /// The secret test key; never printed.
    pub key: String,
}

impl Target {
    /// Reads a base URL such as `http://127.0.0.1:8484` and checks the key.
    ///
    /// # Errors
    /// A text that says what to change.
    pub fn parse(url: &str, key: &str) -> Result<Self, String> {
        let address = loopback_address(url)?;
        // A live key could move money; a line break could end the header early.
        if !key.starts_with("sk_test_")
            || !key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err("--key must be a secret test key (sk_test_...).".into());
        }
        let key = key.to_owned();
        Ok(Self { address, key })
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn loopback_address(url: &str) -> Result<SocketAddr, String> {
    let Some(rest) = url.strip_prefix("http://") else {
        return Err("--url must begin with http://.".into());
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let authority = match authority.strip_prefix("localhost") {
        Some(port) => format!("127.0.0.1{port}"),
        None => authority.to_owned(),
    };
    let address = match authority.parse::<SocketAddr>() {
        Ok(address) => address,
        // Without a port it may still be an address; http means port 80.
        Err(_) => match authority.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) => SocketAddr::new(ip, 80),
            Err(_) => return Err(
                "--url must be http://127.0.0.1:PORT, http://[::1]:PORT or http://localhost:PORT."
                    .into(),
            ),
        },
    };
    if !address.ip().is_loopback() {
        return Err("--url must be on this machine (127.0.0.1, [::1] or localhost).".into());
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_target() {
        for (url, expected) in [
            ("http://127.0.0.1:8484", "127.0.0.1:8484"),
            ("http://127.0.0.1:8484/", "127.0.0.1:8484"),
            ("http://localhost:1", "127.0.0.1:1"),
            ("http://localhost", "127.0.0.1:80"),
            ("http://[::1]:8484", "[::1]:8484"),
            ("http://[::1]", "[::1]:80"),
        ] {
            let target = Target::parse(url, "sk_test_1").expect(url);
            assert_eq!(target.address.to_string(), expected, "{url}");
        }
        for url in [
            "https://127.0.0.1:8484",
            "127.0.0.1:8484",
            "http://10.0.0.1:8484",
            "http://0.0.0.0:8484",
            "http://example.com",
            "http://localhost.example.com:80",
            "http://localhost@example.com",
            "http://127.0.0.1.example.com",
            "http://[::ffff:10.0.0.1]:80",
            "http://127.0.0.1:8484/v1",
            "http://",
        ] {
            assert!(Target::parse(url, "sk_test_1").is_err(), "{url}");
        }
    }

    #[test]
    fn only_test_keys_are_taken_and_none_is_shown() {
        for key in [
            "",
            "sk_live_1",
            "pk_test_1",
            "sk_test_1\r\nX: 1",
            "sk_test_ 1",
        ] {
            assert!(Target::parse("http://localhost:1", key).is_err(), "{key:?}");
        }
        let target = Target::parse("http://localhost:1", "sk_test_S3CRET").expect("target");
        assert!(!format!("{target:?}").contains("S3CRET"));
    }
}
