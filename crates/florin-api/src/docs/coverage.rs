//! Every code that the product can give has its text, and no text is about a code that nothing gives.
//!
//! Codes stand as literals where they are raised, so the sources are searched: for the ways in which a code is written
//! down ([`CODES`], [`REASONS`], [`BODIES`]), and for places that only pass a code on, each of which must be known.

use super::source::{MARK, Source};
use super::{declines, errors};
use std::collections::BTreeSet;

/// What stands before an error's code.
const CODES: [&str; 8] = [
    "with_code(",
    "WireError::card(",
    "code:",
    "code:Some(",
    "Refusal::plain(Some(",
    "invalid_expiry(",
    "Decline::new(",
    "refusal(",
];
/// What stands before a decline's reason. `Decline::new` takes one word for both.
const REASONS: [&str; 4] = [
    "decline_code:",
    "decline_code:Some(",
    "Decline::new(",
    "card_declined(",
];
/// Stretches of code in which every text is an error's code, with what ends them.
const BODIES: [(&str, &str); 2] = [("letcode=", ";"), ("fncode(", "fn")];

/// Calls that take a code, and may be given one that was written down elsewhere.
const TAKERS: [&str; 3] = ["with_code(", "WireError::card(", "Refusal::plain("];
/// Those that are: the file, and the argument. Each argument comes from one of the places above.
const PASSED_ON: [(&str, &str); 9] = [
    ("florin-api/src/cards.rs", "error.code()"),
    ("florin-api/src/cards.rs", "error.code()"),
    ("florin-api/src/cards.rs", "code"),
    ("florin-engine/src/operations/charges.rs", "code"),
    ("florin-engine/src/read.rs", "code"),
    ("florin-render/src/decline.rs", "decline.code.clone()"),
    ("florin-render/src/parse/payment_method.rs", "code"),
    ("florin-render/src/refusal.rs", "code"),
    ("florin-wire/src/error.rs", "code"),
];

/// True if the code before a text ends in `opener`, as a word of its own.
fn opens(before: &str, opener: &str) -> bool {
    let in_word = |rest: &str| rest.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    before
        .strip_suffix(opener)
        .is_some_and(|rest| !in_word(rest))
}

fn is_inside(before: &str, (begin, end): (&str, &str)) -> bool {
    before
        .rfind(begin)
        .is_some_and(|at| !before[at + begin.len()..].contains(end))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// The words of a file for which `is_one` says yes, given the code before them.
fn words(source: &Source, is_one: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let found = source.texts.iter();
    let found = found.filter(|(at, text)| is_word(text) && is_one(&source.code[..*at]));
    found.map(|(_, text)| text.clone()).collect()
}

fn codes(source: &Source) -> BTreeSet<String> {
    words(source, |before| {
        CODES.iter().any(|opener| opens(before, opener))
            || BODIES.iter().any(|body| is_inside(before, *body))
    })
}

fn reasons(source: &Source) -> BTreeSet<String> {
    words(source, |before| {
        // `..Decline::new(` only fills up a decline whose reason stands beside it.
        let found = REASONS.iter().find(|opener| opens(before, opener));
        found.is_some_and(|opener| !opens(before, &format!("..{opener}")))
    })
}

/// The codes that a file passes on without writing them down.
fn passed_on(source: &Source) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for taker in TAKERS {
        for (at, _) in source.code.match_indices(taker) {
            let argument = &source.code[at + taker.len()..];
            let is_declared = source.code[..at].ends_with("fn");
            let is_known = argument.starts_with(MARK)
                || argument.trim_start_matches("Some(").starts_with(MARK);
            if is_declared || is_known || argument.starts_with("None") {
                continue;
            }
            let end = argument.find(',').unwrap_or(argument.len());
            let argument = &argument[..end.min(closing(argument))];
            found.push((source.name.clone(), argument.to_owned()));
        }
    }
    found
}

/// Where the bracket closes that is open at the beginning.
fn closing(code: &str) -> usize {
    let mut open = 1;
    let end = code.find(|c| {
        open += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open == 0
    });
    end.unwrap_or(code.len())
}

fn texts(entries: &[super::list::Entry]) -> BTreeSet<String> {
    entries.iter().map(|entry| entry.code.to_owned()).collect()
}

#[test]
fn every_error_code_of_the_product_has_a_text() {
    let given: BTreeSet<_> = Source::all().iter().flat_map(codes).collect();
    assert_eq!(given, texts(errors::ENTRIES));
}

#[test]
fn every_decline_code_of_the_product_has_a_text() {
    let given: BTreeSet<_> = Source::all().iter().flat_map(reasons).collect();
    assert_eq!(given, texts(declines::ENTRIES));
}

#[test]
fn every_code_that_is_passed_on_is_known_to_come_from_such_a_place() {
    let mut found: Vec<_> = Source::all().iter().flat_map(passed_on).collect();
    let known = PASSED_ON.map(|(file, argument)| (file.to_owned(), argument.to_owned()));
    let mut known = known.to_vec();
    found.sort();
    known.sort();
    assert_eq!(found, known);
}

#[test]
fn each_way_to_write_a_code_down_is_seen() {
    for code in [
        "error.with_code(\"new_code\")",
        "WireError::card(\n    \"new_code\", message)",
        "Decline { code: \"new_code\".to_owned() }",
        "Refusal::Invalid { code: Some(\"new_code\"), message }",
        "Refusal::plain(\n    Some(\"new_code\"),",
        "let code = if a { \"new_code\" } else { b };",
        "fn code(self) -> &'static str { match self { A => \"new_code\" } }",
        "..refusal(\"new_code\", \"Message\")",
    ] {
        let found = codes(&Source::parse("x", code));
        assert_eq!(found, BTreeSet::from(["new_code".to_owned()]), "{code}");
    }
    for other in [
        "postal_code: \"new_code\"",
        "fn code(self) {} fn name() { \"new_code\" }",
        "let code = a; b(\"new_code\")",
    ] {
        assert!(codes(&Source::parse("x", other)).is_empty(), "{other}");
    }
    let declined = Source::parse(
        "x",
        "Decline { decline_code: Some(\"new_code\".to_owned()) }",
    );
    assert_eq!(reasons(&declined).len(), 1);
    assert_eq!(codes(&declined).len(), 0);
    let network = Source::parse("x", "network_decline_code: Some(\"new_code\")");
    assert_eq!(reasons(&network).len(), 0);
    let passed = Source::parse(
        "x",
        "fn with_code(c) {} e.with_code(of(a).b).with_code(\"c\")",
    );
    assert_eq!(passed_on(&passed), [("x".to_owned(), "of(a).b".to_owned())]);
}
