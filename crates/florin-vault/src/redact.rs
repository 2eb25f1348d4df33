//! Finds card numbers where none may be: in free text such as metadata, and in logs, dumps and databases.
//!
//! A find is 13 to 19 digits of a length that their brand has, with a correct check digit, as one run or in groups
//! that one space or dash separates. Digits on either side make a run longer, and then it is no find: ids and amounts with
//! a card number somewhere inside are too common. Times in milliseconds are never one, because no brand begins with 1.
//! Deliberately absent: hiding what was found, and numbers spread over other separators or encodings.

use crate::brand::Brand;
use crate::card::{NUMBER_LEN_MAX, passes_luhn};
use zeroize::Zeroize as _;

const FOUND_LEN_MIN: usize = 13;

/// Where a card number is: byte offsets, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundNumber {
    /// Offset of the first digit.
    pub start: usize,
    /// Offset behind the last digit.
    pub end: usize,
}

/// Whether a text holds a card number anywhere.
pub fn looks_like_card_number(text: &str) -> bool {
    Scan::new(text.as_bytes()).next().is_some()
}

/// All card numbers in the bytes, in order, without overlap.
pub fn find_card_numbers(bytes: &[u8]) -> Vec<FoundNumber> {
    Scan::new(bytes).collect()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn new(bytes: &'a [u8]) -> Scan<'a> {
        Scan { bytes, at: 0 }
    }

    /// The end of the unbroken digits that begin here.
    fn run_end(&self, start: usize) -> usize {
        let rest = &self.bytes[start..];
        start
            + rest
                .iter()
                .position(|byte| !byte.is_ascii_digit())
                .unwrap_or(rest.len())
    }

    /// A number that begins at the run `start..end`, alone or with the groups behind it. The shortest one is taken.
    fn number_at(&self, start: usize, end: usize) -> Option<FoundNumber> {
        if is_number(&self.bytes[start..end]) {
            return Some(FoundNumber { start, end });
        }
        let separator = *self
            .bytes
            .get(end)
            .filter(|byte| matches!(**byte, b' ' | b'-'))?;
        let mut digits = Digits::default();
        let mut group = start..end;
        loop {
            digits.push(&self.bytes[group.clone()])?;
            if group.start > start && is_number(digits.as_slice()) {
                return Some(FoundNumber {
                    start,
                    end: group.end,
                });
            }
            if self.bytes.get(group.end) != Some(&separator) {
                return None;
            }
            let next = group.end + 1;
            group = next..self.run_end(next);
            if group.is_empty() {
                return None;
            }
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = FoundNumber;

    fn next(&mut self) -> Option<FoundNumber> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let start = self.at + rest.iter().position(u8::is_ascii_digit)?;
            let end = self.run_end(start);
            let found = self.number_at(start, end);
            self.at = found.map_or(end, |found| found.end);
            if found.is_some() {
                return found;
            }
        }
    }
}

/// Digits of several groups side by side, overwritten on drop.
#[derive(Default)]
struct Digits {
    bytes: [u8; NUMBER_LEN_MAX],
    len: usize,
}

impl Digits {
    /// Nothing when they would be too many for a card number.
    fn push(&mut self, group: &[u8]) -> Option<()> {
        let room = self.bytes.get_mut(self.len..self.len + group.len())?;
        room.copy_from_slice(group);
        self.len += group.len();
        Some(())
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Drop for Digits {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// Whether the digits are a card number of a known brand, or of the ranges 5 and 6 where small schemes live.
fn is_number(digits: &[u8]) -> bool {
    if !(FOUND_LEN_MIN..=NUMBER_LEN_MAX).contains(&digits.len()) || !passes_luhn(digits) {
        return false;
    }
    match Brand::of(digits) {
        Brand::Unknown => matches!(digits[0], b'5' | b'6'),
        brand => brand.allows_number_len(digits.len()),
    }
}
