//! The asset of an amount: an ISO 4217 code in lower case (`eur`) or a longer name (`btc`, `usdc-base`).
//!
//! An [`Asset`] is a small copyable text of at most 16 bytes, so amounts can carry it without allocating.
//! Deliberately absent: exponents and limits, which live in [`crate::currency`], because they belong to the pair
//! of currency and provider and not to the currency.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The longest asset name in bytes.
pub const ASSET_BYTES_MAX: usize = 16;

/// What an amount counts: `usd`, `jpy`, `btc`. Lower-case ASCII letters, digits and `-`, 1 to 16 bytes.
/// The default is the empty name, which no amount in use has.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset {
    bytes: [u8; ASSET_BYTES_MAX],
    len: u8,
}

impl Asset {
    /// Reads an asset name; upper-case letters are lowered. `None` when it is empty, too long or has another character.
    pub fn parse(text: &str) -> Option<Asset> {
        if text.is_empty() || text.len() > ASSET_BYTES_MAX {
            return None;
        }
        let mut bytes = [0; ASSET_BYTES_MAX];
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            let lowered = from.to_ascii_lowercase();
            if !(lowered.is_ascii_lowercase() || lowered.is_ascii_digit() || lowered == b'-') {
                return None;
            }
            *to = lowered;
        }
        Some(Asset {
            bytes,
            len: text.len() as u8,
        })
    }

    /// The name, lower case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len as usize]).unwrap_or_default()
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Asset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Asset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Asset, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Asset::parse(&text).ok_or_else(|| serde::de::Error::custom("not an asset name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lowered_and_bounded() {
        assert_eq!(
            Asset::parse("EUR").map(|a| a.to_string()),
            Some("eur".to_owned())
        );
        assert_eq!(
            Asset::parse("usdc-base").map(|a| a.to_string()),
            Some("usdc-base".to_owned())
        );
        for bad in ["", "e r", "é", "abcdefghijklmnopq"] {
            assert!(Asset::parse(bad).is_none(), "{bad}");
        }
    }
}
