//! Finds forbidden words and paths in code.
//!
//! Shape: a pattern is a text such as `std::fs` or `async fn`, compared token by token, so that white space and
//! parts of longer names do not matter; `use` trees are spelled out first. Deliberately absent: renamed imports.

use super::lexer::{Kind, Token, lex};

/// The lines on which a pattern occurs; two occurrences on one line are one.
pub fn lines_of(code: &[Token], pattern: &str) -> Vec<usize> {
    let pattern = lex(pattern);
    let mut lines = lines_in(code, &pattern);
    for path in use_paths(code) {
        lines.extend(lines_in(&path, &pattern));
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The lines on which the tokens of the pattern follow each other.
fn lines_in(code: &[Token], pattern: &[Token]) -> Vec<usize> {
    let windows = code.windows(pattern.len().max(1));
    let matches = windows.filter(|window| {
        window
            .iter()
            .zip(pattern)
            .all(|(have, want)| have.is(&want.text))
    });
    matches.map(|window| window[0].line).collect()
}

/// Every path that a `use` brings in, spelled out.
pub fn use_paths(code: &[Token]) -> Vec<Vec<Token>> {
    let mut paths = Vec::new();
    for (at, token) in code.iter().enumerate() {
        if token.is("use") {
            let end = code[at..].iter().position(|t| t.is(";"));
            let tree = &code[at + 1..end.map_or(code.len(), |n| at + n)];
            spell_out(&[], tree, &mut paths);
        }
    }
    paths
}

/// Adds the paths of one tree, each behind the prefix.
fn spell_out(prefix: &[Token], tree: &[Token], paths: &mut Vec<Vec<Token>>) {
    for branch in branches(tree) {
        let open = branch.iter().position(|t| t.is("{"));
        let plain = &branch[..open.unwrap_or(branch.len())];
        let mut path = prefix.to_vec();
        path.extend_from_slice(plain);
        match open {
            Some(open) => spell_out(
                &path,
                &branch[open + 1..branch.len().saturating_sub(1)],
                paths,
            ),
            None => paths.push(path),
        }
    }
}

/// The parts of a tree between the commas of its outermost level.
fn branches(tree: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let outer_comma = |token: &Token| {
        if token.kind == Kind::Punct {
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        depth == 0 && token.is(",")
    };
    let parts = tree.split(outer_comma);
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_whole_words() {
        let code = lex("random; x.rand(); brand;\nstd :: fs :: read(); my_std::fsx;");
        assert_eq!(lines_of(&code, "rand"), [1]);
        assert_eq!(lines_of(&code, "std::fs"), [2]);
    }

    #[test]
    fn use_trees_are_spelled_out() {
        let code = lex("use std::{\n  fmt,\n  fs::File,\n  time::{Duration, Instant},\n};");
        assert_eq!(lines_of(&code, "std::fs"), [1]);
        assert_eq!(lines_of(&code, "std::time::Instant"), [1]);
        assert!(lines_of(&code, "std::net").is_empty());
        assert_eq!(use_paths(&code).len(), 4);
    }

    #[test]
    fn one_occurrence_is_found_once() {
        assert_eq!(lines_of(&lex("use std::fs;"), "std::fs"), [1]);
        assert_eq!(lines_of(&lex("use a::{std::fs};"), "std::fs"), [1]);
    }
}
