//! How files are named and how they begin.
//!
//! Shape: a first line for Rust files, names that say nothing are refused, the architecture stays one sitting's
//! read. Deliberately absent: spelling and style of prose.

use super::Finding;
use crate::tree::{File, Tree};

/// Names that a thing gets when nobody said what it is.
const EMPTY_NAMES: [&str; 11] = [
    "util",
    "utils",
    "utility",
    "utilities",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "core",
    "misc",
];
/// The page that everybody reads whole.
const ARCHITECTURE: &str = "ARCHITECTURE.md";
/// Lines that it may have.
const ARCHITECTURE_LINES_MAX: usize = 300;

/// Findings about names and beginnings.
pub fn layout(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree.rust().filter_map(opening).collect();
    findings.extend(tree.files.iter().filter_map(name));
    findings.extend(architecture(tree));
    findings
}

fn opening(file: &File) -> Option<Finding> {
    let message = "begin the file with `//!`: purpose, shape, what is deliberately absent";
    (!file.text.starts_with("//!")).then(|| Finding::new("opening", &file.path, message))
}

fn name(file: &File) -> Option<Finding> {
    let mut stems = file
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or(part));
    let empty = stems.find(|stem| EMPTY_NAMES.contains(stem))?;
    let message = format!("`{empty}` says nothing: name it after what it is or what it does");
    Some(Finding::new("name", &file.path, message))
}

fn architecture(tree: &Tree) -> Option<Finding> {
    let Some(file) = tree.file(ARCHITECTURE) else {
        return Some(Finding::new("pages", ARCHITECTURE, "the page is missing"));
    };
    let lines = file.text.lines().count();
    let message = format!("{lines} lines, at most {ARCHITECTURE_LINES_MAX} are allowed");
    (lines > ARCHITECTURE_LINES_MAX)
        .then(|| Finding::new("pages", ARCHITECTURE, message).measured(lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    fn rules(texts: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        layout(&planted(texts))
            .into_iter()
            .map(|f| (f.rule, f.place))
            .collect()
    }

    #[test]
    fn a_file_without_an_opening_is_found() {
        let found = rules(&[
            ("ARCHITECTURE.md", ""),
            ("src/a.rs", "//! A.\n"),
            ("src/b.rs", "use a;\n//! B.\n"),
        ]);
        assert_eq!(found, [("opening", "src/b.rs".to_owned())]);
    }

    #[test]
    fn an_empty_name_is_found() {
        let found = rules(&[
            ("ARCHITECTURE.md", ""),
            ("e2e/common/a.py", ""),
            ("src/utils.rs", "//! U.\n"),
            ("src/core.test.js", ""),
            ("src/score.rs", "//! S.\n"),
        ]);
        let places: Vec<String> = found.into_iter().map(|(_, place)| place).collect();
        assert_eq!(
            places,
            ["e2e/common/a.py", "src/core.test.js", "src/utils.rs"]
        );
    }

    #[test]
    fn an_architecture_that_is_missing_or_too_long_is_found() {
        assert_eq!(rules(&[]), [("pages", ARCHITECTURE.to_owned())]);
        assert_eq!(rules(&[(ARCHITECTURE, &"a\n".repeat(301))]).len(), 1);
        assert_eq!(rules(&[(ARCHITECTURE, &"a\n".repeat(300))]), []);
    }
}
