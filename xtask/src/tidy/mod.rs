//! The style rules as a test.
//!
//! Shape: each rule is a module with a function from the tree (or from what cargo knows) to findings, and with a
//! planted violation in its tests. What the ratchet tolerates is taken away; what is left fails. Deliberately
//! absent: opinions that the formatter and clippy already hold.

mod bans;
mod crates;
mod layout;
mod licences;
mod ratchet;
mod simulated;
mod sizes;
mod sql;
mod texts;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::command::{cargo, output_of};
use crate::tree::Tree;

/// One violation of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule, one word.
    pub rule: &'static str,
    /// What violates it, without a line number: the ratchet knows it by this.
    pub place: String,
    /// The line, where there is one.
    pub line: Option<usize>,
    /// How much, for rules that measure; others are counted.
    pub measure: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    /// A finding without a line.
    pub fn new(rule: &'static str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule,
            place: place.into(),
            line: None,
            measure: None,
            message: message.into(),
        }
    }

    /// The same at a line.
    pub fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same with a number that may only shrink.
    pub fn measured(mut self, measure: usize) -> Self {
        self.measure = Some(measure);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<10} {}", self.rule, self.place)?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The `tidy` command.
///
/// # Errors
/// A rule is violated, or something that the rules need cannot be read.
pub fn tidy(root: &Path, arguments: &[String]) -> Result<(), String> {
    if let Some(argument) = arguments.first() {
        return Err(format!(
            "tidy takes no argument, but was given `{argument}`."
        ));
    }
    let tree = Tree::read(root)?;
    let findings = check(root, &tree)?;
    for finding in &findings {
        println!("{finding}");
    }
    for note in simulated::notes(&tree) {
        println!("note: {note}");
    }
    if findings.is_empty() {
        println!("tidy: {} files, nothing found", tree.files.len());
        return Ok(());
    }
    Err(format!(
        "tidy: {} findings in {} files read",
        findings.len(),
        tree.files.len()
    ))
}

/// All findings that are not tolerated.
///
/// # Errors
/// Cargo or git cannot be asked.
pub fn check(root: &Path, tree: &Tree) -> Result<Vec<Finding>, String> {
    let text = output_of(root, cargo(), &["metadata", "--format-version", "1"])?;
    let known: Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut findings: BTreeSet<Finding> = BTreeSet::new();
    findings.extend(crates::directions(&known));
    findings.extend(crates::weights(&known, tree));
    findings.extend(licences::licences(&known));
    findings.extend(bans::bans(tree));
    findings.extend(sizes::sizes(tree));
    findings.extend(layout::layout(tree));
    findings.extend(sql::sql(tree));
    findings.extend(texts::texts(tree));
    findings.extend(simulated::simulated(tree));
    let mut left = ratchet::apply(tree, findings.into_iter().collect());
    left.extend(ratchet::growth(root, tree));
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::root;

    #[test]
    fn the_checkout_is_tidy() {
        let root = root();
        let tree = Tree::read(&root).expect("the files can be read");
        let findings = check(&root, &tree).expect("cargo and git answer");
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}
