//! Cuts Rust text into tokens.
//!
//! Shape: one pass over the characters. Comments and literals are tokens too, so that no rule mistakes their text
//! for code. `::`, `->` and `=>` are one token each; all other punctuation is one character. Deliberately absent:
//! the values of literals; a string keeps its text as written.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// Punctuation.
    Punct,
    /// A string literal; the text is what stands between the quotes.
    Text,
    /// A character literal or a lifetime.
    Quote,
    /// A comment, with its marks.
    Comment,
}

/// One token and the line on which it begins, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// The text as written.
    pub text: String,
    /// The line on which it begins.
    pub line: usize,
    /// The line on which it ends.
    pub line_end: usize,
}

impl Token {
    /// Whether this is that word or that punctuation.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Punct) && self.text == text
    }
}

/// Cuts a whole file.
pub fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    /// Takes one token, or one character of white space.
    fn step(&mut self) {
        let c = self.chars[self.at];
        if c.is_whitespace() {
            self.line += usize::from(c == '\n');
            self.at += 1;
        } else if self.sees("//") {
            let end = self.find(self.at, |lexer, at| lexer.chars[at] == '\n');
            self.push(Kind::Comment, self.at, end, end);
        } else if self.sees("/*") {
            let end = self.block_comment_end();
            self.push(Kind::Comment, self.at, end, end);
        } else if let Some((open, hashes)) = self.string_start() {
            self.string(open, hashes);
        } else if c == '\'' {
            let end = self.quote_end();
            self.push(Kind::Quote, self.at, end, end);
        } else if is_word(c) {
            let end = self.find(self.at, |lexer, at| !is_word(lexer.chars[at]));
            self.push(Kind::Word, self.at, end, end);
        } else {
            let pair = ["::", "->", "=>"].iter().any(|pair| self.sees(pair));
            let end = self.at + 1 + usize::from(pair);
            self.push(Kind::Punct, self.at, end, end);
        }
    }

    /// Whether this text stands at the current place.
    fn sees(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    /// The first place from `from` on at which this holds, or the end of the file.
    fn find(&self, from: usize, holds: impl Fn(&Self, usize) -> bool) -> usize {
        (from..self.chars.len())
            .find(|at| holds(self, *at))
            .unwrap_or(self.chars.len())
    }

    /// Behind the end of a block comment; they nest.
    fn block_comment_end(&self) -> usize {
        let mut depth = 0;
        let mut at = self.at;
        while at + 1 < self.chars.len() {
            match (self.chars[at], self.chars[at + 1]) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += 2;
            if depth == 0 {
                return at;
            }
        }
        self.chars.len()
    }

    /// If a string begins here: the place of its opening quote, and for a raw one its number of `#`.
    fn string_start(&self) -> Option<(usize, Option<usize>)> {
        let prefix = ["br", "cr", "b", "c", "r", ""]
            .into_iter()
            .find(|p| {
                self.sees(p)
                    && !p.is_empty()
                    && self.opens_string(self.at + p.len(), p.ends_with('r'))
            })
            .unwrap_or("");
        let is_raw = prefix.ends_with('r');
        let start = self.at + prefix.len();
        if !self.opens_string(start, is_raw) {
            return None;
        }
        let open = self.find(start, |lexer, at| lexer.chars[at] == '"');
        Some((open, is_raw.then_some(open - start)))
    }

    /// Whether a quote stands there, for a raw string behind any number of `#`.
    fn opens_string(&self, start: usize, is_raw: bool) -> bool {
        let quote = self.find(start, |lexer, at| !is_raw || lexer.chars[at] != '#');
        self.chars.get(quote) == Some(&'"')
    }

    /// Takes the string whose opening quote is at `open`.
    fn string(&mut self, open: usize, hashes: Option<usize>) {
        let mut at = open + 1;
        while at < self.chars.len() {
            match (self.chars[at], hashes) {
                ('\\', None) => at += 1,
                ('"', None) => break,
                ('"', Some(n)) if (1..=n).all(|i| self.chars.get(at + i) == Some(&'#')) => break,
                _ => {}
            }
            at += 1;
        }
        let end = at.min(self.chars.len());
        let behind = (end + 1 + hashes.unwrap_or(0)).min(self.chars.len());
        self.push(Kind::Text, open + 1, end.max(open + 1), behind);
    }

    /// Behind a character literal, or behind a lifetime.
    fn quote_end(&self) -> usize {
        let next = self.chars.get(self.at + 1);
        if next == Some(&'\\') {
            // The character behind the backslash may itself be a quote.
            return self.find(self.at + 3, |lexer, at| lexer.chars[at] == '\'') + 1;
        }
        if self.chars.get(self.at + 2) == Some(&'\'') {
            return self.at + 3;
        }
        self.find(self.at + 1, |lexer, at| !is_word(lexer.chars[at]))
    }

    /// Adds the token `from..to` and goes on at `behind`.
    fn push(&mut self, kind: Kind, from: usize, to: usize, behind: usize) {
        let behind = behind.min(self.chars.len());
        let line = self.line;
        let breaks = self.chars[self.at..behind].iter().filter(|c| **c == '\n');
        self.line += breaks.count();
        self.tokens.push(Token {
            kind,
            text: self.chars[from..to.min(self.chars.len())].iter().collect(),
            line,
            line_end: self.line,
        });
        self.at = behind;
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(Kind, String)> {
        lex(source).into_iter().map(|t| (t.kind, t.text)).collect()
    }

    fn words(source: &str) -> Vec<String> {
        let of_words = |(kind, text)| (kind == Kind::Word).then_some(text);
        texts(source).into_iter().filter_map(of_words).collect()
    }

    #[test]
    fn literals_and_comments_are_not_code() {
        let source = r####"a("unsafe \" b"); r#"unsafe " "#; b"unsafe"; br##"x"# unsafe"##; // unsafe
            /* unsafe /* unsafe */ unsafe */ '"'; '\''; '\\'; b'"'; c"####;
        assert_eq!(words(source), ["a", "b", "c"]);
    }

    #[test]
    fn lifetimes_do_not_open_a_literal() {
        assert_eq!(
            words("fn f<'a>(x: &'a str) -> &'static str {}"),
            ["fn", "f", "x", "str", "str"]
        );
    }

    #[test]
    fn raw_identifiers_and_words_that_end_like_a_prefix_stay_words() {
        assert_eq!(
            words("r#type br b cr car"),
            ["r", "type", "br", "b", "cr", "car"]
        );
        assert_eq!(texts("bar\"x\"")[1], (Kind::Text, "x".to_owned()));
    }

    #[test]
    fn pairs_are_one_token() {
        let got: Vec<String> = texts("a::b -> c => d").into_iter().map(|t| t.1).collect();
        assert_eq!(got, ["a", "::", "b", "->", "c", "=>", "d"]);
    }

    #[test]
    fn lines_are_counted_through_literals() {
        let tokens = lex("\"a\nb\"\nc /*\n*/ d");
        let lines: Vec<_> = tokens.iter().map(|t| (t.line, t.line_end)).collect();
        assert_eq!(lines, [(1, 2), (3, 3), (3, 4), (4, 4)]);
    }

    #[test]
    fn unfinished_input_ends() {
        for source in ["\"a", "r#\"a", "/* a", "'", "'\\", "b\"", "//", "'\\'"] {
            lex(source);
        }
    }
}
