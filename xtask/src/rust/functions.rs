//! Finds the functions of a file, how long they are and how many parameters they take.
//!
//! Shape: each `fn` with a name and a body is one entry; a function inside another one counts in both.
//! Deliberately absent: closures, and functions that a macro makes.

use super::lexer::{Kind, Token};

/// One function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name, without its type or module.
    pub name: String,
    /// The line of `fn`.
    pub line: usize,
    /// Lines from `fn` to the closing brace, both included.
    pub lines: usize,
    /// Parameters, without `self`.
    pub parameters: usize,
}

/// All functions of a file, in order. Comments may stand among the tokens.
pub fn functions(tokens: &[Token]) -> Vec<Function> {
    let code: Vec<&Token> = tokens.iter().filter(|t| t.kind != Kind::Comment).collect();
    (0..code.len())
        .filter_map(|at| function(&code, at))
        .collect()
}

/// The function that begins at this token, if one does.
fn function(code: &[&Token], at: usize) -> Option<Function> {
    let name = code.get(at + 1).filter(|next| next.kind == Kind::Word)?;
    if !code[at].is("fn") {
        return None;
    }
    let open = parameters_open(code, at + 2)?;
    let close = closing(code, open)?;
    let body = body_open(code, close + 1)?;
    let end = closing(code, body)?;
    Some(Function {
        name: name.text.clone(),
        line: code[at].line,
        lines: code[end].line - code[at].line + 1,
        parameters: count_parameters(&code[open + 1..close]),
    })
}

/// The parenthesis that opens the parameters: the first one outside of the generic parameters.
fn parameters_open(code: &[&Token], from: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in code.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "<" => depth += 1,
            ">" => depth -= 1,
            "(" if depth == 0 => return Some(at),
            "{" | ";" if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The brace that opens the body; `None` for a function without one.
fn body_open(code: &[&Token], from: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in code.iter().enumerate().skip(from) {
        if token.kind != Kind::Punct {
            continue;
        }
        match token.text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "{" if depth == 0 => return Some(at),
            ";" if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The bracket that closes the one at `open`.
pub fn closing(code: &[&Token], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in code.iter().enumerate().skip(open) {
        if token.kind != Kind::Punct {
            continue;
        }
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Counts what stands between the commas of the outermost level.
fn count_parameters(tokens: &[&Token]) -> usize {
    let mut depth = 0;
    let mut parts: Vec<Vec<&Token>> = vec![Vec::new()];
    for token in tokens {
        match token.text.as_str() {
            "(" | "[" | "{" | "<" if token.kind == Kind::Punct => depth += 1,
            ")" | "]" | "}" | ">" if token.kind == Kind::Punct => depth -= 1,
            "," if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
    parts
        .iter()
        .filter(|part| !part.is_empty() && !is_self(part))
        .count()
}

/// Whether a parameter is `self` in one of its forms.
fn is_self(part: &[&Token]) -> bool {
    part.iter()
        .find(|t| t.kind == Kind::Word && t.text != "mut")
        .is_some_and(|t| t.text == "self")
}

#[cfg(test)]
mod tests {
    use super::super::lexer::lex;
    use super::*;

    fn found(source: &str) -> Vec<(String, usize, usize)> {
        let all = functions(&lex(source)).into_iter();
        all.map(|f| (f.name, f.lines, f.parameters)).collect()
    }

    fn one(name: &str, lines: usize, parameters: usize) -> (String, usize, usize) {
        (name.to_owned(), lines, parameters)
    }

    #[test]
    fn lines_run_from_fn_to_the_closing_brace() {
        let source = "#[test]\nfn a(\n) {\n  \"}\"; // }\n  '}';\n}\nfn b() {}\n";
        assert_eq!(found(source), [one("a", 5, 0), one("b", 1, 0)]);
    }

    #[test]
    fn a_nested_function_counts_in_both() {
        let source = "fn a() {\n fn b() {\n }\n}";
        assert_eq!(found(source), [one("a", 4, 0), one("b", 2, 0)]);
    }

    #[test]
    fn declarations_and_pointer_types_are_no_functions() {
        assert_eq!(
            found("trait T { fn a(&self) -> [u8; 4]; } type F = fn(u8) -> u8;"),
            []
        );
    }

    #[test]
    fn array_types_do_not_end_a_signature() {
        assert_eq!(
            found("fn a() -> [u8; 4] where [u8; 4]: Sized {\n}"),
            [one("a", 2, 0)]
        );
    }

    #[test]
    fn parameters_are_counted_without_self() {
        let source = "fn a<F: Fn(u8, u8) -> u8>(&'a mut self, f: F, (x, y): (u8, u8), m: Map<u8, fn(u8) -> u8>,) {}";
        assert_eq!(found(source), [one("a", 1, 3)]);
        assert_eq!(
            found("fn b(mut self: Box<Self>, selfish: u8) {}"),
            [one("b", 1, 1)]
        );
    }
}
