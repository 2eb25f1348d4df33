//! What is tolerated although a rule measures too much.
//!
//! Shape: `xtask/ratchet.txt` has a line for each: rule, place, number. It may only shrink: a number that is larger
//! than the tree needs is a finding, and so is one that grew since the commit before. Deliberately absent:
//! tolerance for rules that do not measure; those hold or the change is not ready.

use std::collections::BTreeMap;
use std::path::Path;

use super::Finding;
use crate::command::output_of;
use crate::tree::Tree;

/// The list.
const FILE: &str = "xtask/ratchet.txt";

/// Tolerated numbers by rule and place.
type Tolerated = BTreeMap<(String, String), usize>;

/// Takes away what is tolerated, and adds what is wrong with the list itself.
pub fn apply(tree: &Tree, findings: Vec<Finding>) -> Vec<Finding> {
    let (tolerated, mut left) = parse(tree.file(FILE).map_or("", |file| file.text.as_str()));
    let mut needed: BTreeMap<(String, String), usize> = BTreeMap::new();
    for finding in findings {
        let key = (finding.rule.to_owned(), finding.place.clone());
        match (finding.measure, tolerated.get(&key)) {
            (Some(measure), Some(limit)) if measure <= *limit => {
                let most = needed.entry(key).or_default();
                *most = measure.max(*most);
            }
            _ => left.push(finding),
        }
    }
    for (key, limit) in tolerated {
        let need = needed.get(&key).copied().unwrap_or(0);
        let is_exceeded = left
            .iter()
            .any(|f| f.rule == key.0 && f.place == key.1 && f.measure.is_some());
        if need < limit && !is_exceeded {
            let message = format!(
                "{} {} tolerates {limit}, but {need} is enough: lower or remove it",
                key.0, key.1
            );
            left.push(Finding::new("ratchet", FILE, message));
        }
    }
    left
}

/// Findings about a list that grew since the last commit that had one; none where git knows no such commit.
pub fn growth(root: &Path, tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(FILE) else {
        return Vec::new();
    };
    let committed = |commit: &str| {
        let object = format!("{commit}:{FILE}");
        output_of(root, "git", &["-c", "safe.directory=*", "show", &object]).ok()
    };
    let older = committed("HEAD")
        .filter(|text| *text != file.text)
        .or_else(|| committed("HEAD~1"));
    older.map_or_else(Vec::new, |older| grown(&older, &file.text))
}

/// What the newer list tolerates and the older one did not.
fn grown(older: &str, newer: &str) -> Vec<Finding> {
    let (older, _) = parse(older);
    let (newer, _) = parse(newer);
    let more = newer
        .into_iter()
        .filter(|(key, limit)| older.get(key).is_none_or(|before| limit > before));
    let finding = |((rule, place), limit)| {
        let message = format!(
            "{rule} {place} {limit} tolerates more than the commit before; the list may only shrink"
        );
        Finding::new("ratchet", FILE, message)
    };
    more.map(finding).collect()
}

/// Reads the list; a line that cannot be read is a finding.
fn parse(text: &str) -> (Tolerated, Vec<Finding>) {
    let mut tolerated = BTreeMap::new();
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            [rule, place, limit] if limit.parse::<usize>().is_ok() => {
                tolerated.insert(
                    ((*rule).to_owned(), (*place).to_owned()),
                    limit.parse().unwrap_or_default(),
                );
            }
            _ => findings.push(
                Finding::new("ratchet", FILE, "a line is `rule place number`").at(number + 1),
            ),
        }
    }
    (tolerated, findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    fn long(lines: usize) -> Finding {
        Finding::new("function", "a.rs::f", "long").measured(lines)
    }

    fn left(list: &str, findings: Vec<Finding>) -> Vec<&'static str> {
        apply(&planted(&[(FILE, list)]), findings)
            .into_iter()
            .map(|f| f.rule)
            .collect()
    }

    #[test]
    fn what_is_listed_is_tolerated_and_no_more() {
        let list = "# Tolerated.\n\nfunction a.rs::f 80\n";
        let none: [&str; 0] = [];
        assert_eq!(left(list, vec![long(80), long(75)]), none);
        assert_eq!(left(list, vec![long(81)]), ["function"]);
        assert_eq!(left("", vec![long(80)]), ["function"]);
    }

    #[test]
    fn a_list_that_is_looser_than_needed_is_found() {
        assert_eq!(left("function a.rs::f 80", vec![long(79)]), ["ratchet"]);
        assert_eq!(left("function a.rs::f 80", vec![]), ["ratchet"]);
        assert_eq!(left("function a.rs::f eighty", vec![]), ["ratchet"]);
    }

    #[test]
    fn what_is_not_measured_cannot_be_tolerated() {
        let ban = Finding::new("bans", "a.rs", "tokio");
        assert_eq!(left("bans a.rs 1", vec![ban]), ["bans", "ratchet"]);
    }

    #[test]
    fn growth_is_found() {
        let older = "function a.rs::f 80\nfile b.rs 900";
        assert!(grown(older, "function a.rs::f 79").is_empty());
        assert_eq!(grown(older, "function a.rs::f 81\nfile b.rs 900").len(), 1);
        assert_eq!(grown(older, "function a.rs::f 80\nfile c.rs 801").len(), 1);
    }
}
