//! What a sealed value is: its door, the record it belongs to, and why it may not open.
//!
//! `associated_data` binds every sealed value to door, account, mode, record and key id. The door is a type, so that a
//! webhook secret cannot even be handed to a function that opens cards.

use std::fmt;
use std::marker::PhantomData;

mod private {
    pub trait Closed {}
}

/// What kind of secret is behind a door. Closed: no other crate can add one.
pub trait Door: private::Closed {
    /// The door's name in the associated data. It never changes, or nothing sealed before opens again.
    const NAME: &'static str;
}

/// The door of card numbers with their expiry. Opened by a `CardOpener` only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cards {}

/// The door of security codes that wait, at most minutes, for their authorisation. Opened by a `CardOpener` only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cvcs {}

/// The door of webhook secrets, processor credentials and saved replies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secrets {}

impl private::Closed for Cards {}
impl private::Closed for Cvcs {}
impl private::Closed for Secrets {}

impl Door for Cards {
    const NAME: &'static str = "cards";
}

impl Door for Cvcs {
    const NAME: &'static str = "cvcs";
}

impl Door for Secrets {
    const NAME: &'static str = "secrets";
}

/// The one record that a sealed value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// The account's id.
    pub account: &'a str,
    /// Live mode, or test mode.
    pub live: bool,
    /// The record's id, with the column's name when a record has several sealed columns.
    pub record: &'a str,
}

/// A sealed value as the store keeps it: the id of the data key, and `nonce ‖ ciphertext ‖ tag`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed<D: Door> {
    key_id: String,
    bytes: Vec<u8>,
    door: PhantomData<D>,
}

/// A sealed card number with expiry.
pub type SealedCard = Sealed<Cards>;
/// A sealed security code.
pub type SealedCvc = Sealed<Cvcs>;
/// A sealed secret of the installation or an account.
pub type SealedSecret = Sealed<Secrets>;

impl<D: Door> Sealed<D> {
    /// The value as it was read from the store.
    pub fn from_parts(key_id: String, bytes: Vec<u8>) -> Sealed<D> {
        Sealed {
            key_id,
            bytes,
            door: PhantomData,
        }
    }

    /// The id of the data key that sealed the value.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// `nonce ‖ ciphertext ‖ tag`.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Key id and bytes, to be stored.
    pub fn into_parts(self) -> (String, Vec<u8>) {
        (self.key_id, self.bytes)
    }
}

impl<D: Door> fmt::Debug for Sealed<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Sealed({}, {}, {} bytes)",
            D::NAME,
            self.key_id,
            self.bytes.len()
        )
    }
}

/// Why something was not sealed or not opened. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultError {
    /// The ring in memory has no such key: reload the ring and try once more.
    UnknownKey(String),
    /// The active key has sealed `SEALS_MAX` times: rotate.
    KeyExhausted(String),
    /// The bytes were changed, or belong to another door, account, mode, record or key.
    Refused,
    /// The account or the record is empty, so that nothing would bind the value to one place.
    EmptyContext,
    /// The bytes opened and are not what this door holds.
    Malformed,
    /// The operating system gives no randomness.
    Randomness,
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VaultError::UnknownKey(id) => write!(f, "the key ring in memory has no key {id}"),
            VaultError::KeyExhausted(id) => write!(f, "key {id} has sealed as often as it may"),
            VaultError::Refused => {
                f.write_str("the sealed bytes do not belong here or were changed")
            }
            VaultError::EmptyContext => f.write_str("a sealed value needs an account and a record"),
            VaultError::Malformed => f.write_str("the opened bytes have an unknown layout"),
            VaultError::Randomness => f.write_str("the operating system gives no randomness"),
        }
    }
}

impl std::error::Error for VaultError {}

/// Everything that a sealed value is bound to, each part with its length in front so that no two contexts read alike.
pub(crate) fn associated_data<D: Door>(
    context: &SealContext<'_>,
    key_id: &str,
) -> Result<Vec<u8>, VaultError> {
    if context.account.is_empty() || context.record.is_empty() {
        return Err(VaultError::EmptyContext);
    }
    let mode = if context.live { "live" } else { "test" };
    let parts = [
        "florin.seal.1",
        D::NAME,
        context.account,
        mode,
        context.record,
        key_id,
    ];
    let mut data = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_contexts_read_alike() {
        let mut seen = BTreeSet::new();
        for (account, record) in [
            ("acct_1", "pm_2"),
            ("acct_1p", "m_2"),
            ("acct_", "1pm_2"),
            ("acct_1", "xtestpm_2"),
            ("acct_1testx", "pm_2"),
        ] {
            for live in [false, true] {
                let context = SealContext {
                    account,
                    live,
                    record,
                };
                assert!(seen.insert(associated_data::<Cards>(&context, "dk_1").ok()));
                assert!(seen.insert(associated_data::<Secrets>(&context, "dk_1").ok()));
                assert!(seen.insert(associated_data::<Cvcs>(&context, "dk_1").ok()));
                assert!(seen.insert(associated_data::<Cards>(&context, "dk_2").ok()));
            }
        }
        assert_eq!(seen.len(), 40);
    }
}
