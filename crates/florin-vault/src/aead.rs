//! One AES-256-GCM key, ready for use: `nonce ‖ ciphertext ‖ tag` in one byte string.
//!
//! Nonces are 96 random bits for each call. Deliberately absent: counting how often a key was used, which the vault does.

use crate::digest::fill_random;
use crate::seal::VaultError;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// Length of a key in bytes.
pub(crate) const KEY_LEN: usize = 32;
const TAG_LEN: usize = 16;
/// How many bytes longer the sealed form is than the plain one.
pub(crate) const OVERHEAD_LEN: usize = NONCE_LEN + TAG_LEN;

/// A key whose schedule is already expanded.
pub(crate) struct AeadKey(LessSafeKey);

impl AeadKey {
    /// Prepares a key of `KEY_LEN` bytes; any other length is `Refused`.
    pub(crate) fn new(bytes: &[u8]) -> Result<AeadKey, VaultError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| VaultError::Refused)?;
        Ok(AeadKey(LessSafeKey::new(key)))
    }

    pub(crate) fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_LEN];
        fill_random(&mut nonce)?;
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD_LEN);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated),
                &mut sealed[NONCE_LEN..],
            )
            .map_err(|_| VaultError::Refused)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    pub(crate) fn open(
        &self,
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        if sealed.len() < OVERHEAD_LEN {
            return Err(VaultError::Refused);
        }
        let (nonce, body) = sealed.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Refused)?;
        let mut buffer = Zeroizing::new(body.to_vec());
        let plain_len = self
            .0
            .open_in_place(nonce, Aad::from(associated), &mut buffer)
            .map_err(|_| VaultError::Refused)?
            .len();
        buffer.truncate(plain_len);
        Ok(buffer)
    }
}
