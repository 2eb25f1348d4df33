//! The licences of everything that is linked or used to build.
//!
//! Shape: the licence expression of every locked package is evaluated against a list of allowed ones. Deliberately
//! absent: reading licence files; a package without an expression is refused.

use serde_json::Value;

use super::Finding;
use super::crates::{array, text};

/// Licences that ask for no more than to be named.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Exceptions that only widen what a licence allows.
const ALLOWED_WITH: [&str; 1] = ["LLVM-exception"];

/// Findings about licences.
pub fn licences(known: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in array(known, "packages") {
        let licence = text(package, "license");
        if !allows(licence) {
            let name = text(package, "name");
            let message = format!("the licence `{licence}` is not on the list of allowed ones");
            findings.push(Finding::new("licences", name, message));
        }
    }
    findings
}

/// Whether an expression can be fulfilled with allowed licences alone; a broken one cannot.
fn allows(expression: &str) -> bool {
    // Old expressions write a slash for OR.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) == Some(true) && rest.is_empty()
}

/// Terms between OR; `None` if the expression is broken.
fn any_of(rest: &mut &[&str]) -> Option<bool> {
    let mut is_allowed = all_of(rest)?;
    while take(rest, "OR") {
        is_allowed |= all_of(rest)?;
    }
    Some(is_allowed)
}

/// Terms between AND.
fn all_of(rest: &mut &[&str]) -> Option<bool> {
    let mut is_allowed = term(rest)?;
    while take(rest, "AND") {
        is_allowed &= term(rest)?;
    }
    Some(is_allowed)
}

/// One licence, perhaps with an exception, or something in parentheses.
fn term(rest: &mut &[&str]) -> Option<bool> {
    if take(rest, "(") {
        let is_allowed = any_of(rest)?;
        return take(rest, ")").then_some(is_allowed);
    }
    let mut is_allowed = ALLOWED.contains(&next(rest)?);
    if take(rest, "WITH") {
        is_allowed &= ALLOWED_WITH.contains(&next(rest)?);
    }
    Some(is_allowed)
}

/// Takes the next word.
fn next<'a>(rest: &mut &[&'a str]) -> Option<&'a str> {
    let (word, behind) = rest.split_first()?;
    *rest = behind;
    Some(word)
}

/// Takes this word if it is the next one.
fn take(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
            "ISC AND (Apache-2.0 OR ISC) AND OpenSSL",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0-only",
        ] {
            assert!(allows(good), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0-only",
            "AGPL-3.0-or-later OR GPL-2.0-only",
            "MIT AND GPL-3.0-only",
            "MIT OR (",
            "(MIT",
            "MIT)",
            "MIT OR",
            "AND MIT",
            "MIT WITH GCC-exception-3.1",
            "MIT Apache-2.0",
        ] {
            assert!(!allows(bad), "{bad}");
        }
    }

    #[test]
    fn a_package_under_another_licence_is_found() {
        let known = json!({"packages": [
            {"name": "good", "license": "MIT"}, {"name": "bad", "license": "AGPL-3.0"}, {"name": "silent"},
        ]});
        let places: Vec<String> = licences(&known).into_iter().map(|f| f.place).collect();
        assert_eq!(places, ["bad", "silent"]);
    }
}
