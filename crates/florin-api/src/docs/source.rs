//! A reader of the product's own sources: their code without comments and white space, and the texts in it.
//!
//! In the code, each text stands as [`MARK`]. Tests use it to find what is scattered over the crates. Deliberately absent:
//! the grammar of Rust; tests at the end of a file are cut off.

use std::fs;
use std::path::{Path, PathBuf};

/// Stands for a text in the code of a [`Source`].
pub const MARK: char = '\u{1}';

/// One file, taken apart.
pub struct Source {
    /// Its place below `crates`.
    pub name: String,
    /// Code without comments, white space and texts.
    pub code: String,
    /// The texts in their order, with the place of their marks in the code.
    pub texts: Vec<(usize, String)>,
}

impl Source {
    /// Takes a file apart.
    pub fn parse(name: &str, file: &str) -> Source {
        let end = file.find("#[cfg(test)]\nmod tests {");
        let mut rest = &file[..end.unwrap_or(file.len())];
        let (mut code, mut texts) = (String::new(), Vec::new());
        while let Some(next) = rest.chars().next() {
            if rest.starts_with("//") {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            } else if let Some((text, after)) = text(rest) {
                texts.push((code.len(), text.to_owned()));
                code.push(MARK);
                rest = after;
            } else {
                let one = character(rest).unwrap_or(next.len_utf8());
                code.extend(rest[..one].chars().filter(|c| !c.is_whitespace()));
                rest = &rest[one..];
            }
        }
        Source {
            name: name.to_owned(),
            code,
            texts,
        }
    }

    /// Every file of the product's crates, without the simulator and without files of tests.
    pub fn all() -> Vec<Source> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut files = Vec::new();
        for entry in fs::read_dir(&crates).expect("the crates") {
            let folder = entry.expect("a crate").path();
            if !folder.ends_with("florin-sim") && folder.join("src").is_dir() {
                collect(&folder.join("src"), &mut files);
            }
        }
        let read = |path: &PathBuf| {
            let file = fs::read_to_string(path).expect("a source file");
            let name = path.strip_prefix(&crates).expect("below the crates");
            Source::parse(&name.to_string_lossy(), &file)
        };
        let mut sources: Vec<_> = files.iter().map(read).collect();
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        sources
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            collect(&path, files);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// A text at the beginning, and what follows it.
fn text(code: &str) -> Option<(&str, &str)> {
    if let Some(inner) = code.strip_prefix("r#\"") {
        return inner.split_once("\"#");
    }
    let inner = code.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some((&inner[..end], &inner[end + 1..]))
}

/// The length of a character such as `'"'` at the beginning, which is no text.
fn character(code: &str) -> Option<usize> {
    let inner = code.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return inner[2..].find('\'').map(|end| end + 4);
    }
    let one = inner.chars().next()?.len_utf8();
    inner[one..].starts_with('\'').then_some(one + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_code() {
        let file = "// \"no\"\nfn f<'a>() { g('\"', '\\'', \"a\\\"b\", r#\"c\"d\"#) } // \"no\"\n#[cfg(test)]\nmod tests { \"no\" }";
        let source = Source::parse("x", file);
        assert_eq!(source.code, "fnf<'a>(){g('\"','\\'',\u{1},\u{1})}");
        let texts: Vec<_> = source.texts.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["a\\\"b", "c\"d"]);
        for (at, _) in &source.texts {
            assert!(source.code[*at..].starts_with(MARK));
        }
    }

    #[test]
    fn the_sources_are_found() {
        let all = Source::all();
        let has = |name: &str| all.iter().any(|source| source.name == name);
        assert!(has("florin-wire/src/error.rs") && has("florin-processors/src/sandbox/mod.rs"));
        assert!(!all.iter().any(|source| source.name.contains("florin-sim/")));
        assert!(!has("florin-processors/src/sandbox/cards/tests.rs"));
    }
}
