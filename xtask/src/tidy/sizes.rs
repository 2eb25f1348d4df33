//! How long functions and files may be, and how many parameters a function may take.
//!
//! Shape: measured findings, which the ratchet can tolerate while they shrink. Deliberately absent: medians and
//! complexity, which a reader judges better.

use super::Finding;
use crate::rust::functions::functions;
use crate::tree::{File, Tree};

/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Parameters of a function, without `self`.
const PARAMETERS_MAX: usize = 5;
/// Lines of a file of code.
const FILE_LINES_MAX: usize = 800;
/// What counts as code, by the ending of the name.
const CODE: [&str; 9] = [
    ".rs", ".py", ".js", ".ts", ".tsx", ".sql", ".sh", ".css", ".html",
];

/// Findings about sizes.
pub fn sizes(tree: &Tree) -> Vec<Finding> {
    let of_functions = tree.rust().flat_map(function_sizes);
    of_functions
        .chain(tree.files.iter().filter_map(file_size))
        .collect()
}

fn function_sizes(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in functions(&file.tokens) {
        let place = format!("{}::{}", file.path, function.name);
        if function.lines > FUNCTION_LINES_MAX {
            let message = format!(
                "{} lines, at most {FUNCTION_LINES_MAX} are allowed",
                function.lines
            );
            findings.push(
                Finding::new("function", &place, message)
                    .at(function.line)
                    .measured(function.lines),
            );
        }
        if function.parameters > PARAMETERS_MAX {
            let count = function.parameters;
            let message = format!("{count} parameters, at most {PARAMETERS_MAX} are allowed");
            findings.push(
                Finding::new("parameters", &place, message)
                    .at(function.line)
                    .measured(count),
            );
        }
    }
    findings
}

fn file_size(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    let is_code = CODE.iter().any(|ending| file.path.ends_with(ending));
    let message = format!("{lines} lines, at most {FILE_LINES_MAX} are allowed");
    (is_code && lines > FILE_LINES_MAX)
        .then(|| Finding::new("file", &file.path, message).measured(lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    /// A function of this many lines.
    fn function_of(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    a();\n".repeat(lines - 2))
    }

    #[test]
    fn a_long_function_is_found_in_tests_too() {
        let tree = planted(&[
            ("crates/a/src/fits.rs", &function_of(70)),
            ("crates/a/src/long.rs", &function_of(71)),
            (
                "crates/a/tests/it.rs",
                &format!("#[cfg(test)] mod tests {{\n{}}}", function_of(90)),
            ),
        ]);
        let found: Vec<_> = sizes(&tree)
            .into_iter()
            .map(|f| (f.place, f.measure))
            .collect();
        let expected = [
            ("crates/a/src/long.rs::long", 71),
            ("crates/a/tests/it.rs::long", 90),
        ];
        assert_eq!(
            found,
            expected.map(|(place, lines)| (place.to_owned(), Some(lines)))
        );
    }

    #[test]
    fn a_sixth_parameter_is_found() {
        let source = "fn five(&self, a: A, b: B, c: C, d: D, e: E) {} fn six(a: A, b: B, c: C, d: D, e: E, f: F) {}";
        let found = sizes(&planted(&[("crates/a/src/a.rs", source)]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].rule, found[0].measure), ("parameters", Some(6)));
    }

    #[test]
    fn a_long_file_of_code_is_found() {
        let tree = planted(&[
            ("a.py", &"a\n".repeat(801)),
            ("b.py", &"a\n".repeat(800)),
            ("c.json", &"1\n".repeat(9000)),
        ]);
        let found = sizes(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].place.as_str(), found[0].measure),
            ("a.py", Some(801))
        );
    }
}
