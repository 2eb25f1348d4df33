//! The vault: the only code that seals and opens secrets.
//!
//! # Shape
//!
//! A `MasterKey` (or any other `MasterKeySource`) wraps the key ring; the ring is one JSON text that the store keeps.
//! `Vault::open` turns the two into a pair:
//!
//! - `Vault` seals everything, opens `Secrets`, makes fingerprints and key hashes, and rotates the ring. Any room may hold it.
//! - `CardOpener` is the only value that gives card numbers and CVCs back in clear. Only the processors are handed it,
//!   so the API can seal a card and can never read one.
//!
//! What is sealed carries its door in its type (`Sealed<Cards>`, `Sealed<Cvcs>`, `Sealed<Secrets>`) and in its
//! associated data, so that neither the compiler nor the cipher lets one pass for another.
//!
//! # Invariants
//!
//! 1. A card number or CVC has no `Debug`, `Display`, `Serialize` or `Clone`, lives in one heap buffer, and is
//!    overwritten when it is dropped. The files in `tests/compile_fail` keep it so.
//! 2. Sealing is AES-256-GCM with a random nonce. Associated data are the door, account, mode, record and key id, each with
//!    its length in front: bytes moved to another row, account or mode do not open.
//! 3. A data key seals at most `SEALS_MAX` times, then refuses.
//! 4. A new data key is used only after its wrapped form was saved: `rotate`, `retire` and `count_seals` return a
//!    `RingChange`, the caller saves it over the revision that it replaces, and only then calls `Vault::adopt`.
//! 5. The fingerprint key and the key-hash pepper never rotate, because their results are kept values.
//! 6. A CVC is in memory, or sealed, for at most `CVC_KEPT_MS`, and can be taken once.
//!
//! # Deliberately absent
//!
//! There is no network, no clock (the time comes in as a value), no database, no logging. Swap space, hibernation and disk
//! encryption belong to the operator. A master key split over several people, an HSM or a KMS stand behind
//! `MasterKeySource` and are not in this crate.

#![deny(unsafe_code)]

mod aead;
mod brand;
mod card;
mod cvc;
mod digest;
mod master;
mod opener;
mod prepared;
mod process;
mod redact;
mod ring;
mod seal;
mod shared_cvc;
mod vault;

pub use brand::Brand;
pub use card::{CardNumber, CardNumberError, Cvc, CvcError, Expiry, ExpiryError};
pub use cvc::{CVC_KEPT_MS, CVCS_KEPT_MAX, CvcFuture, CvcShelf, CvcStore, CvcStoreError};
pub use digest::{constant_time_eq, hmac_sha256, random_bytes, sha256};
pub use master::{MasterKey, MasterKeyError, MasterKeySource};
pub use opener::{CardOpener, OpenCard};
pub use process::{forbid_dumps, is_dumpable};
pub use redact::{FoundNumber, find_card_numbers, looks_like_card_number};
pub use ring::{KEYS_MAX, KeyState, RING_TEXT_LEN_MAX, RingError, SEALS_MAX};
pub use seal::{
    Cards, Cvcs, Door, SealContext, Sealed, SealedCard, SealedCvc, SealedSecret, Secrets,
    VaultError,
};
pub use shared_cvc::{CvcRows, SharedCvcShelf};
pub use vault::{KeyInfo, RingChange, Vault, create_ring};
pub use zeroize::Zeroizing;
