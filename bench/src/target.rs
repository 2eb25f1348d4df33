//! The server under load: an address on this machine and a key.
//!
//! Deliberately absent: name lookups. A host that is not loopback is refused before any socket
//! opens, so that a slip of the hand never floods somebody else.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::peer::Peer;

/// Where the requests go and who sends them.
#[derive(Clone)]
pub struct Target {
    /// An address on this machine.
    pub address: SocketAddr,
    /// The secret test key; never printed.
    pub key: String,
    /// Whose requests are understood there.
    pub peer: Peer,
    /// The keys of further merchants; clients take the first key and these in turn.
    more_keys: Vec<String>,
}

impl Target {
    /// Reads a base URL such as `http://127.0.0.1:8484` and checks the key.
    ///
    /// # Errors
    /// A text that says what to change.
    pub fn parse(url: &str, key: &str) -> Result<Self, String> {
        let address = loopback_address(url)?;
        check_key(key)?;
        Ok(Self {
            address,
            key: key.to_owned(),
            peer: Peer::Florin,
            more_keys: Vec::new(),
        })
    }

    /// The same server, which understands what this peer understands.
    pub fn with_peer(self, peer: Peer) -> Self {
        Self { peer, ..self }
    }

    /// The same server for several merchants.
    ///
    /// # Errors
    /// A key is not one of test mode, or there is none.
    pub fn with_keys(self, keys: &[String]) -> Result<Self, String> {
        let (first, more) = keys
            .split_first()
            .ok_or("There must be at least one key.")?;
        for key in keys {
            check_key(key)?;
        }
        Ok(Self {
            key: first.clone(),
            more_keys: more.to_vec(),
            ..self
        })
    }

    /// The server as each of its merchants sees it.
    pub fn merchants(&self) -> Vec<Self> {
        let keys = std::iter::once(&self.key).chain(&self.more_keys);
        keys.map(|key| Self {
            key: key.clone(),
            more_keys: Vec::new(),
            ..self.clone()
        })
        .collect()
    }
}

/// A live key could move money; a line break could end the header early.
fn check_key(key: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if key.starts_with("sk_test_") && key.bytes().all(is_plain) {
        return Ok(());
    }
    Err("--key must be a secret test key (sk_test_...).".into())
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
        let keys = ["sk_test_1".to_owned(), "sk_live_1".to_owned()];
        assert!(target.clone().with_keys(&keys).is_err());
        assert!(target.with_keys(&[]).is_err());
    }

    #[test]
    fn each_key_is_a_merchant() {
        let target = Target::parse("http://localhost:1", "sk_test_0").expect("target");
        assert_eq!(target.merchants().len(), 1);
        let keys = ["sk_test_1".to_owned(), "sk_test_2".to_owned()];
        let merchants = target.with_keys(&keys).expect("keys").merchants();
        let found: Vec<&str> = merchants.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(found, ["sk_test_1", "sk_test_2"]);
    }
}
