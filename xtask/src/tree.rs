//! The files of the checkout.
//!
//! Shape: what git tracks or would track, as texts, each Rust file cut into tokens once. Deliberately absent:
//! ignored files, and files that are not text.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::command::output_of;
use crate::rust::{Token, lex, test_code};

/// One file.
pub struct File {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The tokens of a Rust file.
    pub tokens: Vec<Token>,
    /// Whether only tests use it.
    pub is_test: bool,
}

/// All files.
pub struct Tree {
    /// In the order of their paths.
    pub files: Vec<File>,
}

/// The root of the checkout.
pub fn root() -> PathBuf {
    // Cargo sets the variable when it runs this program; the other value is where it was built.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let own = own.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    own.parent().map(Path::to_path_buf).unwrap_or(own)
}

/// The folder of build results.
pub fn target(root: &Path) -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    root.join(chosen.unwrap_or_else(|| PathBuf::from("target")))
}

impl Tree {
    /// Reads all files that git tracks, and those that it does not ignore.
    ///
    /// # Errors
    /// Git does not run, or a file cannot be read.
    pub fn read(root: &Path) -> Result<Self, String> {
        // A checkout that belongs to somebody else is read all the same.
        let list = [
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let listed = output_of(root, "git", &list)?;
        let mut texts = Vec::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let file = root.join(path);
            // A link is not followed, and a file that was deleted but not yet committed is no file.
            let is_file = file.symlink_metadata().is_ok_and(|meta| meta.is_file());
            if !is_file {
                continue;
            }
            let bytes =
                std::fs::read(&file).map_err(|error| format!("{path} cannot be read: {error}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                texts.push((path.to_owned(), text));
            }
        }
        Ok(Self::of(texts))
    }

    /// A tree of these paths and texts.
    pub fn of(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: Vec<File> = texts
            .into_iter()
            .map(|(path, text)| File::new(path, text))
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let tests: BTreeSet<String> = files.iter().flat_map(declared_tests).collect();
        for file in &mut files {
            let stem = file.path.trim_end_matches(".rs").trim_end_matches("/mod");
            let folders = stem.match_indices('/').map(|(at, _)| &stem[..at]);
            file.is_test |=
                tests.contains(stem) || folders.into_iter().any(|folder| tests.contains(folder));
        }
        Self { files }
    }

    /// The file at this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

impl File {
    fn new(path: String, text: String) -> Self {
        let tokens = if path.ends_with(".rs") {
            lex(&text)
        } else {
            Vec::new()
        };
        let is_test = path.split('/').any(|part| part == "tests")
            || path.ends_with("/tests.rs")
            || path.ends_with("_tests.rs")
            || test_code::is_test_file(&tokens);
        Self {
            path,
            text,
            tokens,
            is_test,
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The code without tests and comments; nothing of a file that only tests use.
    pub fn code(&self) -> Vec<Token> {
        if self.is_test {
            Vec::new()
        } else {
            test_code::without_tests(&self.tokens)
        }
    }
}

/// Paths, without ending, of the modules that this file declares for tests only.
fn declared_tests(file: &File) -> Vec<String> {
    let folder = match file.path.rsplit_once('/') {
        Some((folder, "lib.rs" | "main.rs" | "mod.rs")) => folder,
        _ => file.path.trim_end_matches(".rs"),
    };
    let names = test_code::test_modules(&file.tokens);
    names
        .iter()
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

/// A tree for the tests of the rules.
#[cfg(test)]
pub fn planted(texts: &[(&str, &str)]) -> Tree {
    Tree::of(
        texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_that_are_declared_for_tests_are_tests() {
        let tree = planted(&[
            ("crates/a/src/lib.rs", "#[cfg(test)] mod made; mod real;"),
            ("crates/a/src/made.rs", ""),
            ("crates/a/src/made/deep.rs", ""),
            ("crates/a/src/real.rs", "#[cfg(test)] mod inner;"),
            ("crates/a/src/real/inner.rs", ""),
            ("crates/a/tests/it/main.rs", ""),
            ("crates/a/src/guard_tests.rs", ""),
        ]);
        let shipped: Vec<&str> = tree
            .files
            .iter()
            .filter(|f| !f.is_test)
            .map(|f| f.path.as_str())
            .collect();
        assert_eq!(shipped, ["crates/a/src/lib.rs", "crates/a/src/real.rs"]);
    }

    #[test]
    fn the_checkout_holds_this_file() {
        let tree = Tree::read(&root()).expect("git lists the files");
        assert!(tree.file("xtask/src/tree.rs").is_some());
        assert!(
            tree.files
                .iter()
                .all(|file| !file.path.starts_with("target/"))
        );
    }
}
