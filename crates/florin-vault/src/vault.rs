//! The vault itself: a prepared ring, what seals with it, and how it is changed.
//!
//! Every call works on a snapshot of the ring, so a reload never waits for a seal. Changing the ring has three steps (see
//! `RingChange`), so that no key is used before its wrapped form is saved. Deliberately absent: saving, and the job that
//! re-seals rows.

use crate::card::{CardNumber, Cvc, Expiry};
use crate::digest::{hmac_with, short_name};
use crate::master::MasterKeySource;
use crate::opener::{CardOpener, encode_card};
use crate::prepared::PreparedRing;
use crate::ring::{KeyRing, KeyState, RingError, SEALS_MAX};
use crate::seal::{
    Door, SealContext, Sealed, SealedCard, SealedCvc, SealedSecret, Secrets, VaultError,
    associated_data,
};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// At this many seals a key should be replaced: three quarters of what it may do.
const ROTATION_DUE_SEALS: u64 = SEALS_MAX / 4 * 3;

/// Seals everything and opens `Secrets`. Clones share one ring.
#[derive(Clone)]
pub struct Vault {
    room: Arc<Room>,
}

/// What may be shown of a data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The id that sealed rows carry.
    pub id: String,
    /// Whether it still seals.
    pub state: KeyState,
    /// How often it has sealed, as far as this process knows.
    pub seals: u64,
    /// When a rotation put another key in its place, in milliseconds since 1970; 0 for the active key.
    pub superseded_ms: i64,
}

/// A new revision of the ring that is not in use yet.
///
/// Save `text` where revision `replaces` is stored, in one compare-and-set; then hand the change to `Vault::adopt`. When
/// another process was faster, drop the change, `Vault::reload` what is stored, and begin again.
pub struct RingChange {
    text: String,
    revision: u64,
    taken: Vec<(String, u64)>,
}

struct Room {
    master: Box<dyn MasterKeySource>,
    ring: RwLock<Arc<PreparedRing>>,
}

/// Makes the first ring of an installation and gives its text, to be saved before it is opened.
///
/// # Errors
/// `RingError::Master` or `RingError::Randomness`.
pub fn create_ring(master: &dyn MasterKeySource) -> Result<String, RingError> {
    KeyRing::generate()?.wrap(master)
}

impl Vault {
    /// Opens a ring text. The second value is the only way to card data; hand it to the processors alone.
    ///
    /// # Errors
    /// `WrongMaster`, `Refused`, `Malformed`, `Master`.
    pub fn open(
        master: Box<dyn MasterKeySource>,
        ring_text: &str,
    ) -> Result<(Vault, CardOpener), RingError> {
        let ring = PreparedRing::new(KeyRing::unwrap(ring_text, master.as_ref())?, None)?;
        let vault = Vault {
            room: Arc::new(Room {
                master,
                ring: RwLock::new(Arc::new(ring)),
            }),
        };
        Ok((vault.clone(), CardOpener::new(vault)))
    }

    /// Seals a card number with its expiry.
    ///
    /// # Errors
    /// `KeyExhausted`, `EmptyContext`, `Randomness`.
    pub fn seal_card(
        &self,
        context: &SealContext<'_>,
        number: &CardNumber,
        expiry: Expiry,
    ) -> Result<SealedCard, VaultError> {
        self.seal_bytes(context, encode_card(number, expiry).as_slice())
    }

    /// Seals a security code that waits for its authorisation. The row must be gone after `CVC_KEPT_MS`.
    ///
    /// # Errors
    /// `KeyExhausted`, `EmptyContext`, `Randomness`.
    pub fn seal_cvc(&self, context: &SealContext<'_>, cvc: &Cvc) -> Result<SealedCvc, VaultError> {
        self.seal_bytes(context, cvc.digits().as_bytes())
    }

    /// Seals a webhook secret, a processor credential or a saved reply.
    ///
    /// # Errors
    /// `KeyExhausted`, `EmptyContext`, `Randomness`.
    pub fn seal_secret(
        &self,
        context: &SealContext<'_>,
        plain: &[u8],
    ) -> Result<SealedSecret, VaultError> {
        self.seal_bytes(context, plain)
    }

    /// Opens what `seal_secret` sealed for the same context.
    ///
    /// # Errors
    /// `UnknownKey` (reload and try once more), `Refused`, `EmptyContext`.
    pub fn open_secret(
        &self,
        context: &SealContext<'_>,
        sealed: &SealedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.open_bytes::<Secrets>(context, sealed)
    }

    /// Seals the same value for the same context with the active key. Nobody sees it in clear.
    ///
    /// # Errors
    /// Those of opening and of sealing.
    pub fn reseal<D: Door>(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed<D>,
    ) -> Result<Sealed<D>, VaultError> {
        let plain = self.open_bytes(context, sealed)?;
        self.seal_bytes(context, &plain)
    }

    /// Whether a row with this key id waits to be re-sealed: any key but the active one.
    pub fn needs_reseal(&self, key_id: &str) -> bool {
        self.snapshot().active_key().id != key_id
    }

    /// The id of the key that seals now.
    pub fn active_key_id(&self) -> String {
        self.snapshot().active_key().id.clone()
    }

    /// All data keys in order of creation.
    pub fn keys(&self) -> Vec<KeyInfo> {
        let snapshot = self.snapshot();
        let pairs = snapshot.keys.iter().zip(&snapshot.ring.keys);
        pairs
            .map(|(key, stored)| KeyInfo {
                id: key.id.clone(),
                state: stored.state,
                seals: key.seals(),
                superseded_ms: stored.superseded_ms,
            })
            .collect()
    }

    /// Whether the ring in memory has this key. One that it lacks may be in a newer ring: reload.
    pub fn knows_key(&self, key_id: &str) -> bool {
        self.snapshot().key(key_id).is_some()
    }

    /// Whether the ring in memory is the one of this text: the same revision with the same keys. Where two rings have
    /// the same revision and other keys, the database has lost one of them, and no change may be built upon either.
    ///
    /// # Errors
    /// Those of `Vault::open`.
    pub fn is_at(&self, ring_text: &str) -> Result<bool, RingError> {
        let stored = KeyRing::unwrap(ring_text, self.room.master.as_ref())?;
        let snapshot = self.snapshot();
        let ids = |ring: &KeyRing| -> Vec<String> {
            ring.keys.iter().map(|key| key.id.clone()).collect()
        };
        Ok(stored.revision == snapshot.ring.revision && ids(&stored) == ids(&snapshot.ring))
    }

    /// Whether the active key has done three quarters of its `SEALS_MAX` seals.
    pub fn is_rotation_due(&self) -> bool {
        self.snapshot().active_key().seals() >= ROTATION_DUE_SEALS
    }

    /// The revision of the ring in memory. It grows with every change.
    pub fn revision(&self) -> u64 {
        self.snapshot().ring.revision
    }

    /// A ring with one more data key, which is the active one once the change is saved and adopted. `now_ms` is noted as
    /// the time at which the key before it was superseded.
    ///
    /// # Errors
    /// `Full`, `Master`, `Randomness`.
    pub fn rotate(&self, now_ms: i64) -> Result<RingChange, RingError> {
        self.change(|ring| ring.rotated(now_ms), self.room.master.as_ref())
    }

    /// A ring without one key. The caller has made sure that no row names the key: such a row never opens again.
    ///
    /// # Errors
    /// `UnknownKey`, `KeyActive`, `Master`, `Randomness`.
    pub fn retire(&self, key_id: &str) -> Result<RingChange, RingError> {
        self.change(|ring| ring.without(key_id), self.room.master.as_ref())
    }

    /// The same ring with the seals of this process counted into it.
    ///
    /// Do it regularly and before the process ends. What a crash leaves uncounted is covered by `SEALS_MAX` being a quarter
    /// of what the cipher bears with random nonces.
    ///
    /// # Errors
    /// `Master`, `Randomness`.
    pub fn count_seals(&self) -> Result<RingChange, RingError> {
        self.change(|ring| Ok(ring.next_revision()), self.room.master.as_ref())
    }

    /// The same ring wrapped by another master key, for the next start. Save it; this process goes on with the old one, so
    /// do not adopt it here.
    ///
    /// # Errors
    /// `Master`, `Randomness`.
    pub fn rewrap(&self, master: &dyn MasterKeySource) -> Result<RingChange, RingError> {
        self.change(|ring| Ok(ring.next_revision()), master)
    }

    /// Takes a change into use after it was saved. False when a newer ring is in use already.
    ///
    /// # Errors
    /// Those of `Vault::open`.
    pub fn adopt(&self, change: RingChange) -> Result<bool, RingError> {
        let is_adopted = self.reload(&change.text)?;
        let snapshot = self.snapshot();
        for (id, taken) in &change.taken {
            if let Some(key) = snapshot.key(id) {
                key.counter.saved.fetch_add(*taken, Ordering::Relaxed);
            }
        }
        Ok(is_adopted)
    }

    /// Takes a ring text from the store into use, for example after `UnknownKey`. False, and nothing changes, unless it
    /// is newer than the ring in memory.
    ///
    /// # Errors
    /// Those of `Vault::open`.
    pub fn reload(&self, ring_text: &str) -> Result<bool, RingError> {
        let ring = KeyRing::unwrap(ring_text, self.room.master.as_ref())?;
        let mut current = self
            .room
            .ring
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if ring.revision <= current.ring.revision {
            return Ok(false);
        }
        *current = Arc::new(PreparedRing::new(ring, Some(&current))?);
        Ok(true)
    }

    /// Sixteen letters and digits that are the same for the same number and owner (an account that has no parent), for
    /// ever, and that nobody can compute without the ring. Two owners cannot learn from them that they share a buyer.
    pub fn fingerprint(&self, owner: &str, number: &CardNumber) -> String {
        // An id holds no slash, so that no other owner and number make the same bytes.
        short_name(&hmac_with(
            &self.snapshot().fingerprint_key,
            &[owner.as_bytes(), b"/", number.digits().as_bytes()],
        ))
    }

    /// The keyed hash under which an API key is stored and looked up.
    pub fn hash_key(&self, api_key: &str) -> [u8; 32] {
        hmac_with(&self.snapshot().pepper, &[api_key.as_bytes()])
    }

    fn snapshot(&self) -> Arc<PreparedRing> {
        Arc::clone(
            &self
                .room
                .ring
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn seal_bytes<D: Door>(
        &self,
        context: &SealContext<'_>,
        plain: &[u8],
    ) -> Result<Sealed<D>, VaultError> {
        let snapshot = self.snapshot();
        let key = snapshot.active_key();
        let associated = associated_data::<D>(context, &key.id)?;
        key.count_one()?;
        Ok(Sealed::from_parts(
            key.id.clone(),
            key.aead.seal(&associated, plain)?,
        ))
    }

    /// Opens any door. The door's own methods decide who may call it.
    pub(crate) fn open_bytes<D: Door>(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed<D>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let snapshot = self.snapshot();
        let key = snapshot
            .key(sealed.key_id())
            .ok_or_else(|| VaultError::UnknownKey(sealed.key_id().to_owned()))?;
        key.aead
            .open(&associated_data::<D>(context, &key.id)?, sealed.bytes())
    }

    /// Counts the unsaved seals into a copy of the ring, applies `edit`, and wraps the result.
    fn change(
        &self,
        edit: impl FnOnce(&KeyRing) -> Result<KeyRing, RingError>,
        master: &dyn MasterKeySource,
    ) -> Result<RingChange, RingError> {
        let snapshot = self.snapshot();
        let mut counted = snapshot.ring.clone();
        let mut taken = Vec::with_capacity(counted.keys.len());
        for (ring_key, key) in counted.keys.iter_mut().zip(&snapshot.keys) {
            let unsaved = key.counter.unsaved();
            ring_key.seals = ring_key.seals.saturating_add(unsaved);
            taken.push((key.id.clone(), unsaved));
        }
        let next = edit(&counted)?;
        Ok(RingChange {
            text: next.wrap(master)?,
            revision: next.revision,
            taken,
        })
    }
}

impl RingChange {
    /// The ring text to save.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The revision of this text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The revision that must still be stored when this one is saved over it.
    pub fn replaces(&self) -> u64 {
        self.revision - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MasterKey;

    const CONTEXT: SealContext<'static> = SealContext {
        account: "acct_1",
        live: false,
        record: "pm_1",
    };

    fn master() -> MasterKey {
        MasterKey::from_bytes(&std::array::from_fn(|place| place as u8)).expect("a key")
    }

    fn vault_with_seals(seals: u64) -> Vault {
        let mut ring = KeyRing::generate().expect("randomness");
        ring.keys[0].seals = seals;
        let text = ring.wrap(&master()).expect("wraps");
        Vault::open(Box::new(master()), &text).expect("opens").0
    }

    #[test]
    fn a_key_refuses_after_its_last_seal_and_rotation_helps() {
        let vault = vault_with_seals(SEALS_MAX - 2);
        assert!(vault.is_rotation_due());
        assert!(vault.seal_secret(&CONTEXT, b"one").is_ok());
        let last = vault.seal_secret(&CONTEXT, b"two").expect("the last seal");
        let refused = vault.seal_secret(&CONTEXT, b"three");
        assert_eq!(
            refused.err(),
            Some(VaultError::KeyExhausted(vault.active_key_id()))
        );
        assert!(
            vault
                .adopt(vault.rotate(1).expect("rotates"))
                .expect("adopts")
        );
        assert!(!vault.is_rotation_due());
        assert!(vault.seal_secret(&CONTEXT, b"three").is_ok());
        assert_eq!(
            **vault.open_secret(&CONTEXT, &last).expect("still opens"),
            *b"two"
        );
    }

    #[test]
    fn counts_neither_get_lost_nor_double_when_they_are_saved() {
        let vault = vault_with_seals(100);
        let seals = |vault: &Vault| vault.keys()[0].seals;
        for _ in 0..3 {
            vault.seal_secret(&CONTEXT, b"x").expect("seals");
        }
        let change = vault.count_seals().expect("counts");
        vault
            .seal_secret(&CONTEXT, b"made between the count and its adoption")
            .expect("seals");
        let text = change.text().to_owned();
        assert_eq!(seals(&vault), 104);
        assert!(vault.adopt(change).expect("adopts"));
        assert_eq!(seals(&vault), 104);
        let restarted = Vault::open(Box::new(master()), &text).expect("opens").0;
        assert_eq!(seals(&restarted), 103);
    }
}
