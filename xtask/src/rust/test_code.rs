//! Leaves tests out of what a rule sees.
//!
//! Shape: an item behind `#[cfg(test)]` is cut; a file is a test if its place or its parent module says so.
//! Deliberately absent: any other condition; `cfg(any(test, …))` is code that ships.

use super::functions::closing;
use super::lexer::{Kind, Token};

/// Words that begin an item, which ends with a body or a semicolon.
const ITEMS: [&str; 17] = [
    "pub",
    "mod",
    "fn",
    "use",
    "impl",
    "struct",
    "enum",
    "trait",
    "const",
    "static",
    "type",
    "async",
    "macro_rules",
    "extern",
    "union",
    "let",
    "unsafe",
];

/// The tokens without the items that only tests have. Comments are left out too.
pub fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let code: Vec<&Token> = tokens.iter().filter(|t| t.kind != Kind::Comment).collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if is_test_attribute(&code, at) {
            at = item_end(&code, at);
        } else {
            kept.push(code[at].clone());
            at += 1;
        }
    }
    kept
}

/// The modules that a file declares for tests only.
pub fn test_modules(tokens: &[Token]) -> Vec<String> {
    let code: Vec<&Token> = tokens.iter().filter(|t| t.kind != Kind::Comment).collect();
    let starts = (0..code.len()).filter(|at| is_test_attribute(&code, *at));
    starts
        .filter_map(|at| declared_module(&code[at..item_end(&code, at)]))
        .collect()
}

/// Whether the whole file is under `#![cfg(test)]`.
pub fn is_test_file(tokens: &[Token]) -> bool {
    spells(
        tokens.iter().filter(|t| t.kind != Kind::Comment),
        &["#", "!", "[", "cfg", "(", "test", ")", "]"],
    )
}

/// `mod name;` at the end of these tokens.
fn declared_module(item: &[&Token]) -> Option<String> {
    match item {
        [.., keyword, name, end] if keyword.is("mod") && end.is(";") => Some(name.text.clone()),
        _ => None,
    }
}

/// Whether `#[cfg(test)]` or `#[cfg(all(test, …))]` stands here.
fn is_test_attribute(code: &[&Token], at: usize) -> bool {
    let here = || code[at..].iter().copied();
    spells(here(), &["#", "[", "cfg", "(", "test", ")", "]"])
        || spells(here(), &["#", "[", "cfg", "(", "all", "(", "test", ","])
}

/// Whether the tokens begin with these.
fn spells<'a>(mut tokens: impl Iterator<Item = &'a Token>, texts: &[&str]) -> bool {
    texts
        .iter()
        .all(|text| tokens.next().is_some_and(|t| t.is(text)))
}

/// Behind the item to which the attribute at this place belongs.
fn item_end(code: &[&Token], attribute: usize) -> usize {
    let mut at = attribute;
    while at + 1 < code.len() && code[at].is("#") && code[at + 1].is("[") {
        at = closing(code, at + 1).map_or(code.len(), |end| end + 1);
    }
    let is_item = code
        .get(at)
        .is_some_and(|t| ITEMS.contains(&t.text.as_str()));
    while at < code.len() {
        let token = code[at];
        if token.is("{") || token.is("(") || token.is("[") {
            let end = closing(code, at).unwrap_or(code.len() - 1);
            at = end;
            if token.is("{") {
                return end + 1;
            }
        } else if token.is(";") || (token.is(",") && !is_item) {
            return at + 1;
        } else if token.is("}") {
            return at;
        }
        at += 1;
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::super::lexer::lex;
    use super::*;

    fn kept(source: &str) -> String {
        let tokens = without_tests(&lex(source));
        tokens
            .iter()
            .map(|t| t.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn items_of_tests_are_cut() {
        assert_eq!(
            kept("a; #[cfg(test)] mod tests { fn x() { y } } b"),
            "a ; b"
        );
        assert_eq!(kept("#[cfg(test)] #[allow(x)] use a::b; c"), "c");
        assert_eq!(
            kept("#[cfg(all(test, unix))] const A: [u8; 2] = [1, 2]; c"),
            "c"
        );
        assert_eq!(
            kept("struct S { #[cfg(test)] a: u8, b: u8 }"),
            "struct S { b : u8 }"
        );
        assert_eq!(
            kept("#[cfg(test)] fn f<A, B>(a: A) -> [u8; 2] { a } c"),
            "c"
        );
    }

    #[test]
    fn other_conditions_stay() {
        let source = "#[cfg(any(test, feature = \"x\"))] mod a { }";
        assert!(kept(source).contains("mod a"));
        assert!(kept("#[cfg(not(test))] fn a() {}").contains("fn a"));
    }

    #[test]
    fn declared_test_modules_are_named() {
        let source =
            "#[cfg(test)] mod a; mod b; #[cfg(test)] pub(crate) mod c; #[cfg(test)] mod d {}";
        assert_eq!(test_modules(&lex(source)), ["a", "c"]);
        assert!(is_test_file(&lex("//! Doc.\n#![cfg(test)]")));
    }
}
