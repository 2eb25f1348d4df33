//! Where in a request a value stands, and how an error may name it.
//!
//! A [`Place`] is a chain of borrowed keys on the stack, so that a request without errors never builds
//! a path. [`shown`] is the only door through which a client's text reaches an error: it bounds the
//! text and hides anything that could be a card number. Deliberately absent: owned paths.

use crate::limits::ECHO_CHARS_MAX;
use std::borrow::Cow;

/// Fewest digits in a row that are hidden; card numbers in use have at least this many.
const HIDDEN_DIGITS_MIN: usize = 13;

/// One step of a path.
#[derive(Clone, Copy)]
enum Key<'a> {
    Name(&'a str),
    Index(usize),
}

/// The position of a value in the request tree.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    key: Key<'a>,
}

impl<'a> Place<'a> {
    /// The place of a member; without a parent it is a parameter of the top level.
    pub(crate) fn member(parent: Option<&'a Place<'a>>, name: &'a str) -> Self {
        let key = Key::Name(name);
        Place { parent, key }
    }

    /// The place of a list element, by the number that the client gave it.
    pub(crate) fn element(&'a self, index: usize) -> Place<'a> {
        let (parent, key) = (Some(self), Key::Index(index));
        Place { parent, key }
    }

    /// The wire form of the path, such as `items[0][price]`.
    pub(crate) fn param(&self) -> String {
        let mut text = self.parent.map(Place::param).unwrap_or_default();
        let nested = self.parent.is_some();
        if nested {
            text.push('[');
        }
        match self.key {
            Key::Name(name) => text.push_str(&shown(name)),
            Key::Index(index) => text.push_str(&index.to_string()),
        }
        if nested {
            text.push(']');
        }
        text
    }
}

/// The wire form of a path given as segments; an empty segment is the `[]` of a list.
pub(crate) fn param_of<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (depth, segment) in segments.into_iter().enumerate() {
        if depth == 0 {
            text.push_str(&shown(segment));
        } else {
            text.push('[');
            text.push_str(&shown(segment));
            text.push(']');
        }
    }
    text
}

/// A client's text as an error may repeat it: at most [`ECHO_CHARS_MAX`] characters, and without any
/// run of digits (spaces and dashes between them count as part of it) that could be a card number.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let short = text.len() <= ECHO_CHARS_MAX;
    let digits = text
        .bytes()
        .take(4 * ECHO_CHARS_MAX)
        .filter(u8::is_ascii_digit)
        .count();
    if short && digits < HIDDEN_DIGITS_MIN {
        return Cow::Borrowed(text);
    }
    let mut head: String = text.chars().take(2 * ECHO_CHARS_MAX).collect();
    if head.len() < text.len() {
        // A number that the cut splits would look too short to be hidden.
        head.truncate(head.trim_end_matches(is_number_part).len());
    }
    let hidden = hide_numbers(&head);
    let mut out: String = hidden.chars().take(ECHO_CHARS_MAX).collect();
    if out.len() < hidden.len() || head.len() < text.len() {
        out.push_str("...");
    }
    Cow::Owned(out)
}

fn is_number_part(c: char) -> bool {
    c.is_ascii_digit() || c == ' ' || c == '-'
}

/// A text with every run of so many digits that it could be a card number hidden. Whatever a client sent and a log or an
/// error repeats goes through here.
pub fn hide_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_number_part(c)).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        out.push_str(before);
        if run.bytes().filter(u8::is_ascii_digit).count() >= HIDDEN_DIGITS_MIN {
            out.push_str("[hidden]");
        } else {
            out.push_str(run);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_prints_like_the_wire() {
        let items = Place::member(None, "items");
        let first = items.element(0);
        let price = Place::member(Some(&first), "price");
        assert_eq!(price.param(), "items[0][price]");
        assert_eq!(items.param(), "items");
        assert_eq!(param_of(["items", "", "price"]), "items[][price]");
    }

    #[test]
    fn card_numbers_are_never_shown() {
        for text in [
            "4242424242424242",
            "x 4242 4242 4242 4242 y",
            "4242-4242-4242-4242.5",
        ] {
            assert!(!shown(text).contains("4242"), "{}", shown(text));
        }
        let split = format!("{}4242424242424242", "a".repeat(2 * ECHO_CHARS_MAX - 10));
        assert!(!shown(&split).contains("4242"));
        assert_eq!(shown("1700000000"), "1700000000");
        assert_eq!(shown("cus_NffrFeUfNV2Hib"), "cus_NffrFeUfNV2Hib");
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let text = "ü".repeat(ECHO_CHARS_MAX + 1);
        let cut = shown(&text);
        assert_eq!(cut.chars().count(), ECHO_CHARS_MAX + 3);
        assert!(cut.ends_with("ü..."));
    }
}
