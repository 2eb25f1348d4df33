//! What no committed text may hold: paths of one machine, addresses of package registries, marks of unfinished work.
//!
//! Shape: every text file is read line by line. What is searched for is written in two parts here, so that this file
//! passes its own rule. Deliberately absent: secrets, which have their own scan in the tests of the vault.

use super::Finding;
use crate::tree::Tree;

/// Folders that exist on one machine only.
const FOLDERS: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/ba", "sh_jobs"),
];
/// Parts of the names of registries' hosts.
const REGISTRIES: [&str; 5] = ["npmjs", "pypi", "pythonhosted", "crates", "debian"];
/// Marks of unfinished work.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
/// Written by cargo, which names its registry in it.
const EXEMPT: [&str; 1] = ["Cargo.lock"];

/// Findings about texts.
pub fn texts(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| !EXEMPT.contains(&file.name()))
    {
        for (number, line) in file.text.lines().enumerate() {
            let wrong = FOLDERS
                .into_iter()
                .find(|folder| names_folder(line, folder));
            let wrong = wrong.or_else(|| registry(line)).or_else(|| mark(line));
            findings.extend(wrong.map(|what| {
                let message = format!("`{what}` does not belong into a committed text");
                Finding::new("texts", &file.path, message).at(number + 1)
            }));
        }
    }
    findings
}

/// Whether the line holds a path that begins with this folder.
fn names_folder(line: &str, folder: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || "_-.~}".contains(c);
    line.match_indices(folder)
        .any(|(at, _)| !line[..at].ends_with(goes_on))
}

/// The first host of a package registry in an address on this line.
fn registry(line: &str) -> Option<&str> {
    let addresses = line.match_indices("://").map(|(at, _)| &line[at + 3..]);
    let hosts = addresses.map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
        &rest[..end.unwrap_or(rest.len())]
    });
    let mut hosts = hosts.filter(|host| host.contains('.'));
    hosts.find(|host| {
        REGISTRIES
            .iter()
            .any(|name| host.split('.').any(|label| label.starts_with(name)))
    })
}

/// The first mark of unfinished work.
fn mark(line: &str) -> Option<&str> {
    let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.find(|word| MARKS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    fn is_refused(line: &str) -> bool {
        !texts(&planted(&[("docs/a.md", line)])).is_empty()
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for folder in FOLDERS {
            assert!(is_refused(&format!("see {folder}x")), "{folder}");
            assert!(is_refused(&format!("\"{folder}\"")), "{folder}");
            assert!(!is_refused(&format!("see target{folder}x")), "{folder}");
        }
    }

    #[test]
    fn registries_are_found() {
        let scheme = "https://";
        for host in [
            "registry.npmjs.org",
            "pypi.org",
            "static.crates.io",
            "deb.debian.org",
            "files.pythonhosted.org",
        ] {
            assert!(
                is_refused(&format!("\"resolved\": \"{scheme}{host}/a\"")),
                "{host}"
            );
        }
        for host in ["docs.rs", "example.com/crates.io", "api.stripe.com"] {
            assert!(!is_refused(&format!("{scheme}{host}")), "{host}");
        }
        let lock = format!("source = \"registry+{scheme}{}\"", "index.crates.io");
        assert!(texts(&planted(&[("Cargo.lock", &lock)])).is_empty());
    }

    #[test]
    fn marks_are_found_as_whole_words() {
        for mark in MARKS {
            assert!(is_refused(&format!("// {mark}: later")), "{mark}");
            assert!(!is_refused(&format!("{mark}_LIST {mark}S")), "{mark}");
        }
    }
}
