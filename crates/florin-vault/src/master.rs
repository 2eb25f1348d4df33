//! The master key, which wraps the key ring and nothing else.
//!
//! `MasterKeySource` is the door for a key service; `MasterKey` is the one that needs none: 32 bytes from a file that only
//! its owner may read, or from text in the environment. Losing it loses everything sealed, so a created file is synced
//! together with its folder. Deliberately absent: key services and split keys.

use crate::aead::{AeadKey, KEY_LEN};
use crate::digest::{fill_random, hmac_sha256};
use crate::seal::VaultError;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use zeroize::Zeroizing;

/// 64 hexadecimal digits are the longest form of a key; the rest is room for white space.
const FILE_LEN_MAX: u64 = 256;
const WRAP_LABEL: &[u8] = b"florin.master-wrap.1";
const ID_LABEL: &[u8] = b"florin.master-id.1";

/// Something that wraps a key of 32 bytes and unwraps it again: a key file here, a key service or HSM elsewhere.
///
/// Calls may block, and happen only when a ring is opened, reloaded or changed; make them where blocking is allowed.
pub trait MasterKeySource: Send + Sync {
    /// A public name that tells this key from others. A ring says which one wrapped it.
    fn id(&self) -> String;

    /// Encrypts and authenticates a key.
    ///
    /// # Errors
    /// `MasterKeyError::Source` when the service does not answer.
    fn wrap_key(&self, plain: &[u8]) -> Result<Vec<u8>, MasterKeyError>;

    /// Undoes `wrap_key`.
    ///
    /// # Errors
    /// `MasterKeyError::Refused` when the bytes were changed or wrapped by another key.
    fn unwrap_key(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, MasterKeyError>;
}

/// A master key held in this process.
pub struct MasterKey {
    key: AeadKey,
    id: String,
}

/// Why there is no master key, or why it does not unwrap. It never holds key material.
#[derive(Debug)]
pub enum MasterKeyError {
    /// The file could not be read or made.
    File(io::Error),
    /// The path is not an ordinary file.
    NotAFile,
    /// Others than the owner may use the file; the value is its mode.
    TooOpen(u32),
    /// Not 32 bytes in base64 or hexadecimal.
    Malformed,
    /// Every byte is the same: a placeholder, not a key.
    Weak,
    /// The wrapped bytes were changed, or belong to another master key.
    Refused,
    /// The operating system gives no randomness.
    Randomness,
    /// A key service failed, in its own words.
    Source(String),
}

impl MasterKey {
    /// A key from 32 bytes, for example out of a hardware token.
    ///
    /// # Errors
    /// `Weak` when all bytes are the same.
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Result<MasterKey, MasterKeyError> {
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(MasterKeyError::Weak);
        }
        let key = AeadKey::new(bytes).map_err(|_| MasterKeyError::Malformed)?;
        let mark = hmac_sha256(bytes, ID_LABEL);
        let id = mark
            .iter()
            .take(6)
            .fold("mk_".to_owned(), |id, byte| format!("{id}{byte:02x}"));
        Ok(MasterKey { key, id })
    }

    /// A key from the text of an environment variable: base64 (either alphabet) or 64 hexadecimal digits.
    ///
    /// # Errors
    /// `Malformed` or `Weak`.
    pub fn from_env_text(text: &str) -> Result<MasterKey, MasterKeyError> {
        let bytes = decode_key(text.trim()).ok_or(MasterKeyError::Malformed)?;
        let bytes: &[u8; KEY_LEN] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| MasterKeyError::Malformed)?;
        MasterKey::from_bytes(bytes)
    }

    /// A key from a file that only its owner may use (mode 0600 or narrower).
    ///
    /// # Errors
    /// `TooOpen` for a wider mode, `NotAFile`, `File`, `Malformed`, `Weak`.
    pub fn read_file(path: &Path) -> Result<MasterKey, MasterKeyError> {
        // The opened file is asked, not the path, so that the file cannot be exchanged between question and use.
        let file = File::open(path).map_err(MasterKeyError::File)?;
        let facts = file.metadata().map_err(MasterKeyError::File)?;
        if !facts.is_file() {
            return Err(MasterKeyError::NotAFile);
        }
        refuse_wide_mode(&facts)?;
        let mut text = Zeroizing::new(String::with_capacity(FILE_LEN_MAX as usize + 1));
        file.take(FILE_LEN_MAX + 1)
            .read_to_string(&mut text)
            .map_err(MasterKeyError::File)?;
        if text.len() as u64 > FILE_LEN_MAX {
            return Err(MasterKeyError::Malformed);
        }
        MasterKey::from_env_text(&text)
    }

    /// Makes a new random key and its file, with mode 0600, synced to disk. An existing file is never touched.
    ///
    /// # Errors
    /// `File` (also when the path exists), `Randomness`.
    pub fn create_file(path: &Path) -> Result<MasterKey, MasterKeyError> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        fill_random(bytes.as_mut_slice()).map_err(|_| MasterKeyError::Randomness)?;
        let mut text = Zeroizing::new(String::with_capacity(64));
        STANDARD.encode_string(bytes.as_slice(), &mut text);
        text.push('\n');
        let mut file = private_file_options()
            .open(path)
            .map_err(MasterKeyError::File)?;
        if let Err(error) = write_synced(&mut file, text.as_bytes(), path) {
            // Half a key must not look like a key at the next start. This call made the file, so it may remove it.
            let _ = fs::remove_file(path);
            return Err(MasterKeyError::File(error));
        }
        MasterKey::from_bytes(&bytes)
    }
}

impl MasterKeySource for MasterKey {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn wrap_key(&self, plain: &[u8]) -> Result<Vec<u8>, MasterKeyError> {
        self.key
            .seal(WRAP_LABEL, plain)
            .map_err(|error| match error {
                VaultError::Randomness => MasterKeyError::Randomness,
                _ => MasterKeyError::Refused,
            })
    }

    fn unwrap_key(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
        self.key
            .open(WRAP_LABEL, wrapped)
            .map_err(|_| MasterKeyError::Refused)
    }
}

impl fmt::Display for MasterKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MasterKeyError::File(error) => write!(f, "the master key file: {error}"),
            MasterKeyError::NotAFile => f.write_str("the master key path is not an ordinary file"),
            MasterKeyError::TooOpen(mode) => {
                write!(
                    f,
                    "the master key file has mode {mode:04o}; only its owner may have access (0600)"
                )
            }
            MasterKeyError::Malformed => {
                f.write_str("the master key is not 32 bytes in base64 or hexadecimal")
            }
            MasterKeyError::Weak => {
                f.write_str("the master key is one byte repeated, which is a placeholder")
            }
            MasterKeyError::Refused => f.write_str("the master key does not unwrap these bytes"),
            MasterKeyError::Randomness => f.write_str("the operating system gives no randomness"),
            MasterKeyError::Source(reason) => write!(f, "the key service: {reason}"),
        }
    }
}

impl std::error::Error for MasterKeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            MasterKeyError::File(error) => Some(error),
            _ => None,
        }
    }
}

fn decode_key(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() == KEY_LEN * 2 {
        return decode_hex(text.as_bytes());
    }
    if text.len() > KEY_LEN * 2 {
        return None;
    }
    // The buffer is large enough never to move, so no copy of the key is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_LEN * 4));
    let is_decoded = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .any(|alphabet| {
            bytes.clear();
            alphabet.decode_vec(text, &mut bytes).is_ok()
        });
    (is_decoded && bytes.len() == KEY_LEN).then_some(bytes)
}

fn decode_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_LEN));
    for pair in text.chunks_exact(2) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        bytes.push((high * 16 + low) as u8);
    }
    Some(bytes)
}

#[cfg(unix)]
fn refuse_wide_mode(facts: &fs::Metadata) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = facts.mode() & 0o7777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(MasterKeyError::TooOpen(mode))
    }
}

#[cfg(not(unix))]
fn refuse_wide_mode(_: &fs::Metadata) -> Result<(), MasterKeyError> {
    Ok(())
}

fn private_file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes the key and syncs the file and the folder that names it: after power loss the key is there or was never used.
fn write_synced(file: &mut File, text: &[u8], path: &Path) -> io::Result<()> {
    file.write_all(text)?;
    file.sync_all()?;
    #[cfg(unix)]
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
