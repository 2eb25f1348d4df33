//! Bytes and ids that look as random as the product's.
//!
//! Shape: a small generator per thread, told apart by the time and a count. Deliberately absent: secrecy; nothing here is
//! worth guessing.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of time at the front of an id.
const TIME_CHARS: usize = 7;
/// Random characters behind them.
const RANDOM_CHARS: usize = 17;
/// Characters of a request's id behind its prefix.
const REQUEST_CHARS: usize = 14;

/// An xorshift generator.
pub struct Random(u64);

thread_local! {
    static OF_THREAD: RefCell<Random> = RefCell::new(Random::seeded(seed()));
}

/// A seed that no other thread and no other run has.
fn seed() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let thread = THREADS.fetch_add(1, Ordering::Relaxed);
    (since.as_nanos() as u64) ^ thread.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Random {
    /// A generator whose output depends on the seed alone.
    pub fn seeded(seed: u64) -> Self {
        let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // Zero is the one state that xorshift never leaves.
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    /// Lends the generator of this thread.
    pub fn with<T>(what: impl FnOnce(&mut Self) -> T) -> T {
        OF_THREAD.with_borrow_mut(what)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// So many bytes that cannot be compressed.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// Appends random characters.
    pub fn letters(&mut self, text: &mut String, count: usize) {
        let mut pool: u64 = 0;
        for index in 0..count {
            if index.is_multiple_of(8) {
                pool = self.next();
            }
            text.push(char::from(BASE62[(pool & 0xFF) as usize % BASE62.len()]));
            pool >>= 8;
        }
    }

    /// An id: the prefix, then the time and chance. Ids that are made later go behind.
    pub fn id(&mut self, prefix: &str, now_ms: i64) -> String {
        let mut id = timed(prefix, now_ms);
        self.letters(&mut id, RANDOM_CHARS);
        id
    }

    /// An id that goes behind those of the same time with a smaller number, which is one digit.
    pub fn numbered(&mut self, prefix: &str, now_ms: i64, number: usize) -> String {
        let mut id = timed(prefix, now_ms);
        id.push(char::from(BASE62[number % BASE62.len()]));
        self.letters(&mut id, RANDOM_CHARS - 1);
        id
    }

    /// The id of a request.
    pub fn request(&mut self, now_ms: i64) -> String {
        let mut id = timed("req_", now_ms);
        self.letters(&mut id, REQUEST_CHARS - TIME_CHARS);
        id
    }
}

fn timed(prefix: &str, now_ms: i64) -> String {
    let mut digits = [b'0'; TIME_CHARS];
    let mut rest = now_ms.max(0) as u64;
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    let mut text = String::with_capacity(prefix.len() + TIME_CHARS + RANDOM_CHARS);
    text.push_str(prefix);
    text.extend(digits.iter().map(|digit| char::from(*digit)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_length_and_the_order_of_the_products() {
        let mut random = Random::seeded(7);
        let early = random.id("pi_", 1_796_001_382_000);
        let late = random.id("pi_", 1_796_001_382_001);
        assert_eq!((early.len(), late.len()), (27, 27));
        assert!(early < late, "{early} {late}");
        let events: Vec<String> = (0..3).map(|n| random.numbered("evt_", 5, n)).collect();
        assert!(events.is_sorted(), "{events:?}");
        assert!(events.iter().all(|id| id.len() == 28), "{events:?}");
        assert_eq!(random.request(5).len(), 18);
    }

    #[test]
    fn seeds_give_different_bytes_of_the_wanted_length() {
        let one = Random::seeded(1).bytes(931);
        let other = Random::seeded(2).bytes(931);
        assert_eq!((one.len(), other.len()), (931, 931));
        assert_ne!(one, other);
    }
}
