//! What a room of the house may never name.
//!
//! Shape: one table of folders and forbidden names, searched in code that ships; three rules of their own for
//! `unsafe`, for unfinished code and for maps without an order. Deliberately absent: crates as such, which the
//! directions and the manifests already keep out.

use super::Finding;
use crate::rust::paths::{lines_of, use_paths};
use crate::rust::{Kind, Token};
use crate::tree::{File, Tree};

/// Names that a folder may not use.
struct Ban {
    folder: &'static str,
    names: &'static [&'static str],
    why: &'static str,
}

const BANS: [Ban; 10] = [
    Ban {
        folder: "crates/florin-domain/",
        names: &[
            "async fn",
            "async move",
            "await",
            "axum",
            "getrandom",
            "Instant",
            "rand",
            "rusqlite",
            "std::env",
            "std::fs",
            "std::io",
            "std::net",
            "std::process",
            "std::thread",
            "SystemTime",
            "tokio",
            "tokio_postgres",
        ],
        why: "the domain is pure: no input or output, no clock, no randomness, nothing async",
    },
    Ban {
        folder: "crates/florin-domain/",
        names: &["f32", "f64"],
        why: "amounts are integers",
    },
    Ban {
        folder: "crates/florin-base/",
        names: &["f32", "f64"],
        why: "amounts are integers",
    },
    Ban {
        folder: "crates/florin-wire/",
        names: &["florin_domain"],
        why: "the wire knows no type of the domain",
    },
    Ban {
        folder: "crates/florin-processors/",
        names: &["florin_store"],
        why: "processors do not see the store",
    },
    Ban {
        folder: "crates/florin-api/",
        names: &[
            "florin_store",
            "CardOpener",
            "OpenCard",
            "open_card",
            "open_cvc",
        ],
        why: "the API asks the engine, and may seal card data but never open it",
    },
    Ban {
        folder: "crates/florin-engine/",
        names: &[
            "Instant::now",
            "getrandom",
            "OsRng",
            "rand",
            "random_bytes",
            "SystemTime",
            "thread_rng",
            "tokio",
        ],
        why: "the engine gets time, randomness and tasks from its traits, so that the simulator can run it",
    },
    Ban {
        folder: "crates/florin-engine/",
        names: &["open_card", "open_cvc"],
        why: "only processors open card data",
    },
    Ban {
        folder: "crates/florin-store/",
        names: &["open_card", "open_cvc"],
        why: "only processors open card data",
    },
    Ban {
        folder: "crates/florin/",
        names: &["open_card", "open_cvc"],
        why: "only processors open card data",
    },
];

/// The files that may hold `unsafe`, because the system offers no other way.
const UNSAFE_ALLOWED: [&str; 1] = ["crates/florin-vault/src/process.rs"];
/// Macros of code that is not finished.
const UNFINISHED: [&str; 3] = ["dbg!", "todo!", "unimplemented!"];
/// Where the order of a map must not depend on a random seed.
const ORDERED: &str = "crates/florin-engine/";
/// What a comment says next to a map whose order is never seen.
const ORDER_MARK: &str = "never iterated";

/// Findings about forbidden names.
pub fn bans(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let code = file.code();
        for ban in BANS.iter().filter(|ban| file.path.starts_with(ban.folder)) {
            findings.extend(
                ban.names
                    .iter()
                    .flat_map(|name| named(file, &code, name, ban.why)),
            );
        }
        findings.extend(unsafe_code(file));
        findings.extend(unfinished(file));
        if file.path.starts_with(ORDERED) {
            findings.extend(unordered_maps(file, &code));
        }
    }
    findings
}

/// One finding a line that uses the name.
fn named(file: &File, code: &[Token], name: &str, why: &str) -> Vec<Finding> {
    let lines = lines_of(code, name).into_iter();
    lines
        .map(|line| Finding::new("bans", &file.path, format!("`{name}`: {why}")).at(line))
        .collect()
}

fn unsafe_code(file: &File) -> Vec<Finding> {
    if UNSAFE_ALLOWED.contains(&file.path.as_str()) {
        return Vec::new();
    }
    named(
        file,
        &file.tokens,
        "unsafe",
        "only the files on the list in xtask/src/tidy/bans.rs may hold it",
    )
}

fn unfinished(file: &File) -> Vec<Finding> {
    let all = UNFINISHED.iter();
    all.flat_map(|name| {
        named(
            file,
            &file.tokens,
            name,
            "finish it or refuse it with an error",
        )
    })
    .collect()
}

/// Maps with a random order, unless a comment on the line or above it says that the order is never seen.
fn unordered_maps(file: &File, code: &[Token]) -> Vec<Finding> {
    let in_use: Vec<usize> = use_paths(code)
        .into_iter()
        .flatten()
        .map(|token| token.line)
        .collect();
    let is_marked = |line: usize| {
        let mut comments = file
            .tokens
            .iter()
            .filter(|t| t.kind == Kind::Comment && t.text.contains(ORDER_MARK));
        comments.any(|comment| comment.line == line || comment.line_end + 1 == line)
    };
    let why = format!("use BTreeMap or BTreeSet, or say in a comment why it is {ORDER_MARK}");
    let found = ["HashMap", "HashSet"]
        .into_iter()
        .flat_map(|name| named(file, code, name, &why));
    found
        .filter(|f| {
            f.line
                .is_some_and(|line| !in_use.contains(&line) && !is_marked(line))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    /// The lines of the findings in one file.
    fn lines(path: &str, source: &str) -> Vec<usize> {
        let mut lines: Vec<usize> = bans(&planted(&[(path, source)]))
            .into_iter()
            .filter_map(|f| f.line)
            .collect();
        lines.dedup();
        lines
    }

    #[test]
    fn every_name_of_every_ban_is_found() {
        for ban in &BANS {
            for name in ban.names {
                let source = format!("fn a() {{\n    x({name});\n}}");
                let path = format!("{}src/a.rs", ban.folder);
                assert_eq!(lines(&path, &source), [2], "{name} in {path}");
                assert!(
                    lines("crates/florin-bench/src/a.rs", &source).is_empty(),
                    "{name} elsewhere"
                );
            }
        }
    }

    #[test]
    fn imports_are_found_and_tests_are_not() {
        let source = "use std::{\n    fs,\n    time::{Duration, SystemTime},\n};";
        assert_eq!(lines("crates/florin-domain/src/a.rs", source).len(), 2);
        let source =
            "#[cfg(test)]\nmod tests { use std::fs; }\n// tokio\nconst A: &str = \"tokio\";";
        assert!(lines("crates/florin-domain/src/a.rs", source).is_empty());
        assert!(lines("crates/florin-domain/tests/it/a.rs", "use std::fs;").is_empty());
    }

    #[test]
    fn unsafe_is_found_everywhere_but_on_the_list() {
        let source = "#![deny(unsafe_code)]\nfn a() { unsafe { b() } }";
        assert_eq!(lines("crates/florin-store/src/a.rs", source), [2]);
        assert_eq!(lines("crates/florin-store/tests/a.rs", source), [2]);
        assert!(lines(UNSAFE_ALLOWED[0], source).is_empty());
    }

    #[test]
    fn unfinished_code_is_found_in_tests_too() {
        for name in UNFINISHED {
            assert_eq!(
                lines("crates/a/tests/it.rs", &format!("fn a() {{\n {name}(); }}")),
                [2],
                "{name}"
            );
        }
    }

    #[test]
    fn a_map_without_order_needs_its_mark() {
        let source = "use std::collections::HashMap;\nstruct A {\n    a: HashMap<u8, u8>,\n    // It is never iterated: only looked up.\n    \
             b: HashMap<u8, u8>,\n    c: HashSet<u8>, // never iterated\n}";
        assert_eq!(lines("crates/florin-engine/src/a.rs", source), [3]);
        assert!(lines("crates/florin-store/src/a.rs", source).is_empty());
    }
}
