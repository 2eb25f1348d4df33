//! Hashes, keyed hashes, comparison and randomness, so that no other room imports a cryptography library.
//!
//! Thin and total: nothing here fails except the operating system's random source. Deliberately absent: password hashing.

use crate::seal::VaultError;
use aws_lc_rs::{constant_time, digest, hmac, rand};

/// HMAC-SHA256 of a message, as for a webhook signature.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    hmac_with(&hmac_key(key), &[message])
}

/// SHA-256 of a message.
pub fn sha256(message: &[u8]) -> [u8; 32] {
    to_32(digest::digest(&digest::SHA256, message).as_ref())
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// Bytes that nobody can predict.
///
/// # Errors
/// `VaultError::Randomness` when the operating system gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), VaultError> {
    rand::fill(bytes).map_err(|_| VaultError::Randomness)
}

pub(crate) fn hmac_key(key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

pub(crate) fn hmac_with(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    to_32(context.sign().as_ref())
}

/// Sixteen letters and digits out of a hash: about 95 of its bits.
pub(crate) fn short_name(hash: &[u8; 32]) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut number = hash
        .iter()
        .take(16)
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut name = String::with_capacity(16);
    for _ in 0..16 {
        name.push(char::from(LETTERS[(number % 62) as usize]));
        number /= 62;
    }
    name
}

/// Both hashes in use have exactly 32 bytes; a shorter one would leave zeros behind it.
fn to_32(bytes: &[u8]) -> [u8; 32] {
    let mut array = [0; 32];
    array
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_use_all_bits_of_the_first_half() {
        let mut other = [0_u8; 32];
        assert_eq!(short_name(&other), "0".repeat(16));
        other[15] = 61;
        assert_eq!(short_name(&other), format!("z{}", "0".repeat(15)));
        other[0] = 1;
        assert_ne!(short_name(&other)[1..], "0".repeat(15));
    }
}
