//! `cargo xtask dev`: builds Florin and becomes `florin dev`.
//!
//! Shape: the browser parts, a debug build, then the program takes over this process, so that Ctrl-C
//! reaches it. Deliberately absent: watching for changes.

use std::path::Path;

use crate::command::{cargo, command, replace_by, run};
use crate::tree::target;
use crate::web;

/// The `dev` command; the arguments go to `florin dev`. It returns only if something fails.
///
/// # Errors
/// Florin cannot be built or does not start.
pub fn dev(root: &Path, arguments: &[String]) -> Result<(), String> {
    web::build(root)?;
    run(command(root, cargo(), &["build", "--package", "florin"]))?;
    let mut florin = command(root, target(root).join("debug/florin"), &["dev"]);
    florin.args(arguments);
    // The folder in which the user stands is the one that relative paths mean.
    if let Ok(folder) = std::env::current_dir() {
        florin.current_dir(folder);
    }
    replace_by(florin).map(|never| match never {})
}
