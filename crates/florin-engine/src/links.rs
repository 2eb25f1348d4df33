//! Addresses of merchants, with what Florin adds before the buyer is sent there.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Display;

/// What stands in a query as it is: letters, digits and a few signs.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as a value of a query.
pub(crate) fn escaped(text: &str) -> impl Display {
    utf8_percent_encode(text, ESCAPED)
}

/// A URL with more in its query. What stands in it already stays, and so does its fragment.
pub(crate) fn with_query(url: &str, added: &str) -> String {
    let (front, mark, fragment) = match url.split_once('#') {
        Some((front, fragment)) => (front, "#", fragment),
        None => (url, "", ""),
    };
    let sign = if front.contains('?') { '&' } else { '?' };
    format!("{front}{sign}{added}{mark}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_stands_before_the_fragment() {
        for (url, expected) in [
            ("https://shop.example/a", "https://shop.example/a?x=1"),
            ("https://shop.example/?a=1", "https://shop.example/?a=1&x=1"),
            (
                "https://shop.example/?a=1#b?c",
                "https://shop.example/?a=1&x=1#b?c",
            ),
            ("https://shop.example/#", "https://shop.example/?x=1#"),
        ] {
            assert_eq!(with_query(url, "x=1"), expected);
        }
    }

    #[test]
    fn no_sign_of_a_value_ends_it() {
        let found = escaped("A/17 &=?#%\u{e4}~-._").to_string();
        assert_eq!(found, "A%2F17%20%26%3D%3F%23%25%C3%A4~-._");
    }
}
