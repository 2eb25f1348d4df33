//! The key ring: data keys, and the two keys that never rotate, wrapped into one JSON text.
//!
//! The text shows its revision and which master key wrapped it. Everything else is one sealed block: a fresh ring key seals
//! the block, the master key wraps the ring key, so a key service only ever sees 32 bytes. The revision is bound to the block,
//! thus no part of a ring can be exchanged alone. Inside, the layout is binary with fixed lengths, because a JSON writer would
//! leave copies of keys in freed memory. Deliberately absent: storing the text, which is the caller's work.

use crate::aead::{AeadKey, KEY_LEN};
use crate::digest::{fill_random, random_bytes, short_name};
use crate::master::{MasterKeyError, MasterKeySource};
use crate::seal::VaultError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// How often one data key seals. With random 96-bit nonces the chance of a repeat stays below 2⁻³⁶.
pub const SEALS_MAX: u64 = 1 << 30;
/// How many data keys a ring holds at once.
pub const KEYS_MAX: usize = 64;
/// The longest ring text that is read, in bytes.
pub const RING_TEXT_LEN_MAX: usize = 32 * 1024;

const FORMAT: u8 = 2;
const KEY_ID_LEN: usize = 19;
const RING_LABEL: &[u8] = b"florin.ring.1";
const FIXED_LEN: usize = 2 * KEY_LEN;
const ROW_LEN: usize = KEY_ID_LEN + KEY_LEN + 1 + 8 + 8;

/// Whether a data key seals, or only opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Seals and opens. Exactly one key of a ring is active.
    Active,
    /// Opens what it sealed before, until everything is re-sealed.
    Retiring,
}

/// Why a ring text was not opened, or a ring not changed. It never holds key material.
#[derive(Debug)]
pub enum RingError {
    /// The text is no ring, or a ring of a newer format.
    Malformed,
    /// Another master key wrapped the ring.
    WrongMaster {
        /// The id of the key that wrapped it.
        wrapped_by: String,
        /// The id of the key at hand.
        given: String,
    },
    /// The ring was changed by somebody without the master key.
    Refused,
    /// The ring has no such key.
    UnknownKey(String),
    /// The active key cannot be retired: rotate first.
    KeyActive(String),
    /// The ring holds `KEYS_MAX` keys: retire one first.
    Full,
    /// The operating system gives no randomness.
    Randomness,
    /// The master key failed.
    Master(MasterKeyError),
}

/// Key bytes that are overwritten on drop.
pub(crate) type KeyBytes = Zeroizing<Box<[u8]>>;

/// A ring in clear. It never leaves this crate.
#[derive(Clone)]
pub(crate) struct KeyRing {
    /// Grows by one with every change; a lower one is older.
    pub(crate) revision: u64,
    /// Makes card fingerprints.
    pub(crate) fingerprint_key: KeyBytes,
    /// Makes hashes of API keys.
    pub(crate) pepper: KeyBytes,
    /// In order of creation.
    pub(crate) keys: Vec<RingKey>,
}

/// One data key.
#[derive(Clone)]
pub(crate) struct RingKey {
    pub(crate) id: String,
    pub(crate) bytes: KeyBytes,
    pub(crate) state: KeyState,
    /// How often the key has sealed, as far as it was counted into the ring.
    pub(crate) seals: u64,
    /// When another key took its place, in milliseconds since 1970; 0 for an active key.
    pub(crate) superseded_ms: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrappedRing {
    format: u8,
    revision: u64,
    master_key: String,
    wrapped_key: String,
    sealed_ring: String,
}

impl KeyRing {
    /// A first ring with one active key.
    pub(crate) fn generate() -> Result<KeyRing, VaultError> {
        Ok(KeyRing {
            revision: 1,
            fingerprint_key: random_key()?,
            pepper: random_key()?,
            keys: vec![RingKey::generate()?],
        })
    }

    /// The active key's place in `keys`, or nothing unless there is exactly one.
    pub(crate) fn active_place(&self) -> Option<usize> {
        let is_active = |key: &RingKey| key.state == KeyState::Active;
        let place = self.keys.iter().position(is_active)?;
        (self.keys.iter().filter(|key| is_active(key)).count() == 1).then_some(place)
    }

    /// The next revision: one more key, which is the active one.
    pub(crate) fn rotated(&self, now_ms: i64) -> Result<KeyRing, RingError> {
        if self.keys.len() >= KEYS_MAX {
            return Err(RingError::Full);
        }
        let mut next = self.next_revision();
        for key in &mut next.keys {
            if key.state == KeyState::Active {
                key.state = KeyState::Retiring;
                key.superseded_ms = now_ms;
            }
        }
        next.keys.push(RingKey::generate()?);
        Ok(next)
    }

    /// The next revision: one key less.
    pub(crate) fn without(&self, key_id: &str) -> Result<KeyRing, RingError> {
        let key = self.keys.iter().find(|key| key.id == key_id);
        match key.map(|key| key.state) {
            None => Err(RingError::UnknownKey(key_id.to_owned())),
            Some(KeyState::Active) => Err(RingError::KeyActive(key_id.to_owned())),
            Some(KeyState::Retiring) => {
                let mut next = self.next_revision();
                next.keys.retain(|key| key.id != key_id);
                Ok(next)
            }
        }
    }

    /// The same keys under the next revision.
    pub(crate) fn next_revision(&self) -> KeyRing {
        KeyRing {
            revision: self.revision + 1,
            ..self.clone()
        }
    }

    /// The text that the store keeps.
    pub(crate) fn wrap(&self, master: &dyn MasterKeySource) -> Result<String, RingError> {
        let ring_key = random_key()?;
        let sealed_ring =
            AeadKey::new(&ring_key)?.seal(&revision_data(self.revision), &self.encode())?;
        let wrapped_key = master.wrap_key(&ring_key).map_err(RingError::Master)?;
        let wrapped = WrappedRing {
            format: FORMAT,
            revision: self.revision,
            master_key: master.id(),
            wrapped_key: STANDARD.encode(wrapped_key),
            sealed_ring: STANDARD.encode(sealed_ring),
        };
        serde_json::to_string(&wrapped).map_err(|_| RingError::Malformed)
    }

    /// Reads what `wrap` wrote.
    pub(crate) fn unwrap(text: &str, master: &dyn MasterKeySource) -> Result<KeyRing, RingError> {
        if text.len() > RING_TEXT_LEN_MAX {
            return Err(RingError::Malformed);
        }
        let wrapped: WrappedRing = serde_json::from_str(text).map_err(|_| RingError::Malformed)?;
        if wrapped.format != FORMAT {
            return Err(RingError::Malformed);
        }
        let given = master.id();
        if wrapped.master_key != given {
            return Err(RingError::WrongMaster {
                wrapped_by: wrapped.master_key,
                given,
            });
        }
        let wrapped_key = STANDARD
            .decode(wrapped.wrapped_key)
            .map_err(|_| RingError::Malformed)?;
        let sealed_ring = STANDARD
            .decode(wrapped.sealed_ring)
            .map_err(|_| RingError::Malformed)?;
        let ring_key = master
            .unwrap_key(&wrapped_key)
            .map_err(|error| match error {
                MasterKeyError::Refused => RingError::Refused,
                other => RingError::Master(other),
            })?;
        let plain =
            AeadKey::new(&ring_key)?.open(&revision_data(wrapped.revision), &sealed_ring)?;
        KeyRing::decode(wrapped.revision, &plain)
            .filter(|ring| ring.active_place().is_some())
            .ok_or(RingError::Malformed)
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(FIXED_LEN + self.keys.len() * ROW_LEN));
        plain.extend_from_slice(&self.fingerprint_key);
        plain.extend_from_slice(&self.pepper);
        for key in &self.keys {
            plain.extend_from_slice(key.id.as_bytes());
            plain.extend_from_slice(&key.bytes);
            plain.push(match key.state {
                KeyState::Active => b'a',
                KeyState::Retiring => b'r',
            });
            plain.extend_from_slice(&key.seals.to_be_bytes());
            plain.extend_from_slice(&key.superseded_ms.to_be_bytes());
        }
        plain
    }

    fn decode(revision: u64, plain: &[u8]) -> Option<KeyRing> {
        let (fixed, rows) = plain.split_at_checked(FIXED_LEN)?;
        let (fingerprint_key, pepper) = fixed.split_at(KEY_LEN);
        let rows = rows.chunks(ROW_LEN);
        if rows.len() > KEYS_MAX {
            return None;
        }
        Some(KeyRing {
            revision,
            fingerprint_key: Zeroizing::new(fingerprint_key.into()),
            pepper: Zeroizing::new(pepper.into()),
            keys: rows.map(RingKey::decode).collect::<Option<_>>()?,
        })
    }
}

impl RingKey {
    /// A new active key. Its id is random, so that two processes that rotate at once cannot both name theirs alike.
    fn generate() -> Result<RingKey, VaultError> {
        let id = format!("dk_{}", short_name(&random_bytes()?));
        Ok(RingKey {
            id,
            bytes: random_key()?,
            state: KeyState::Active,
            seals: 0,
            superseded_ms: 0,
        })
    }

    fn decode(row: &[u8]) -> Option<RingKey> {
        let (id, row) = row.split_at_checked(KEY_ID_LEN)?;
        let (bytes, row) = row.split_at_checked(KEY_LEN)?;
        let (state, row) = row.split_first()?;
        let (seals, superseded_ms) = row.split_at_checked(size_of::<u64>())?;
        Some(RingKey {
            id: std::str::from_utf8(id).ok()?.to_owned(),
            bytes: Zeroizing::new(bytes.into()),
            state: match state {
                b'a' => KeyState::Active,
                b'r' => KeyState::Retiring,
                _ => return None,
            },
            seals: u64::from_be_bytes(seals.try_into().ok()?),
            superseded_ms: i64::from_be_bytes(superseded_ms.try_into().ok()?),
        })
    }
}

impl From<VaultError> for RingError {
    fn from(error: VaultError) -> RingError {
        match error {
            VaultError::Randomness => RingError::Randomness,
            _ => RingError::Refused,
        }
    }
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RingError::Malformed => f.write_str("the key ring has an unknown layout"),
            RingError::WrongMaster { wrapped_by, given } => {
                write!(
                    f,
                    "the key ring was wrapped by master key {wrapped_by}, and {given} was given"
                )
            }
            RingError::Refused => {
                f.write_str("the key ring was changed by somebody without the master key")
            }
            RingError::UnknownKey(id) => write!(f, "the key ring has no key {id}"),
            RingError::KeyActive(id) => {
                write!(f, "key {id} is active; rotate before it is retired")
            }
            RingError::Full => write!(f, "the key ring holds {KEYS_MAX} keys; retire one first"),
            RingError::Randomness => f.write_str("the operating system gives no randomness"),
            RingError::Master(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RingError {}

fn random_key() -> Result<KeyBytes, VaultError> {
    let mut bytes: KeyBytes = Zeroizing::new(Box::new([0; KEY_LEN]));
    fill_random(&mut bytes)?;
    Ok(bytes)
}

fn revision_data(revision: u64) -> Vec<u8> {
    [RING_LABEL, &revision.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_exact_and_reversible() {
        let ring = KeyRing::generate()
            .and_then(|ring| ring.rotated(7_000).map_err(|_| VaultError::Refused));
        let mut ring = ring.expect("randomness");
        ring.keys[0].seals = 77;
        let plain = ring.encode();
        assert_eq!(
            plain.capacity(),
            plain.len(),
            "the buffer of keys must never grow"
        );
        let read = KeyRing::decode(2, &plain).expect("the same layout");
        assert_eq!(*read.encode(), *plain);
        assert_eq!(read.keys[0].seals, 77);
        assert_eq!(read.active_place(), Some(1));
        let superseded: Vec<i64> = read.keys.iter().map(|key| key.superseded_ms).collect();
        assert_eq!(superseded, [7_000, 0]);
        for len in [0, FIXED_LEN - 1, FIXED_LEN + 1, plain.len() - 1] {
            assert!(KeyRing::decode(2, &plain[..len]).is_none(), "{len} bytes");
        }
    }

    #[test]
    fn a_ring_without_exactly_one_active_key_is_refused() {
        let master =
            crate::MasterKey::from_bytes(&std::array::from_fn(|place| place as u8)).expect("a key");
        let mut ring = KeyRing::generate().expect("randomness");
        ring.keys[0].state = KeyState::Retiring;
        let text = ring.wrap(&master).expect("wraps");
        assert!(matches!(
            KeyRing::unwrap(&text, &master),
            Err(RingError::Malformed)
        ));
        ring.keys.clear();
        let text = ring.wrap(&master).expect("wraps");
        assert!(matches!(
            KeyRing::unwrap(&text, &master),
            Err(RingError::Malformed)
        ));
    }

    #[test]
    fn a_full_ring_fits_its_text_and_does_not_rotate() {
        let master =
            crate::MasterKey::from_bytes(&std::array::from_fn(|place| place as u8)).expect("a key");
        let mut ring = KeyRing::generate().expect("randomness");
        while ring.keys.len() < KEYS_MAX {
            ring = ring.rotated(1).expect("room");
        }
        assert!(matches!(ring.rotated(1), Err(RingError::Full)));
        let text = ring.wrap(&master).expect("wraps");
        assert!(text.len() <= RING_TEXT_LEN_MAX);
        let read = KeyRing::unwrap(&text, &master).expect("opens");
        assert_eq!(read.keys.len(), KEYS_MAX);
    }
}
