//! Builds the browser parts, which the binary carries.
//!
//! Shape: packages are installed when the lock file changed, then one build. Deliberately absent: doing without Node; where
//! npm is missing the binary is built without the parts and says so itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{command, is_installed, run};

/// What `npm ci` was run for last.
const STAMP: &str = "node_modules/.florin-stamp";
/// What the packages come from.
const LOCKS: [&str; 2] = ["package.json", "package-lock.json"];

/// The folder of the browser parts.
pub fn folder(root: &Path) -> PathBuf {
    root.join("web")
}

/// Builds `web/dist`, if npm is there; says whether it was.
///
/// # Errors
/// The packages cannot be installed, or the build fails.
pub fn build(root: &Path) -> Result<bool, String> {
    if !is_installed("npm") {
        println!("npm is not installed: Florin is built without its browser parts");
        return Ok(false);
    }
    let web = folder(root);
    install(&web)?;
    run(command(&web, "npm", &["run", "--silent", "build"]))?;
    Ok(true)
}

/// Installs the packages of the lock file, if it changed.
///
/// # Errors
/// npm fails.
fn install(web: &Path) -> Result<(), String> {
    let wanted: String = LOCKS
        .iter()
        .map(|name| fs::read_to_string(web.join(name)).unwrap_or_default())
        .collect();
    let stamp = web.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    run(command(web, "npm", &arguments))?;
    fs::write(&stamp, wanted)
        .map_err(|error| format!("{} cannot be written: {error}", stamp.display()))
}
