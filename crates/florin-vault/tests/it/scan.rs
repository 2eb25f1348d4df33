//! The scanner for card numbers in places where none may be.

use florin_vault::{FoundNumber, find_card_numbers, looks_like_card_number};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<&str> = find_card_numbers(text.as_bytes())
        .iter()
        .map(|found| &text[found.start..found.end])
        .collect();
    assert_eq!(found, expected, "{text}");
    assert_eq!(looks_like_card_number(text), !expected.is_empty(), "{text}");
}

#[test]
fn numbers_are_found() {
    check("4242424242424242", &["4242424242424242"]);
    check("card=4242424242424242;", &["4242424242424242"]);
    check("4242 4242 4242 4242", &["4242 4242 4242 4242"]);
    check("4242-4242-4242-4242", &["4242-4242-4242-4242"]);
    check("3782 822463 10005", &["3782 822463 10005"]);
    check("no. 36227206271667.", &["36227206271667"]);
    check("6205500000000000004", &["6205500000000000004"]);
    check(
        "{\"a\":\"5555555555554444\",\"b\":\"378282246310005\"}",
        &["5555555555554444", "378282246310005"],
    );
    check("12 4242424242424242", &["4242424242424242"]);
    check("4242424242424242 1230", &["4242424242424242"]);
    check("é4242424242424242é", &["4242424242424242"]);
}

#[test]
fn other_digits_are_not() {
    check("", &[]);
    check("4242", &[]);
    check("4242424242424241", &[]);
    check("4242 4242 4242 4241", &[]);
    check("4242  4242 4242 4242", &[]);
    check("4242 4242-4242 4242", &[]);
    check("4242424242424242424242424242", &[]);
    check("1690000000009", &[]);
    check("1690000000009 1690000000009", &[]);
    check("400000000000006", &[]);
    check("0000000000000000", &[]);
    check("4242 4242 4242", &[]);
    check("4242 4242 4242 ", &[]);
}

#[test]
fn offsets_are_bytes_of_any_data() {
    let mut data = vec![0xff, 0x00];
    data.extend_from_slice(b"4000056655665556");
    data.push(0xfe);
    assert_eq!(
        find_card_numbers(&data),
        [FoundNumber { start: 2, end: 18 }]
    );
}

proptest! {
    #[test]
    fn a_number_is_found_between_any_bytes_without_digits(
        before in proptest::collection::vec(any::<u8>(), 0..40),
        after in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let is_plain = |bytes: &[u8]| !bytes.iter().any(|byte| byte.is_ascii_digit());
        prop_assume!(is_plain(&before) && is_plain(&after));
        let data = [&before[..], b"4242424242424242", &after[..]].concat();
        let start = before.len();
        prop_assert_eq!(find_card_numbers(&data), vec![FoundNumber { start, end: start + 16 }]);
    }

    #[test]
    fn any_text_is_scanned_without_panic(text in "[0-9 -]{0,80}") {
        for found in find_card_numbers(text.as_bytes()) {
            let digits = text[found.start..found.end].bytes().filter(u8::is_ascii_digit).count();
            prop_assert!((13..=19).contains(&digits));
        }
    }
}
