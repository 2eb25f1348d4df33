//! A ring made ready: expanded keys, and how often each has sealed.
//!
//! One value of this module never changes except for its counters; a reload puts another in its place and hands the
//! counters on. Deliberately absent: changing the ring.

use crate::aead::AeadKey;
use crate::digest::hmac_key;
use crate::ring::{KeyRing, RingError, RingKey, SEALS_MAX};
use crate::seal::VaultError;
use aws_lc_rs::hmac;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// All keys of a ring.
pub(crate) struct PreparedRing {
    pub(crate) ring: KeyRing,
    pub(crate) keys: Vec<PreparedKey>,
    active: usize,
    pub(crate) fingerprint_key: hmac::Key,
    pub(crate) pepper: hmac::Key,
}

/// One data key.
pub(crate) struct PreparedKey {
    pub(crate) id: String,
    pub(crate) aead: AeadKey,
    stored_seals: u64,
    pub(crate) counter: Arc<SealCounter>,
}

/// Seals of this process: all of them, and those that a saved ring already counts.
#[derive(Default)]
pub(crate) struct SealCounter {
    made: AtomicU64,
    pub(crate) saved: AtomicU64,
}

impl PreparedRing {
    /// Prepares all keys; counters go on from the ring before.
    pub(crate) fn new(
        ring: KeyRing,
        before: Option<&PreparedRing>,
    ) -> Result<PreparedRing, RingError> {
        let active = ring.active_place().ok_or(RingError::Malformed)?;
        let prepare = |key: &RingKey| -> Result<PreparedKey, RingError> {
            let counter = before
                .and_then(|before| before.key(&key.id))
                .map(|key| Arc::clone(&key.counter));
            Ok(PreparedKey {
                id: key.id.clone(),
                aead: AeadKey::new(&key.bytes)?,
                stored_seals: key.seals,
                counter: counter.unwrap_or_default(),
            })
        };
        Ok(PreparedRing {
            keys: ring.keys.iter().map(prepare).collect::<Result<_, _>>()?,
            active,
            fingerprint_key: hmac_key(&ring.fingerprint_key),
            pepper: hmac_key(&ring.pepper),
            ring,
        })
    }

    pub(crate) fn active_key(&self) -> &PreparedKey {
        &self.keys[self.active]
    }

    pub(crate) fn key(&self, id: &str) -> Option<&PreparedKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl PreparedKey {
    pub(crate) fn seals(&self) -> u64 {
        self.stored_seals.saturating_add(self.counter.unsaved())
    }

    /// Counts a seal before it is made; a refused one stays counted, which errs on the safe side.
    pub(crate) fn count_one(&self) -> Result<(), VaultError> {
        let made_before = self.counter.made.fetch_add(1, Ordering::Relaxed);
        let unsaved = made_before.saturating_sub(self.counter.saved.load(Ordering::Relaxed));
        if self.stored_seals.saturating_add(unsaved) >= SEALS_MAX {
            return Err(VaultError::KeyExhausted(self.id.clone()));
        }
        Ok(())
    }
}

impl SealCounter {
    pub(crate) fn unsaved(&self) -> u64 {
        self.made
            .load(Ordering::Relaxed)
            .saturating_sub(self.saved.load(Ordering::Relaxed))
    }
}
