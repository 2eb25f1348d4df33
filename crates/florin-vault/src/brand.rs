//! Card brands: which number ranges belong to which scheme, and how long their numbers are.
//!
//! One table of prefixes (ISO/IEC 7812 issuer identification numbers) and one of lengths. Deliberately absent: brands that
//! share the range of another scheme (Cartes Bancaires, eftpos Australia, Elo); those are facts of the single card that
//! only its issuer knows, not of a range.

/// A card scheme, as far as the number alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Brand {
    /// 4.
    Visa,
    /// 51 to 55 and 2221 to 2720.
    Mastercard,
    /// 34 and 37.
    Amex,
    /// 6011, 644 to 649 and 65.
    Discover,
    /// 300 to 305, 3095, 36, 38 and 39.
    Diners,
    /// 3528 to 3589.
    Jcb,
    /// 62 and 81.
    UnionPay,
    /// No range of the table.
    Unknown,
}

/// Numbers whose first `digits` digits lie between `low` and `high`.
struct Range {
    digits: usize,
    low: u32,
    high: u32,
    brand: Brand,
}

const fn range(digits: usize, low: u32, high: u32, brand: Brand) -> Range {
    Range {
        digits,
        low,
        high,
        brand,
    }
}

/// No two rows overlap, so their order does not matter.
const RANGES: [Range; 15] = [
    range(1, 4, 4, Brand::Visa),
    range(2, 51, 55, Brand::Mastercard),
    range(4, 2221, 2720, Brand::Mastercard),
    range(2, 34, 34, Brand::Amex),
    range(2, 37, 37, Brand::Amex),
    range(4, 6011, 6011, Brand::Discover),
    range(3, 644, 649, Brand::Discover),
    range(2, 65, 65, Brand::Discover),
    range(3, 300, 305, Brand::Diners),
    range(4, 3095, 3095, Brand::Diners),
    range(2, 36, 36, Brand::Diners),
    range(2, 38, 39, Brand::Diners),
    range(4, 3528, 3589, Brand::Jcb),
    range(2, 62, 62, Brand::UnionPay),
    range(2, 81, 81, Brand::UnionPay),
];

impl Brand {
    /// The brand of a number given as ASCII digits; `Unknown` for anything else.
    pub(crate) fn of(digits: &[u8]) -> Brand {
        let matching = RANGES.iter().find(|range| {
            leading_number(digits, range.digits)
                .is_some_and(|lead| range.low <= lead && lead <= range.high)
        });
        matching.map_or(Brand::Unknown, |range| range.brand)
    }

    /// The name on the wire.
    pub fn wire_name(self) -> &'static str {
        match self {
            Brand::Visa => "visa",
            Brand::Mastercard => "mastercard",
            Brand::Amex => "amex",
            Brand::Discover => "discover",
            Brand::Diners => "diners",
            Brand::Jcb => "jcb",
            Brand::UnionPay => "unionpay",
            Brand::Unknown => "unknown",
        }
    }

    /// Whether the brand has numbers of this many digits.
    pub(crate) fn allows_number_len(self, len: usize) -> bool {
        match self {
            Brand::Visa => matches!(len, 13 | 16 | 19),
            Brand::Mastercard => len == 16,
            Brand::Amex => len == 15,
            Brand::Discover | Brand::Jcb | Brand::UnionPay => matches!(len, 16..=19),
            Brand::Diners => matches!(len, 14 | 16..=19),
            Brand::Unknown => matches!(len, 12..=19),
        }
    }

    /// Whether the brand prints security codes of this many digits.
    pub(crate) fn allows_cvc_len(self, len: usize) -> bool {
        match self {
            Brand::Amex => len == 4,
            Brand::Unknown => matches!(len, 3 | 4),
            _ => len == 3,
        }
    }
}

/// The first `count` digits as a number, or nothing when there are fewer or one is no digit.
fn leading_number(digits: &[u8], count: usize) -> Option<u32> {
    digits.get(..count)?.iter().try_fold(0, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_edges() {
        let cases = [
            ("4000", Brand::Visa),
            ("5000", Brand::Unknown),
            ("5100", Brand::Mastercard),
            ("5599", Brand::Mastercard),
            ("5600", Brand::Unknown),
            ("2220", Brand::Unknown),
            ("2221", Brand::Mastercard),
            ("2720", Brand::Mastercard),
            ("2721", Brand::Unknown),
            ("3400", Brand::Amex),
            ("3500", Brand::Unknown),
            ("3527", Brand::Unknown),
            ("3528", Brand::Jcb),
            ("3589", Brand::Jcb),
            ("3590", Brand::Unknown),
            ("3059", Brand::Diners),
            ("3060", Brand::Unknown),
            ("3095", Brand::Diners),
            ("3096", Brand::Unknown),
            ("3999", Brand::Diners),
            ("6011", Brand::Discover),
            ("6012", Brand::Unknown),
            ("6439", Brand::Unknown),
            ("6440", Brand::Discover),
            ("6599", Brand::Discover),
            ("6200", Brand::UnionPay),
            ("8199", Brand::UnionPay),
            ("8200", Brand::Unknown),
            ("6", Brand::Unknown),
            ("", Brand::Unknown),
            ("x4", Brand::Unknown),
        ];
        for (digits, brand) in cases {
            assert_eq!(Brand::of(digits.as_bytes()), brand, "{digits}");
        }
    }

    #[test]
    fn every_prefix_has_at_most_one_row() {
        for prefix in 1000_u32..10_000 {
            let digits = prefix.to_string();
            let rows = RANGES.iter().filter(|range| {
                leading_number(digits.as_bytes(), range.digits)
                    .is_some_and(|n| range.low <= n && n <= range.high)
            });
            assert!(rows.count() <= 1, "{digits}");
        }
    }

    #[test]
    fn lengths() {
        let cases = [
            (Brand::Visa, &[13, 16, 19][..]),
            (Brand::Mastercard, &[16]),
            (Brand::Amex, &[15]),
            (Brand::Discover, &[16, 17, 18, 19]),
            (Brand::Diners, &[14, 16, 17, 18, 19]),
            (Brand::Unknown, &[12, 13, 14, 15, 16, 17, 18, 19]),
        ];
        for (brand, expected) in cases {
            let allowed: Vec<usize> = (0..30)
                .filter(|len| brand.allows_number_len(*len))
                .collect();
            assert_eq!(allowed, expected, "{brand:?}");
        }
    }
}
