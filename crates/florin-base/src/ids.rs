//! Object ids: a prefix, 7 base62 characters of milliseconds and 17 random base62 characters.
//!
//! Ids made close together in time sort close together, so inserts stay at the end of an index. Secrets are
//! wholly random. Clients and imports may bring ids of their own: nothing in Florin ever parses an id.
//! Deliberately absent: a source of randomness. [`FreshIds`] expands bytes that the caller brings.

use crate::time::Millis;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of time at the front of an id.
pub const ID_TIME_CHARS: usize = 7;
/// Random characters after them: about 101 bits.
pub const ID_RANDOM_CHARS: usize = 17;
/// The longest id that a client or an import may bring, in bytes.
pub const ID_BYTES_MAX: usize = 255;

/// Where fresh ids come from: the current time and a function that fills a buffer with random bytes.
///
/// In production the bytes come from the operating system, in the simulator from its seed; the domain only sees
/// the values.
pub struct FreshIds<'a> {
    now: Millis,
    fill: &'a mut (dyn FnMut(&mut [u8]) + Send),
    sequence: usize,
}

impl<'a> FreshIds<'a> {
    /// A source of ids for one decision at `now`.
    pub fn new(now: Millis, fill: &'a mut (dyn FnMut(&mut [u8]) + Send)) -> FreshIds<'a> {
        FreshIds {
            now,
            fill,
            sequence: 0,
        }
    }

    /// A new object id with this prefix (`pi_`, `ch_` …): prefix + 24 characters.
    pub fn id(&mut self, prefix: &str) -> String {
        let mut text = String::with_capacity(prefix.len() + ID_TIME_CHARS + ID_RANDOM_CHARS);
        text.push_str(prefix);
        push_time(&mut text, self.now);
        self.push_random(&mut text, ID_RANDOM_CHARS);
        text
    }

    /// Lets the sequenced ids that follow begin with this number.
    pub fn starting_at(mut self, sequence: usize) -> FreshIds<'a> {
        self.sequence = sequence;
        self
    }

    /// A new id that sorts behind the ones made before it in the same decision: its first random character counts.
    pub fn sequenced(&mut self, prefix: &str) -> String {
        let mut text = String::with_capacity(prefix.len() + ID_TIME_CHARS + ID_RANDOM_CHARS);
        text.push_str(prefix);
        push_time(&mut text, self.now);
        text.push(char::from(BASE62[self.sequence.min(BASE62.len() - 1)]));
        self.sequence += 1;
        self.push_random(&mut text, ID_RANDOM_CHARS - 1);
        text
    }

    /// `chars` random base62 characters, for secrets.
    pub fn secret(&mut self, chars: usize) -> String {
        let mut text = String::with_capacity(chars);
        self.push_random(&mut text, chars);
        text
    }

    /// Appends random characters. Each comes from one byte below 248 = 4 × 62, so that all are equally likely.
    fn push_random(&mut self, text: &mut String, chars: usize) {
        let wanted = text.len() + chars;
        let mut pool = [0u8; 32];
        while text.len() < wanted {
            (self.fill)(&mut pool);
            for byte in pool.iter().filter(|byte| **byte < 248) {
                if text.len() == wanted {
                    break;
                }
                text.push(char::from(BASE62[usize::from(*byte % 62)]));
            }
        }
    }
}

fn push_time(text: &mut String, now: Millis) {
    let mut digits = [b'0'; ID_TIME_CHARS];
    let mut rest = now.0.max(0) as u64;
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    text.extend(digits.iter().map(|byte| char::from(*byte)));
}

/// The id of a `K`. The type keeps a customer's id out of a charge's place; the text is opaque.
pub struct Id<K> {
    text: Box<str>,
    of: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K> From<String> for Id<K> {
    fn from(text: String) -> Id<K> {
        Id {
            text: text.into_boxed_str(),
            of: PhantomData,
        }
    }
}

impl<K> From<&str> for Id<K> {
    fn from(text: &str) -> Id<K> {
        Id {
            text: text.into(),
            of: PhantomData,
        }
    }
}

impl<K> Deref for Id<K> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl<K> Default for Id<K> {
    fn default() -> Id<K> {
        Id::from("")
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Id<K> {
        Id {
            text: self.text.clone(),
            of: PhantomData,
        }
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Id<K>) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id<K>, D::Error> {
        Box::<str>::deserialize(deserializer).map(|text| Id {
            text,
            of: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut n = 0u8;
        move |bytes| {
            for byte in bytes {
                n = n.wrapping_mul(31).wrapping_add(17);
                *byte = n;
            }
        }
    }

    #[test]
    fn ids_have_the_documented_length_and_sort_by_time() {
        let mut fill = counting();
        let early = FreshIds::new(Millis(1_700_000_000_000), &mut fill).id("pi_");
        let late = FreshIds::new(Millis(1_700_000_000_001), &mut fill).id("pi_");
        assert_eq!(early.len(), 3 + 24);
        assert!(early < late);
        assert!(early[3..].bytes().all(|b| b.is_ascii_alphanumeric()));
    }

    #[test]
    fn sequenced_ids_sort_in_the_order_of_their_making() {
        let mut fill = counting();
        let mut ids = FreshIds::new(Millis(5), &mut fill).starting_at(1);
        let made: Vec<String> = (0..5).map(|_| ids.sequenced("evt_")).collect();
        assert!(
            made.is_sorted() && made.iter().all(|id| id.len() == 28),
            "{made:?}"
        );
    }

    #[test]
    fn a_biased_source_of_high_bytes_is_skipped() {
        let mut call = 0u8;
        let mut fill = |bytes: &mut [u8]| {
            call += 1;
            bytes.fill(if call == 1 { 255 } else { 61 });
        };
        assert_eq!(FreshIds::new(Millis(0), &mut fill).secret(3), "zzz");
    }
}
