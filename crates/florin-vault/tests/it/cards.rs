//! Reading cards: every published test number, and each way to mistype.

use florin_vault::{Brand, CardNumber, CardNumberError, Cvc, Expiry, ExpiryError};

const VISA_BY_COUNTRY: &str = "
4000000320000021 4000000760000002 4000001240000000 4000001520000001 4000001700000003 4000001880000005 4000002180000000
4000004840008001 4000005910000000 4000006000000066 4000006040000068 4000008580000003 4000007840000001 4000000400000008
4000000560000004 4000001000000000 4000001120000005 4000001910000009 4000001960000008 4000002030000002 4000002080000001
4000002330000009 4000002460000001 4000002500000003 4000002760000016 4000002920000005 4000003000000030 4000003480000005
4000003720000005 4000003800000008 4000004280000005 4000004380000004 4000004400000000 4000004420000006 4000004700000007
4000005280000002 4000005780000007 4000006160000005 4000006200000007 4000006420000001 4000006820000007 4000007050000006
4000007030000001 4000007240000007 4000007520000008 4000007560000009 4000008260000000 4000058260000005 4000000360000006
4000001560000002 4000003440000004 4000003560000008 4000003920000003 4000004580000002 4000005540000008 4000007020000003
4000001580000008 4000007640000003 4000057640000008 4000051230000072";

const VISA_SUCCESS_AND_DECLINES: &str = "
4242424242424242 4000056655665556 4000002500001001 4000050360000001
4000000000000002 4000000000009995 4000000000009987 4000000000009979 4000000000006975 4000000000000069 4000000000000127
4000000000000119 4100000000000019 4000000000000341
4000000000000101 4000000000000010 4000000000000028 4000000000000036 4000000000000044 4000058400307872 4000058400306072
4000000000004954 4000000000009235 4000008400000407 4000008400000159 4000008400001017 4001858821843804 4000008405600003
4000000000001208 4000000000003725";

const VISA_AUTHENTICATION_AND_AFTER: &str = "
4000002500003155 4000002760003184 4000003800000446 4000008260003178 4000000000003220 4000008400000027 4000008400001629
4000008400001280 4000000000003055 4000000000003097 4000000032200000 4000000000003063 4000582600000094 4000582600000045
4000582600000102 4000582600000110
4000000000000259 4000000000002685 4000000000001976 4000000000005423 4000000404000079 4000000404000038 4000008400000779
4000000001000043 4000000000007726 4000000000005126 4000000000000077 4000003720000278 4000000000000093
4001007020000002 4000008260000075 4001000360000005 4000002760000008
4000000000004202 4000000000004210 4000000000004236";

const MASTERCARD: &str = "
5555555555554444 2223003122003222 5200828282828210 5105105105105100 5555552500001001 5555050360000080 5200007840000022
5555558265554449 5200828282828897 5105008400000002";

const OTHERS: [(Brand, &str); 6] = [
    (Brand::Amex, "378282246310005 371449635398431"),
    (
        Brand::Discover,
        "6011111111111117 6011000990139424 6011981111111113 6555900000604105",
    ),
    (Brand::Diners, "3056930009020004 36227206271667"),
    (Brand::Jcb, "3566002020360505 3530111333300000"),
    (
        Brand::UnionPay,
        "6200000000000005 6200000000000047 6205500000000000004",
    ),
    (Brand::Unknown, "5062210000000009"),
];

fn check_all(brand: Brand, numbers: &str) {
    for digits in numbers.split_whitespace() {
        match CardNumber::parse(digits) {
            Ok(number) => {
                assert_eq!(number.brand(), brand, "{digits}");
                assert_eq!(number.iin(), &digits[..6]);
                assert_eq!(number.last4(), &digits[digits.len() - 4..]);
                assert_eq!(number.digit_count(), digits.len());
                assert!(number.is(digits) && !number.is("4242424242424241"));
            }
            Err(error) => panic!("{digits}: {error}"),
        }
    }
}

#[test]
fn every_published_test_number_is_read() {
    for numbers in [
        VISA_BY_COUNTRY,
        VISA_SUCCESS_AND_DECLINES,
        VISA_AUTHENTICATION_AND_AFTER,
    ] {
        check_all(Brand::Visa, numbers);
    }
    check_all(Brand::Mastercard, MASTERCARD);
    for (brand, numbers) in OTHERS {
        check_all(brand, numbers);
    }
}

#[test]
fn mistyped_numbers() {
    let cases = [
        ("4242424242424241", CardNumberError::Incorrect),
        ("5555555555554443", CardNumberError::Incorrect),
        ("424242424242", CardNumberError::Invalid),
        ("42424242424242426", CardNumberError::Invalid),
        ("3782822463100052", CardNumberError::Invalid),
        ("50622100000", CardNumberError::Invalid),
        ("50622100000000000000", CardNumberError::Invalid),
        ("", CardNumberError::Invalid),
        ("    ", CardNumberError::Invalid),
        ("4242x4242424242424", CardNumberError::Invalid),
        ("4242\n424242424242", CardNumberError::Invalid),
        ("４２４２424242424242", CardNumberError::Invalid),
        ("+4242424242424242", CardNumberError::Invalid),
    ];
    for (text, expected) in cases {
        assert_eq!(CardNumber::parse(text).err(), Some(expected), "{text:?}");
    }
    assert_eq!(CardNumberError::Incorrect.code(), "incorrect_number");
    assert_eq!(CardNumberError::Invalid.code(), "invalid_number");
}

#[test]
fn spaces_and_dashes_are_skipped() {
    for text in [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        " 4242424242424242 ",
        "4 2 4 2-424242424242",
    ] {
        let number = CardNumber::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(number.is("4242424242424242"), "{text}");
    }
}

#[test]
fn security_codes() {
    let cases = [
        ("123", Brand::Visa, true),
        ("000", Brand::Mastercard, true),
        ("99", Brand::Visa, false),
        ("1234", Brand::Visa, false),
        ("1234", Brand::Amex, true),
        ("123", Brand::Amex, false),
        ("123", Brand::Unknown, true),
        ("1234", Brand::Unknown, true),
        ("12345", Brand::Unknown, false),
        ("12a", Brand::Visa, false),
        ("1 3", Brand::Visa, false),
        ("１２３", Brand::Visa, false),
        ("", Brand::Visa, false),
    ];
    for (text, brand, is_good) in cases {
        let parsed = Cvc::parse(text, brand);
        assert_eq!(parsed.is_ok(), is_good, "{text:?} {brand:?}");
        assert!(
            parsed
                .err()
                .is_none_or(|error| error.code() == "invalid_cvc")
        );
    }
}

/// Reads and checks an expiry in May 2026.
fn in_may_2026(month: i64, year: i64) -> Result<(), ExpiryError> {
    Expiry::new(month, year)?.check(2026, 5)
}

#[test]
fn expiries() {
    let cases = [
        (12, 2034, Ok(())),
        (12, 34, Ok(())),
        (5, 2026, Ok(())),
        (5, 26, Ok(())),
        (4, 2026, Err(ExpiryError::Month)),
        (12, 2025, Err(ExpiryError::Year)),
        (12, 25, Err(ExpiryError::Year)),
        (13, 2034, Err(ExpiryError::Month)),
        (0, 2034, Err(ExpiryError::Month)),
        (-1, 2034, Err(ExpiryError::Month)),
        (257, 2034, Err(ExpiryError::Month)),
        (12, 2076, Ok(())),
        (1, 2077, Err(ExpiryError::Year)),
        (12, 99, Err(ExpiryError::Year)),
        (12, 134, Err(ExpiryError::Year)),
        (12, -34, Err(ExpiryError::Year)),
        (12, 20_340, Err(ExpiryError::Year)),
        (12, i64::MAX, Err(ExpiryError::Year)),
        (i64::MIN, 2034, Err(ExpiryError::Month)),
    ];
    for (month, year, expected) in cases {
        assert_eq!(in_may_2026(month, year), expected, "{month}/{year}");
    }
    assert_eq!(ExpiryError::Month.code(), "invalid_expiry_month");
    assert_eq!(ExpiryError::Year.code(), "invalid_expiry_year");
    let expiry = Expiry::new(7, 29).expect("a month");
    assert_eq!((expiry.month(), expiry.year()), (7, 2029));
}
