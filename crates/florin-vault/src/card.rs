//! What a payer types: number, expiry, security code.
//!
//! `CardNumber` and `Cvc` keep their digits in one heap buffer that is overwritten on drop. They cannot be printed,
//! serialised, copied or compared with `==`. What may be shown (last four digits, issuer, brand) has its own method.
//! Deliberately absent: a public way to the digits; only a `CardOpener` has one.

use crate::brand::Brand;
use crate::digest::constant_time_eq;
use std::fmt;
use zeroize::Zeroizing;

const NUMBER_LEN_MIN: usize = 12;
pub(crate) const NUMBER_LEN_MAX: usize = 19;
const CVC_LEN_MAX: usize = 4;
/// A card that expires later than this is a mistyped year.
const EXPIRY_AHEAD_YEARS_MAX: i64 = 50;

/// A card number that has the length of its brand and a correct check digit.
pub struct CardNumber {
    digits: Zeroizing<String>,
    brand: Brand,
}

/// Why a text is no card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardNumberError {
    /// The check digit (Luhn) is wrong.
    Incorrect,
    /// Something other than digits, spaces and dashes, or a length that the brand does not have.
    Invalid,
}

impl CardNumberError {
    /// The error code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            CardNumberError::Incorrect => "incorrect_number",
            CardNumberError::Invalid => "invalid_number",
        }
    }
}

impl CardNumber {
    /// Reads a number as typed. Spaces and dashes are skipped.
    ///
    /// # Errors
    /// `Invalid` for other characters and wrong lengths, `Incorrect` for a wrong check digit.
    pub fn parse(text: &str) -> Result<CardNumber, CardNumberError> {
        let digits = collect_digits(text, NUMBER_LEN_MAX).ok_or(CardNumberError::Invalid)?;
        if digits.len() < NUMBER_LEN_MIN {
            return Err(CardNumberError::Invalid);
        }
        let brand = Brand::of(digits.as_bytes());
        if !brand.allows_number_len(digits.len()) {
            return Err(CardNumberError::Invalid);
        }
        if !passes_luhn(digits.as_bytes()) {
            return Err(CardNumberError::Incorrect);
        }
        Ok(CardNumber { digits, brand })
    }

    /// The last four digits, which may be stored and shown.
    pub fn last4(&self) -> &str {
        &self.digits[self.digits.len() - 4..]
    }

    /// The issuer identification number: the first six digits, which may be stored and shown.
    pub fn iin(&self) -> &str {
        &self.digits[..6]
    }

    /// The scheme that the number's range belongs to.
    pub fn brand(&self) -> Brand {
        self.brand
    }

    /// How many digits the number has.
    pub fn digit_count(&self) -> usize {
        self.digits.len()
    }

    /// Whether this is the given number, in constant time. It tells published test numbers from real ones.
    pub fn is(&self, digits: &str) -> bool {
        constant_time_eq(self.digits.as_bytes(), digits.as_bytes())
    }

    pub(crate) fn digits(&self) -> &str {
        &self.digits
    }
}

/// A card's security code, three or four digits.
pub struct Cvc {
    digits: Zeroizing<String>,
}

/// The text is not as many digits as the brand prints. It shows nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CvcError;

impl CvcError {
    /// The error code on the wire.
    pub fn code(self) -> &'static str {
        "invalid_cvc"
    }
}

impl Cvc {
    /// Reads a security code: four digits for American Express, three or four for an unknown brand, else three.
    ///
    /// # Errors
    /// `CvcError` for anything else; separators are not skipped here.
    pub fn parse(text: &str, brand: Brand) -> Result<Cvc, CvcError> {
        let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !only_digits || !brand.allows_cvc_len(text.len()) {
            return Err(CvcError);
        }
        Cvc::from_digits(text).ok_or(CvcError)
    }

    /// Three or four digits of any brand, as the vault itself sealed them.
    pub(crate) fn from_digits(text: &str) -> Option<Cvc> {
        let digits = collect_digits(text, CVC_LEN_MAX)?;
        (digits.len() >= 3).then_some(Cvc { digits })
    }

    pub(crate) fn digits(&self) -> &str {
        &self.digits
    }
}

/// The last month in which a card is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    year: u16,
    month: u8,
}

/// Which part of an expiry is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryError {
    /// Not 1 to 12, or a month of this year that is over.
    Month,
    /// No year, a year that is over, or one more than 50 years ahead.
    Year,
}

impl ExpiryError {
    /// The error code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            ExpiryError::Month => "invalid_expiry_month",
            ExpiryError::Year => "invalid_expiry_year",
        }
    }
}

impl Expiry {
    /// Month 1 to 12 and a year of two digits (2000 is added) or four.
    ///
    /// # Errors
    /// `Month` or `Year` when that part is out of range. Whether the card has expired is asked by `check`.
    pub fn new(month: i64, year: i64) -> Result<Expiry, ExpiryError> {
        let month = u8::try_from(month)
            .ok()
            .filter(|month| (1..=12).contains(month))
            .ok_or(ExpiryError::Month)?;
        let full_year = if (0..100).contains(&year) {
            year + 2000
        } else {
            year
        };
        let year = u16::try_from(full_year)
            .ok()
            .filter(|year| (1000..=9999).contains(year))
            .ok_or(ExpiryError::Year)?;
        Ok(Expiry { year, month })
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The year, four digits.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Whether the card is still good in the given month; a card is good until the end of its month.
    ///
    /// # Errors
    /// `Year` when the year is over or more than 50 years ahead, `Month` when the month of this year is over.
    pub fn check(self, now_year: i64, now_month: i64) -> Result<(), ExpiryError> {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        if year < now_year || year > now_year.saturating_add(EXPIRY_AHEAD_YEARS_MAX) {
            return Err(ExpiryError::Year);
        }
        if year == now_year && month < now_month {
            return Err(ExpiryError::Month);
        }
        Ok(())
    }
}

impl fmt::Display for CardNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for CvcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for ExpiryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for CardNumberError {}
impl std::error::Error for CvcError {}
impl std::error::Error for ExpiryError {}

/// The digits of a text without spaces and dashes, or nothing when it holds anything else or too many.
/// The buffer never grows, so that no freed copy of the digits stays behind.
fn collect_digits(text: &str, len_max: usize) -> Option<Zeroizing<String>> {
    let mut digits = Zeroizing::new(String::with_capacity(len_max));
    for letter in text.chars() {
        match letter {
            ' ' | '-' => {}
            '0'..='9' if digits.len() < len_max => digits.push(letter),
            _ => return None,
        }
    }
    Some(digits)
}

/// The check-digit rule of ISO/IEC 7812-1 annex B over ASCII digits.
pub(crate) fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            let doubled = if place % 2 == 1 { value * 2 } else { value };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::ZeroizeOnDrop;

    fn is_wiped_on_drop<T: ZeroizeOnDrop>(_: &T) -> bool {
        true
    }

    #[test]
    fn digits_are_wiped_on_drop_and_never_reallocated() {
        let number = CardNumber::parse("4242-4242 4242-4242")
            .ok()
            .map(|number| number.digits);
        let number = number.expect("a test number");
        assert!(is_wiped_on_drop(&number));
        assert_eq!(number.capacity(), NUMBER_LEN_MAX);
        let cvc = Cvc::parse("123", Brand::Visa).expect("a code").digits;
        assert!(is_wiped_on_drop(&cvc));
        assert_eq!(cvc.capacity(), CVC_LEN_MAX);
    }

    #[test]
    fn luhn_catches_every_single_digit_error() {
        let number = b"4242424242424242";
        assert!(passes_luhn(number));
        for place in 0..number.len() {
            for other in (b'0'..=b'9').filter(|digit| *digit != number[place]) {
                let mut changed = *number;
                changed[place] = other;
                assert!(!passes_luhn(&changed), "place {place}");
            }
        }
        assert!(!passes_luhn(b""));
    }
}
