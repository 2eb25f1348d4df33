//! What belongs to the installation and to no account, and what is kept for minutes only.
//!
//! [`Installation`] is a second, small trait beside [`Store`] and [`Tallies`]. Texts (the wrapped key ring) are replaced only by somebody
//! who knows what they replace, so that two processes never overwrite each other's change. The shelf keeps sealed bytes
//! (security codes) for [`SHELVED_MS`] and gives each out once. Deliberately absent: a list of texts, durability of the
//! shelf (it is empty after a crash, on purpose), and any way to read shelved bytes without taking them.

use crate::{Store, StoreError, StoreFuture, Tallies};
use florin_base::{Millis, Scope};
use std::fmt;

/// How long sealed bytes stay on the shelf by the database's clock, in milliseconds.
pub const SHELVED_MS: i64 = 15 * 60 * 1000;
/// How many sealed values of one account lie on the shelf in each mode; the oldest of them gives way.
pub const SHELVED_MAX: usize = 10_000;
/// The most bytes that one sealed value may have.
pub const SHELVED_BYTES_MAX: usize = 1024;

/// Where sealed bytes lie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShelfKey {
    /// Whose they are.
    pub scope: Scope,
    /// The record that they belong to.
    pub name: String,
}

/// Sealed bytes. They have no `Debug` that shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Shelved {
    /// The data key that sealed them.
    pub key_id: String,
    /// `nonce ‖ ciphertext ‖ tag`.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Shelved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelved({}, {} bytes)", self.key_id, self.bytes.len())
    }
}

impl Shelved {
    /// Refuses what is too long.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.bytes.len() <= SHELVED_BYTES_MAX {
            true => Ok(()),
            false => Err(StoreError::Corrupt(format!(
                "{} sealed bytes are too many for the shelf",
                self.bytes.len()
            ))),
        }
    }
}

/// What an installation asks of its database beside the records of its accounts.
pub trait Installation: Store + Tallies {
    /// The time by the database's clock, which all processes share.
    fn now(&self) -> StoreFuture<'_, Millis>;

    /// A text of the installation.
    fn text<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<String>>;

    /// Puts a text in the place of exactly the one that is expected (`None`: where there is none), and bumps the epoch of
    /// settings in the same transaction. False, and nothing changes, when something else is there.
    ///
    /// An error leaves open whether it happened: read the text before you go on.
    fn replace_text<'a>(
        &'a self,
        name: &'a str,
        expected: Option<&'a str>,
        value: &'a str,
    ) -> StoreFuture<'a, bool>;

    /// True while a saved reply or something on the shelf is sealed with a data key. What records hold is not looked at.
    fn uses_key<'a>(&'a self, key_id: &'a str) -> StoreFuture<'a, bool>;

    /// Puts sealed bytes on the shelf, in place of earlier ones. When [`SHELVED_MAX`] of the account and mode lie there,
    /// the oldest gives way.
    fn shelve<'a>(&'a self, key: &'a ShelfKey, sealed: Shelved) -> StoreFuture<'a, ()>;

    /// Takes sealed bytes off the shelf: once, whoever asks. `None` when there are none or they lay too long.
    ///
    /// The question is asked once. After an error nobody knows whether the bytes were taken, and they count as gone.
    fn take_shelved<'a>(&'a self, key: &'a ShelfKey) -> StoreFuture<'a, Option<Shelved>>;

    /// Removes what lay too long, and says how much it was.
    fn purge_shelf(&self) -> StoreFuture<'_, usize>;

    /// What the database should be told from time to time, so that it stays quick. Asked every few seconds; an engine that
    /// needs nothing does nothing.
    fn tend(&self) -> StoreFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
