//! Which crate may use which, and how much each may bring in.
//!
//! Shape: one table of allowed directions, compared with what cargo knows, tests included; limits on numbers of
//! dependencies; a written reason for each. Deliberately absent: directions between modules of one crate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Finding;
use crate::tree::Tree;

/// Dependencies that one crate may name itself.
const DIRECT_MAX: usize = 20;
/// Packages that the lock file may hold.
const LOCKED_MAX: usize = 350;
/// Where each dependency has its reason.
const REASONS: &str = "docs/dependencies.md";

/// Every crate of the workspace and the crates of the workspace that it may use.
const DIRECTIONS: [(&str, &[&str]); 15] = [
    ("florin-base", &[]),
    ("florin-domain", &["florin-base"]),
    ("florin-wire", &["florin-base"]),
    ("florin-vault", &["florin-base"]),
    ("florin-egress", &["florin-base"]),
    ("florin-web", &[]),
    (
        "florin-render",
        &["florin-base", "florin-domain", "florin-wire"],
    ),
    ("florin-store", &["florin-base", "florin-domain"]),
    (
        "florin-processors",
        &[
            "florin-base",
            "florin-domain",
            "florin-egress",
            "florin-vault",
        ],
    ),
    (
        "florin-engine",
        &[
            "florin-base",
            "florin-domain",
            "florin-egress",
            "florin-processors",
            "florin-render",
            "florin-store",
            "florin-vault",
            "florin-wire",
        ],
    ),
    (
        "florin-api",
        &[
            "florin-base",
            "florin-engine",
            "florin-render",
            "florin-vault",
            "florin-web",
            "florin-wire",
        ],
    ),
    ("florin", ALL_BUT_SIM),
    ("florin-sim", ALL_BUT_SIM),
    ("florin-bench", &[]),
    ("xtask", &[]),
];

/// What the binary and the simulator may use.
const ALL_BUT_SIM: &[&str] = &[
    "florin-api",
    "florin-base",
    "florin-domain",
    "florin-egress",
    "florin-engine",
    "florin-processors",
    "florin-render",
    "florin-store",
    "florin-vault",
    "florin-wire",
];

/// Findings about directions.
pub fn directions(known: &Value) -> Vec<Finding> {
    let members = members(known);
    let mut findings = Vec::new();
    for (name, dependencies) in &members {
        let Some((_, allowed)) = DIRECTIONS.iter().find(|(from, _)| from == name) else {
            let message =
                "this crate has no line in the table of directions (xtask/src/tidy/crates.rs)";
            findings.push(Finding::new("directions", *name, message));
            continue;
        };
        // A crate may name itself to switch on its own features for its tests.
        let own = dependencies
            .iter()
            .filter(|d| members.contains_key(*d) && *d != name);
        for dependency in own.filter(|d| !allowed.contains(d)) {
            let message = format!("{name} must not use {dependency}");
            findings.push(Finding::new(
                "directions",
                format!("{name}->{dependency}"),
                message,
            ));
        }
    }
    findings
}

/// Findings about the number of dependencies, and about those without a written reason.
pub fn weights(known: &Value, tree: &Tree) -> Vec<Finding> {
    let members = members(known);
    let mut findings = Vec::new();
    for (name, dependencies) in &members {
        let count = dependencies.len();
        if count > DIRECT_MAX {
            let message = format!("{count} direct dependencies, at most {DIRECT_MAX} are allowed");
            findings.push(Finding::new("weight", *name, message).measured(count));
        }
    }
    let lock = tree
        .file("Cargo.lock")
        .map_or("", |file| file.text.as_str());
    let locked = lock
        .lines()
        .filter(|line| line.trim() == "[[package]]")
        .count();
    if locked == 0 || locked > LOCKED_MAX {
        let message =
            format!("{locked} locked packages; there must be some and at most {LOCKED_MAX}");
        findings.push(Finding::new("weight", "Cargo.lock", message).measured(locked));
    }
    let foreign: BTreeSet<&str> = members
        .values()
        .flatten()
        .copied()
        .filter(|d| !members.contains_key(d))
        .collect();
    let reasons = tree.file(REASONS).map_or("", |file| file.text.as_str());
    let unexplained = foreign
        .into_iter()
        .filter(|name| !reasons.contains(&format!("`{name}`")));
    findings.extend(unexplained.map(|name| {
        let message = format!(
            "{REASONS} has no line that names `{name}` in back ticks and says what it is for"
        );
        Finding::new("reasons", name, message)
    }));
    findings
}

/// The crates of the workspace, each with the names of what it depends on directly.
fn members(known: &Value) -> BTreeMap<&str, BTreeSet<&str>> {
    let ids: BTreeSet<&str> = array(known, "workspace_members")
        .filter_map(Value::as_str)
        .collect();
    let packages = array(known, "packages").filter(|p| ids.contains(text(p, "id")));
    let names = |package| {
        array(package, "dependencies")
            .map(|d| text(d, "name"))
            .collect()
    };
    packages
        .map(|package| (text(package, "name"), names(package)))
        .collect()
}

/// The elements of a list; none if it is not there.
pub fn array<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A text; empty if it is not there.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tree::planted;

    /// A workspace of crates and their dependencies.
    fn workspace(crates: &[(&str, &[&str])]) -> Value {
        let packages: Vec<Value> = crates
            .iter()
            .map(|(name, deps)| {
                let deps: Vec<Value> = deps.iter().map(|dep| json!({"name": dep})).collect();
                json!({"id": name, "name": name, "dependencies": deps})
            })
            .collect();
        let ids: Vec<&str> = crates.iter().map(|(name, _)| *name).collect();
        json!({"packages": packages, "workspace_members": ids})
    }

    fn places(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|f| f.place.as_str()).collect()
    }

    #[test]
    fn a_forbidden_direction_is_found() {
        let known = workspace(&[
            ("florin-base", &["serde"]),
            ("florin-store", &["florin-base", "rusqlite"]),
            ("florin-api", &["florin-base", "florin-store"]),
            ("florin-sim", &["florin-store"]),
            ("florin", &["florin-sim"]),
        ]);
        assert_eq!(
            places(&directions(&known)),
            ["florin->florin-sim", "florin-api->florin-store"]
        );
    }

    #[test]
    fn a_crate_without_a_line_in_the_table_is_found() {
        let known = workspace(&[("florin-new", &[]), ("florin-base", &["florin-base"])]);
        assert_eq!(places(&directions(&known)), ["florin-new"]);
    }

    #[test]
    fn too_many_dependencies_and_missing_reasons_are_found() {
        let many: Vec<String> = (0..21).map(|n| format!("d{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let known = workspace(&[("florin-base", &many), ("xtask", &["serde_json"])]);
        let reasons = many
            .iter()
            .map(|name| format!("| `{name}` | a reason |\n"))
            .collect::<String>();
        let tree = planted(&[
            ("Cargo.lock", &"[[package]]\n".repeat(351)),
            (REASONS, &reasons),
        ]);
        assert_eq!(
            places(&weights(&known, &tree)),
            ["florin-base", "Cargo.lock", "serde_json"]
        );
        let tree = planted(&[
            ("Cargo.lock", "[[package]]\n"),
            (REASONS, "`serde_json` reads"),
        ]);
        assert!(weights(&workspace(&[("xtask", &["serde_json"])]), &tree).is_empty());
    }

    #[test]
    fn an_empty_lock_file_is_found() {
        let tree = planted(&[("Cargo.lock", "")]);
        assert_eq!(places(&weights(&workspace(&[]), &tree)), ["Cargo.lock"]);
    }
}
