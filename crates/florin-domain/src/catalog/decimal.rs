//! Exact decimals: a number of digits, and where the point stands among them.
//!
//! Amounts with a fraction of a minor unit and percentages come as text and never become anything inexact. Deliberately
//! absent: signs, because nothing in a catalog is less than nothing, and sums, which are made of rounded amounts.

use std::fmt;

/// The most places behind the point that a decimal may have.
pub const PLACES_MAX: u32 = 12;

/// A decimal that is not negative: `digits` / 10^`places`. The last place is never a zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// Reads `12`, `0.5` or `8.875`. `None` for anything else, a sign included, and for more than `places_max` places; zeros
    /// at the end of a fraction are no places.
    pub fn parse(text: &str, places_max: u32) -> Option<Decimal> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (text, ""),
        };
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let places = u32::try_from(fraction.len()).ok()?;
        if places > places_max.min(PLACES_MAX) {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Decimal { digits, places })
    }

    /// A whole number; `None` for one below zero.
    pub fn of(whole: i64) -> Option<Decimal> {
        let digits = i128::from(whole);
        (whole >= 0).then_some(Decimal { digits, places: 0 })
    }

    /// The number, where it has no fraction.
    pub fn whole(self) -> Option<i64> {
        match self.places {
            0 => i64::try_from(self.digits).ok(),
            _ => None,
        }
    }

    /// True for more than this.
    pub fn exceeds(self, limit: i64) -> bool {
        self.digits > i128::from(limit).saturating_mul(self.scale())
    }

    /// So many times this, rounded half up once, at the end. `None` when it does not fit.
    pub fn times(self, factor: i64) -> Option<i64> {
        half_up(self.digits.checked_mul(i128::from(factor))?, self.scale())
    }

    /// All digits as one number.
    pub(super) const fn digits(self) -> i128 {
        self.digits
    }

    /// What the digits are divided by.
    pub(super) const fn scale(self) -> i128 {
        10_i128.pow(self.places)
    }
}

/// A quotient, rounded half up. The divisor is above zero. `None` when the result does not fit.
pub(super) fn half_up(dividend: i128, divisor: i128) -> Option<i64> {
    let doubled = dividend.checked_mul(2)?.checked_add(divisor)?;
    let rounded = doubled.checked_div_euclid(divisor.checked_mul(2)?)?;
    i64::try_from(rounded).ok()
}

/// The shortest text that says the same: `12`, `0.5`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.digits / self.scale(), self.digits % self.scale());
        match self.places {
            0 => write!(f, "{whole}"),
            places => write!(f, "{whole}.{rest:0width$}", width = places as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_and_told_in_their_shortest_form() {
        for (text, places_max, expected) in [
            ("0", 0, Some("0")),
            ("007", 0, Some("7")),
            ("12.50", 1, Some("12.5")),
            ("12.00", 0, Some("12")),
            ("1.05", 2, Some("1.05")),
            ("0.000000000001", 12, Some("0.000000000001")),
            ("0.0000000000001", 99, None),
            ("1.23", 1, None),
            ("", 4, None),
            (".5", 4, None),
            ("5.", 4, None),
            ("-1", 4, None),
            ("+1", 4, None),
            ("1e3", 4, None),
            ("1.2.3", 4, None),
            ("1234567890123456789012345678901234567890", 4, None),
        ] {
            let found = Decimal::parse(text, places_max).map(|read| read.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_product_is_rounded_half_up_once() {
        for (text, factor, expected) in [
            ("1.5", 3, Some(5)),
            ("1.4", 1, Some(1)),
            ("0.5", 1, Some(1)),
            ("0.5", -1, Some(0)),
            ("0.000000000001", 499_999_999_999, Some(0)),
            ("0.000000000001", 500_000_000_000, Some(1)),
            ("2", i64::MAX, None),
            ("1", i64::MAX, Some(i64::MAX)),
        ] {
            let read = Decimal::parse(text, PLACES_MAX).expect("a decimal");
            assert_eq!(read.times(factor), expected, "{text} * {factor}");
        }
    }

    #[test]
    fn limits_and_whole_numbers() {
        let read = |text: &str| Decimal::parse(text, PLACES_MAX).expect("a decimal");
        assert!(!read("100").exceeds(100) && read("100.0001").exceeds(100));
        assert_eq!((read("7").whole(), read("7.5").whole()), (Some(7), None));
        assert_eq!((Decimal::of(7), Decimal::of(-1)), (Some(read("7")), None));
    }
}
