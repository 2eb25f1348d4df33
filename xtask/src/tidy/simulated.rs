//! Whether the simulator performs every operation of the engine.
//!
//! Shape: the string literals of two constants are compared, `OPERATIONS` of the engine and `PERFORMED` of the
//! simulator. Deliberately absent: whether it performs them well; the simulator's own tests say that.

use std::collections::BTreeSet;

use super::Finding;
use crate::rust::{Kind, Token};
use crate::tree::Tree;

/// A constant and the folder in which it is declared.
type Declared = (&'static str, &'static str);

const OPERATIONS: Declared = ("OPERATIONS", "crates/florin-engine/src/");
const PERFORMED: Declared = ("PERFORMED", "crates/florin-sim/src/");

/// Findings about operations that are not simulated, and about simulated ones that do not exist.
pub fn simulated(tree: &Tree) -> Vec<Finding> {
    let (Some(operations), Some(performed)) = (listed(tree, OPERATIONS), listed(tree, PERFORMED))
    else {
        return Vec::new();
    };
    let missing = operations
        .difference(&performed)
        .map(|name| (name, "the simulator does not perform it"));
    let unknown = performed
        .difference(&operations)
        .map(|name| (name, "the engine has no such operation"));
    missing
        .chain(unknown)
        .map(|(name, message)| Finding::new("simulated", name, message))
        .collect()
}

/// What could not be compared, so that nobody believes that it was.
pub fn notes(tree: &Tree) -> Vec<String> {
    let absent = [OPERATIONS, PERFORMED]
        .into_iter()
        .filter(|declared| listed(tree, *declared).is_none());
    let note = |(name, folder)| {
        format!("`{name}` is not declared in {folder}: operations were not compared")
    };
    absent.map(note).collect()
}

/// The string literals of a constant; `None` if it is not declared.
fn listed(tree: &Tree, (name, folder): Declared) -> Option<BTreeSet<String>> {
    let mut files = tree.rust().filter(|file| file.path.starts_with(folder));
    files.find_map(|file| literals(&file.code(), name))
}

/// The string literals between `const NAME … =` and the end of the statement.
fn literals(code: &[Token], name: &str) -> Option<BTreeSet<String>> {
    let at = code
        .windows(2)
        .position(|pair| pair[0].is("const") && pair[1].is(name))?;
    let value = code[at..].iter().skip_while(|token| !token.is("="));
    let value = value
        .take_while(|token| !token.is(";"))
        .filter(|token| token.kind == Kind::Text);
    Some(value.map(|token| token.text.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    const ENGINE: (&str, &str) = (
        "crates/florin-engine/src/lib.rs",
        "pub const OPERATIONS: &[&str] = &[\"pay\", \"refund\"];",
    );

    fn findings(performed: &str) -> Vec<String> {
        let tree = planted(&[ENGINE, ("crates/florin-sim/src/lib.rs", performed)]);
        simulated(&tree).into_iter().map(|f| f.place).collect()
    }

    #[test]
    fn differences_are_found_both_ways() {
        let empty: [&str; 0] = [];
        assert_eq!(
            findings("pub const PERFORMED: &[&str] = &[\"refund\", \"pay\"];"),
            empty
        );
        assert_eq!(
            findings("pub const PERFORMED: &[&str] = &[\"pay\"];"),
            ["refund"]
        );
        assert_eq!(
            findings("pub const PERFORMED: &[&str; 3] = &[\"pay\", \"refund\", \"fly\"];"),
            ["fly"]
        );
    }

    #[test]
    fn an_absent_table_is_said() {
        assert_eq!(notes(&planted(&[ENGINE])).len(), 1);
        assert_eq!(notes(&planted(&[])).len(), 2);
    }
}
