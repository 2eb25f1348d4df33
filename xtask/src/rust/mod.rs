//! Reads Rust sources as far as the style rules need it.
//!
//! Shape: `lexer` makes tokens, `functions` finds functions, `test_code` leaves tests out, `paths` spells `use`
//! trees out and finds forbidden paths. Deliberately absent: a parser, macros, name resolution. A rule that is
//! dodged with a macro or a renamed import is dodged on purpose, and a reader of the change sees it.

pub mod functions;
pub mod lexer;
pub mod paths;
pub mod test_code;

pub use lexer::{Kind, Token, lex};
