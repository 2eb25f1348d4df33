//! Currencies: the table of presentment currencies, and the exponent of a currency at each provider.
//!
//! An exponent belongs to the pair (currency, provider): the Stripe wire, Adyen and Checkout.com each differ from
//! ISO 4217 for a few currencies, so nothing here offers an exponent without naming the provider. The table is
//! sorted by code; the tests hold it to the ISO facts. Amounts are integers in minor units of the Stripe wire.
//!
//! Deliberately absent: exchange rates, names of currencies for display, formatting by locale, payout rules, and
//! assets that are not currencies (see [`crate::assets`]).

/// The smallest charge of a currency that has no published minimum, in minor units.
pub const CHARGE_MIN_FALLBACK: i64 = 1;

/// The largest charge of most currencies, in minor units: eight digits. See [`charge_max`].
pub const CHARGE_MAX: i64 = 99_999_999;

/// One presentment currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrencyRow {
    /// The ISO 4217 code in lower case.
    pub code: &'static str,
    /// The digits behind the decimal point in ISO 4217.
    pub iso_exponent: u8,
    /// The digits behind the decimal point in amounts of the Stripe wire.
    pub wire_exponent: u8,
    /// A wire amount must be a multiple of this: 1, 10 (three-decimal currencies, in the API versions that
    /// document them) or 100 (currencies that lost their decimals but kept two on the wire).
    pub multiple_of: i64,
    /// The smallest charge in minor units of the wire.
    pub charge_min: i64,
    /// The sign shown before an amount, or the upper-case code when the currency has no sign of its own.
    pub symbol: &'static str,
}

impl CurrencyRow {
    /// The same currency with an exponent on the wire that differs from ISO 4217.
    const fn wire(self, wire_exponent: u8, multiple_of: i64) -> CurrencyRow {
        CurrencyRow {
            wire_exponent,
            multiple_of,
            ..self
        }
    }
}

/// Who defines the scale of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// The standard itself, without any provider's exceptions.
    Iso4217,
    /// The wire that Florin speaks with merchants.
    StripeWire,
    /// Adyen's own table of currency codes and minor units.
    Adyen,
    /// Checkout.com's amount format. Amounts in `clp` must end in 00 there, three-decimal amounts in 0.
    CheckoutCom,
}

/// The row of a presentment currency; `None` when the code is not one. Case does not matter.
pub fn row(code: &str) -> Option<&'static CurrencyRow> {
    let code = lowered(code)?;
    let found = ROWS.binary_search_by(|row| row.code.as_bytes().cmp(&code));
    found.ok().map(|at| &ROWS[at])
}

/// Every presentment currency, sorted by code.
pub fn all() -> &'static [CurrencyRow] {
    ROWS
}

/// The digits behind the decimal point that `provider` uses for a currency. Case does not matter.
///
/// `None` when the code is unknown, or known to ISO 4217 only while the Stripe wire is asked for.
pub fn exponent(code: &str, provider: Provider) -> Option<u8> {
    let code = lowered(code)?;
    let code = std::str::from_utf8(&code).ok()?;
    match provider {
        Provider::Iso4217 => iso_exponent(code),
        Provider::StripeWire => row(code).map(|row| row.wire_exponent),
        Provider::Adyen => overridden(code, ADYEN_OVERRIDES),
        Provider::CheckoutCom => overridden(code, CHECKOUT_COM_OVERRIDES),
    }
}

/// The largest charge of a currency in minor units of the wire, by the number of digits that an amount may have.
///
/// These are the limits that hold for every payment method; a card network may allow or demand less or more.
pub fn charge_max(code: &str) -> i64 {
    match lowered(code).as_ref().map(|code| code.as_slice()) {
        Some(b"idr") => 999_999_999_999,
        Some(b"cop") => 9_999_999_999,
        Some(b"inr") => 999_999_999,
        _ => CHARGE_MAX,
    }
}

/// An amount of the wire for people to read: `$6.00`, `¥600`, `-€1,234.50`, `6.00 CHF`.
///
/// Decimals that ISO 4217 no longer knows are left out when they are zero (`5 ISK`). An unknown code has no scale,
/// so its integer is shown as it is and said to be in minor units.
pub fn format(code: &str, minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let Some(row) = row(code) else {
        let upper = code.to_ascii_uppercase();
        return format!("{minor} {upper} minor units");
    };
    let number = decimal(minor.unsigned_abs(), row);
    if is_code(row.symbol) {
        format!("{sign}{number} {}", row.symbol)
    } else {
        format!("{sign}{}{number}", row.symbol)
    }
}

/// The three bytes of a code in lower case; `None` when it is not three ASCII letters.
fn lowered(code: &str) -> Option<[u8; 3]> {
    let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
    let letters = bytes.iter().all(u8::is_ascii_alphabetic);
    letters.then(|| bytes.map(|byte| byte.to_ascii_lowercase()))
}

fn iso_exponent(code: &str) -> Option<u8> {
    let beyond = || {
        ISO_ONLY
            .iter()
            .find(|(other, _)| *other == code)
            .map(|(_, digits)| *digits)
    };
    row(code).map(|row| row.iso_exponent).or_else(beyond)
}

fn overridden(code: &str, overrides: &[(&str, u8)]) -> Option<u8> {
    let own = overrides
        .iter()
        .find(|(other, _)| *other == code)
        .map(|(_, digits)| *digits);
    own.or_else(|| iso_exponent(code))
}

/// The digits of an amount with separators; `abs` is in minor units of the wire.
fn decimal(abs: u64, row: &CurrencyRow) -> String {
    let scale = 10_u64.pow(u32::from(row.wire_exponent));
    let (whole, fraction) = (grouped(abs / scale), abs % scale);
    if row.wire_exponent == 0 || (row.iso_exponent == 0 && fraction == 0) {
        return whole;
    }
    format!(
        "{whole}.{fraction:0width$}",
        width = usize::from(row.wire_exponent)
    )
}

/// A whole number with a comma before every third digit from the right.
fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether a symbol is a plain code, which stands behind the number.
fn is_code(symbol: &str) -> bool {
    symbol.len() == 3 && symbol.bytes().all(|byte| byte.is_ascii_uppercase())
}

const fn plain(
    code: &'static str,
    exponent: u8,
    charge_min: i64,
    symbol: &'static str,
) -> CurrencyRow {
    CurrencyRow {
        code,
        iso_exponent: exponent,
        wire_exponent: exponent,
        multiple_of: 1,
        charge_min,
        symbol,
    }
}

const fn zero(code: &'static str, charge_min: i64, symbol: &'static str) -> CurrencyRow {
    plain(code, 0, charge_min, symbol)
}

const fn two(code: &'static str, charge_min: i64, symbol: &'static str) -> CurrencyRow {
    plain(code, 2, charge_min, symbol)
}

/// The card networks carry two decimals, so the third digit of a three-decimal amount is always 0.
const fn three(code: &'static str, charge_min: i64, symbol: &'static str) -> CurrencyRow {
    plain(code, 3, charge_min, symbol).wire(3, 10)
}

/// Where Adyen's table differs from ISO 4217.
const ADYEN_OVERRIDES: &[(&str, u8)] = &[("clp", 2), ("cve", 0), ("idr", 0), ("isk", 2)];

/// Where Checkout.com's amount format differs from ISO 4217.
const CHECKOUT_COM_OVERRIDES: &[(&str, u8)] = &[("clp", 2)];

/// Currencies and units of account of ISO 4217 that cannot be charged, with their exponents.
const ISO_ONLY: &[(&str, u8)] = &[
    ("bov", 2),
    ("btn", 2),
    ("che", 2),
    ("chw", 2),
    ("clf", 4),
    ("cou", 2),
    ("cup", 2),
    ("ern", 2),
    ("ghs", 2),
    ("iqd", 3),
    ("irr", 2),
    ("kpw", 2),
    ("lyd", 3),
    ("mru", 2),
    ("mxv", 2),
    ("sdg", 2),
    ("ssp", 2),
    ("stn", 2),
    ("svc", 2),
    ("syp", 2),
    ("tmt", 2),
    ("usn", 2),
    ("uyi", 0),
    ("uyw", 4),
    ("ved", 2),
    ("ves", 2),
    ("xad", 2),
    ("zwg", 2),
];

/// The presentment currencies, sorted by code. `ang`, `bgn` and `std` have left ISO 4217 but old records hold them.
static ROWS: &[CurrencyRow] = &[
    two("aed", 200, "AED"),
    two("afn", CHARGE_MIN_FALLBACK, "AFN"),
    two("all", CHARGE_MIN_FALLBACK, "ALL"),
    two("amd", CHARGE_MIN_FALLBACK, "AMD"),
    two("ang", CHARGE_MIN_FALLBACK, "ANG"),
    two("aoa", CHARGE_MIN_FALLBACK, "AOA"),
    two("ars", 50, "ARS"),
    two("aud", 50, "A$"),
    two("awg", CHARGE_MIN_FALLBACK, "AWG"),
    two("azn", CHARGE_MIN_FALLBACK, "AZN"),
    two("bam", CHARGE_MIN_FALLBACK, "BAM"),
    two("bbd", CHARGE_MIN_FALLBACK, "BBD"),
    two("bdt", CHARGE_MIN_FALLBACK, "BDT"),
    two("bgn", 100, "BGN"),
    three("bhd", CHARGE_MIN_FALLBACK, "BHD"),
    zero("bif", CHARGE_MIN_FALLBACK, "BIF"),
    two("bmd", CHARGE_MIN_FALLBACK, "BMD"),
    two("bnd", CHARGE_MIN_FALLBACK, "BND"),
    two("bob", CHARGE_MIN_FALLBACK, "BOB"),
    two("brl", 50, "R$"),
    two("bsd", CHARGE_MIN_FALLBACK, "BSD"),
    two("bwp", CHARGE_MIN_FALLBACK, "BWP"),
    two("byn", CHARGE_MIN_FALLBACK, "BYN"),
    two("bzd", CHARGE_MIN_FALLBACK, "BZD"),
    two("cad", 50, "CA$"),
    two("cdf", CHARGE_MIN_FALLBACK, "CDF"),
    two("chf", 50, "CHF"),
    zero("clp", CHARGE_MIN_FALLBACK, "CLP"),
    two("cny", CHARGE_MIN_FALLBACK, "CN¥"),
    two("cop", 50, "COP"),
    two("crc", CHARGE_MIN_FALLBACK, "CRC"),
    two("cve", CHARGE_MIN_FALLBACK, "CVE"),
    two("czk", 1_500, "CZK"),
    zero("djf", CHARGE_MIN_FALLBACK, "DJF"),
    two("dkk", 250, "DKK"),
    two("dop", CHARGE_MIN_FALLBACK, "DOP"),
    two("dzd", CHARGE_MIN_FALLBACK, "DZD"),
    two("egp", CHARGE_MIN_FALLBACK, "EGP"),
    two("etb", CHARGE_MIN_FALLBACK, "ETB"),
    two("eur", 50, "€"),
    two("fjd", CHARGE_MIN_FALLBACK, "FJD"),
    two("fkp", CHARGE_MIN_FALLBACK, "FKP"),
    two("gbp", 30, "£"),
    two("gel", CHARGE_MIN_FALLBACK, "GEL"),
    two("gip", CHARGE_MIN_FALLBACK, "GIP"),
    two("gmd", CHARGE_MIN_FALLBACK, "GMD"),
    zero("gnf", CHARGE_MIN_FALLBACK, "GNF"),
    two("gtq", CHARGE_MIN_FALLBACK, "GTQ"),
    two("gyd", CHARGE_MIN_FALLBACK, "GYD"),
    two("hkd", 400, "HK$"),
    two("hnl", CHARGE_MIN_FALLBACK, "HNL"),
    two("htg", CHARGE_MIN_FALLBACK, "HTG"),
    two("huf", 17_500, "HUF"),
    two("idr", 50, "IDR"),
    two("ils", 50, "₪"),
    two("inr", 50, "₹"),
    zero("isk", CHARGE_MIN_FALLBACK, "ISK").wire(2, 100),
    two("jmd", CHARGE_MIN_FALLBACK, "JMD"),
    three("jod", CHARGE_MIN_FALLBACK, "JOD"),
    zero("jpy", 50, "¥"),
    two("kes", CHARGE_MIN_FALLBACK, "KES"),
    two("kgs", CHARGE_MIN_FALLBACK, "KGS"),
    two("khr", CHARGE_MIN_FALLBACK, "KHR"),
    zero("kmf", CHARGE_MIN_FALLBACK, "KMF"),
    zero("krw", 50, "₩"),
    three("kwd", CHARGE_MIN_FALLBACK, "KWD"),
    two("kyd", CHARGE_MIN_FALLBACK, "KYD"),
    two("kzt", CHARGE_MIN_FALLBACK, "KZT"),
    two("lak", CHARGE_MIN_FALLBACK, "LAK"),
    two("lbp", CHARGE_MIN_FALLBACK, "LBP"),
    two("lkr", CHARGE_MIN_FALLBACK, "LKR"),
    two("lrd", CHARGE_MIN_FALLBACK, "LRD"),
    two("lsl", CHARGE_MIN_FALLBACK, "LSL"),
    two("mad", CHARGE_MIN_FALLBACK, "MAD"),
    two("mdl", CHARGE_MIN_FALLBACK, "MDL"),
    two("mga", CHARGE_MIN_FALLBACK, "MGA").wire(0, 1),
    two("mkd", CHARGE_MIN_FALLBACK, "MKD"),
    two("mmk", CHARGE_MIN_FALLBACK, "MMK"),
    two("mnt", CHARGE_MIN_FALLBACK, "MNT"),
    two("mop", CHARGE_MIN_FALLBACK, "MOP"),
    two("mur", CHARGE_MIN_FALLBACK, "MUR"),
    two("mvr", CHARGE_MIN_FALLBACK, "MVR"),
    two("mwk", CHARGE_MIN_FALLBACK, "MWK"),
    two("mxn", 1_000, "MX$"),
    two("myr", 200, "MYR"),
    two("mzn", CHARGE_MIN_FALLBACK, "MZN"),
    two("nad", CHARGE_MIN_FALLBACK, "NAD"),
    two("ngn", CHARGE_MIN_FALLBACK, "NGN"),
    two("nio", CHARGE_MIN_FALLBACK, "NIO"),
    two("nok", 300, "NOK"),
    two("npr", CHARGE_MIN_FALLBACK, "NPR"),
    two("nzd", 50, "NZ$"),
    three("omr", CHARGE_MIN_FALLBACK, "OMR"),
    two("pab", CHARGE_MIN_FALLBACK, "PAB"),
    two("pen", CHARGE_MIN_FALLBACK, "PEN"),
    two("pgk", CHARGE_MIN_FALLBACK, "PGK"),
    two("php", 50, "₱"),
    two("pkr", CHARGE_MIN_FALLBACK, "PKR"),
    two("pln", 200, "PLN"),
    zero("pyg", CHARGE_MIN_FALLBACK, "PYG"),
    two("qar", CHARGE_MIN_FALLBACK, "QAR"),
    two("ron", 200, "RON"),
    two("rsd", CHARGE_MIN_FALLBACK, "RSD"),
    two("rub", 50, "RUB"),
    zero("rwf", CHARGE_MIN_FALLBACK, "RWF"),
    two("sar", CHARGE_MIN_FALLBACK, "SAR"),
    two("sbd", CHARGE_MIN_FALLBACK, "SBD"),
    two("scr", CHARGE_MIN_FALLBACK, "SCR"),
    two("sek", 300, "SEK"),
    two("sgd", 50, "SGD"),
    two("shp", CHARGE_MIN_FALLBACK, "SHP"),
    two("sle", CHARGE_MIN_FALLBACK, "SLE"),
    two("sos", CHARGE_MIN_FALLBACK, "SOS"),
    two("srd", CHARGE_MIN_FALLBACK, "SRD"),
    two("std", CHARGE_MIN_FALLBACK, "STD"),
    two("szl", CHARGE_MIN_FALLBACK, "SZL"),
    two("thb", 1_000, "THB"),
    two("tjs", CHARGE_MIN_FALLBACK, "TJS"),
    three("tnd", CHARGE_MIN_FALLBACK, "TND"),
    two("top", CHARGE_MIN_FALLBACK, "TOP"),
    two("try", CHARGE_MIN_FALLBACK, "TRY"),
    two("ttd", CHARGE_MIN_FALLBACK, "TTD"),
    two("twd", CHARGE_MIN_FALLBACK, "NT$"),
    two("tzs", CHARGE_MIN_FALLBACK, "TZS"),
    two("uah", CHARGE_MIN_FALLBACK, "UAH"),
    zero("ugx", CHARGE_MIN_FALLBACK, "UGX").wire(2, 100),
    two("usd", 50, "$"),
    two("uyu", CHARGE_MIN_FALLBACK, "UYU"),
    two("uzs", CHARGE_MIN_FALLBACK, "UZS"),
    zero("vnd", CHARGE_MIN_FALLBACK, "₫"),
    zero("vuv", CHARGE_MIN_FALLBACK, "VUV"),
    two("wst", CHARGE_MIN_FALLBACK, "WST"),
    zero("xaf", CHARGE_MIN_FALLBACK, "XAF"),
    two("xcd", CHARGE_MIN_FALLBACK, "EC$"),
    two("xcg", CHARGE_MIN_FALLBACK, "XCG"),
    zero("xof", CHARGE_MIN_FALLBACK, "XOF"),
    zero("xpf", CHARGE_MIN_FALLBACK, "XPF"),
    two("yer", CHARGE_MIN_FALLBACK, "YER"),
    two("zar", 50, "ZAR"),
    two("zmw", CHARGE_MIN_FALLBACK, "ZMW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of the table that satisfy `wanted`, joined for a readable comparison.
    fn codes(wanted: impl Fn(&CurrencyRow) -> bool) -> String {
        let found: Vec<&str> = ROWS
            .iter()
            .filter(|row| wanted(row))
            .map(|row| row.code)
            .collect();
        found.join(" ")
    }

    #[test]
    fn the_table_is_sorted_and_each_code_is_found() {
        assert_eq!(ROWS.len(), 140);
        for pair in ROWS.windows(2) {
            assert!(
                pair[0].code < pair[1].code,
                "{} {}",
                pair[0].code,
                pair[1].code
            );
        }
        for one in ROWS {
            assert_eq!(row(one.code), Some(one));
            assert_eq!(row(&one.code.to_ascii_uppercase()), Some(one));
        }
        for absent in ["", "us", "usdt", "xxx", "u d", "€", "iqd"] {
            assert!(row(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn iso_exponents_other_than_two_are_exactly_the_published_ones() {
        let expected = [
            (
                0,
                "bif clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf",
            ),
            (3, "bhd iqd jod kwd lyd omr tnd"),
            (4, "clf uyw"),
        ];
        let known = || {
            ROWS.iter()
                .map(|row| row.code)
                .chain(ISO_ONLY.iter().map(|(code, _)| *code))
        };
        for (digits, list) in expected {
            let mut found: Vec<&str> = known()
                .filter(|code| exponent(code, Provider::Iso4217) == Some(digits))
                .collect();
            found.sort_unstable();
            assert_eq!(found.join(" "), list);
        }
        let listed: usize = expected
            .iter()
            .map(|(_, list)| list.split(' ').count())
            .sum();
        let rest = known()
            .filter(|code| exponent(code, Provider::Iso4217) == Some(2))
            .count();
        assert_eq!(rest + listed, ROWS.len() + ISO_ONLY.len());
        assert!(ISO_ONLY.iter().all(|(code, _)| row(code).is_none()));
    }

    #[test]
    fn the_wire_has_its_own_exponents() {
        let zero = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf";
        assert_eq!(codes(|row| row.wire_exponent == 0), zero);
        assert_eq!(codes(|row| row.wire_exponent == 3), "bhd jod kwd omr tnd");
        assert_eq!(codes(|row| row.multiple_of == 10), "bhd jod kwd omr tnd");
        assert_eq!(codes(|row| row.multiple_of == 100), "isk ugx");
        assert_eq!(
            codes(|row| row.wire_exponent != row.iso_exponent),
            "isk mga ugx"
        );
        assert!(
            ROWS.iter()
                .all(|row| [1, 10, 100].contains(&row.multiple_of))
        );
    }

    #[test]
    fn providers_differ_from_iso_only_where_they_say_so() {
        let check = |code: &str, expected: [Option<u8>; 4]| {
            use Provider::{Adyen, CheckoutCom, Iso4217, StripeWire};
            let found =
                [Iso4217, StripeWire, Adyen, CheckoutCom].map(|provider| exponent(code, provider));
            assert_eq!(found, expected, "{code}");
        };
        check("usd", [Some(2), Some(2), Some(2), Some(2)]);
        check("JPY", [Some(0), Some(0), Some(0), Some(0)]);
        check("isk", [Some(0), Some(2), Some(2), Some(0)]);
        check("ugx", [Some(0), Some(2), Some(0), Some(0)]);
        check("clp", [Some(0), Some(0), Some(2), Some(2)]);
        check("mga", [Some(2), Some(0), Some(2), Some(2)]);
        check("cve", [Some(2), Some(2), Some(0), Some(2)]);
        check("idr", [Some(2), Some(2), Some(0), Some(2)]);
        check("huf", [Some(2), Some(2), Some(2), Some(2)]);
        check("kwd", [Some(3), Some(3), Some(3), Some(3)]);
        check("iqd", [Some(3), None, Some(3), Some(3)]);
        check("clf", [Some(4), None, Some(4), Some(4)]);
        check("btc", [None, None, None, None]);
        check("usdt", [None, None, None, None]);
    }

    #[test]
    fn minimums_are_the_published_ones() {
        let minimum = |code: &str| row(code).map(|row| row.charge_min);
        for (code, expected) in [
            ("usd", 50),
            ("eur", 50),
            ("gbp", 30),
            ("aed", 200),
            ("bgn", 100),
            ("czk", 1500),
            ("dkk", 250),
            ("hkd", 400),
            ("huf", 17_500),
            ("jpy", 50),
            ("krw", 50),
            ("mxn", 1000),
            ("myr", 200),
            ("pln", 200),
            ("sek", 300),
            ("thb", 1000),
            ("zar", 50),
            ("kwd", CHARGE_MIN_FALLBACK),
        ] {
            assert_eq!(minimum(code), Some(expected), "{code}");
        }
        assert_eq!(
            ROWS.iter()
                .filter(|row| row.charge_min != CHARGE_MIN_FALLBACK)
                .count(),
            32
        );
        assert!(
            ROWS.iter()
                .all(|row| row.charge_min > 0 && row.charge_min < charge_max(row.code))
        );
    }

    #[test]
    fn the_maximum_is_a_number_of_digits() {
        assert_eq!(charge_max("usd"), 99_999_999);
        assert_eq!(charge_max("INR").to_string().len(), 9);
        assert_eq!(charge_max("cop").to_string().len(), 10);
        assert_eq!(charge_max("idr").to_string().len(), 12);
        assert_eq!(charge_max("nonsense"), CHARGE_MAX);
    }

    #[test]
    fn amounts_are_shown_for_people() {
        for (code, minor, expected) in [
            ("usd", 600, "$6.00"),
            ("usd", 5, "$0.05"),
            ("usd", -123_456_789, "-$1,234,567.89"),
            ("USD", 99_999_999, "$999,999.99"),
            ("jpy", 600, "¥600"),
            ("krw", 1_000_000, "₩1,000,000"),
            ("chf", 600, "6.00 CHF"),
            ("chf", -1, "-0.01 CHF"),
            ("kwd", 5_120, "5.120 KWD"),
            ("mga", 600, "600 MGA"),
            ("isk", 500, "5 ISK"),
            ("isk", 550, "5.50 ISK"),
            ("brl", 100, "R$1.00"),
            ("usd", i64::MIN, "-$92,233,720,368,547,758.08"),
            ("btc", 600, "600 BTC minor units"),
        ] {
            assert_eq!(format(code, minor), expected);
        }
    }

    #[test]
    fn a_symbol_is_the_code_or_a_sign_that_cannot_be_mistaken_for_one() {
        let signs = "aud brl cad cny eur gbp hkd ils inr jpy krw mxn nzd php twd usd vnd xcd";
        assert_eq!(codes(|row| !is_code(row.symbol)), signs);
        for one in ROWS.iter().filter(|row| is_code(row.symbol)) {
            assert_eq!(one.symbol, one.code.to_ascii_uppercase());
        }
        let mut shown: Vec<&str> = ROWS.iter().map(|row| row.symbol).collect();
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(shown.len(), ROWS.len());
    }
}
