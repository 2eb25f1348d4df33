//! What the tests need on the machine, beside Rust.
//!
//! Shape: each tool has a check and the Debian packages that bring it; what is missing is installed as root or with
//! sudo, and otherwise named. Deliberately absent: other package systems; there the text says what to install.

use std::path::Path;

use super::watched::Watch;
use crate::command::{command, is_installed, output_of};

/// Where Debian keeps the programs of each version of PostgreSQL.
const POSTGRESQL: &str = "/usr/lib/postgresql";
/// The oldest Node that runs its suite.
const NODE_MAJOR_MIN: u32 = 20;

/// One tool.
struct Tool {
    name: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

const TOOLS: [Tool; 7] = [
    Tool {
        name: "PostgreSQL",
        packages: &["postgresql-15"],
        is_there: has_postgresql,
    },
    Tool {
        name: "strace",
        packages: &["strace"],
        is_there: || is_installed("strace"),
    },
    Tool {
        name: "libfiu, which lets calls of a program fail",
        packages: &["fiu-utils"],
        is_there: || is_installed("fiu-run"),
    },
    Tool {
        name: "mount, setpriv and pgrep",
        packages: &["mount", "util-linux", "procps"],
        is_there: || ["mount", "setpriv", "pgrep"].into_iter().all(is_installed),
    },
    Tool {
        name: "Python with venv",
        packages: &["python3", "python3-venv"],
        is_there: has_python,
    },
    Tool {
        name: "Chromium with fonts",
        packages: &[
            "chromium",
            "fonts-dejavu-core",
            "fonts-noto-core",
            "fonts-noto-cjk",
        ],
        is_there: || is_installed("chromium"),
    },
    Tool {
        name: "Node 20 with npm",
        packages: &["nodejs", "npm"],
        is_there: has_node,
    },
];

/// Installs what is missing.
///
/// # Errors
/// Something is missing and cannot be installed; the text says what to install.
pub fn install(watch: &Watch) -> Result<(), String> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !(tool.is_there)()).collect();
    if missing.is_empty() {
        println!(
            "all tools are there: {}",
            TOOLS.map(|tool| tool.name).join(", ")
        );
        return Ok(());
    }
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|tool| tool.packages)
        .copied()
        .collect();
    println!("missing: {}", names(&missing));
    apt(watch, &["update"], &packages)?;
    let packages: Vec<&str> = packages.into_iter().map(offered).collect();
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&packages);
    apt(watch, &install, &packages)?;
    let still: Vec<&Tool> = TOOLS.iter().filter(|tool| !(tool.is_there)()).collect();
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "still missing after the installation: {}",
            names(&still)
        ))
    }
}

fn names(tools: &[&Tool]) -> String {
    tools
        .iter()
        .map(|tool| tool.name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Runs `apt-get` with the rights that it needs.
fn apt(watch: &Watch, arguments: &[&str], packages: &[&str]) -> Result<(), String> {
    let ask = || {
        format!(
            "install these packages (names as in Debian) and run this again: {}",
            packages.join(" ")
        )
    };
    if !is_installed("apt-get") {
        return Err(ask());
    }
    let is_root = output_of(Path::new("."), "id", &["-u"])?.trim() == "0";
    let mut words = vec!["apt-get"];
    words.extend(arguments);
    if !is_root {
        if !is_installed("sudo") {
            return Err(ask());
        }
        // Without -n it would wait for a password that nobody can type here.
        words.splice(0..0, ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]);
    }
    let mut apt = command(Path::new("."), words[0], &words[1..]);
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    watch
        .run(apt)
        .map(drop)
        .map_err(|why| format!("{why}; {}", ask()))
}

/// The package itself, or the one of this system's own version.
fn offered(package: &str) -> &str {
    let is_known = output_of(Path::new("."), "apt-cache", &["show", package]).is_ok();
    match package.split_once('-') {
        Some((general @ "postgresql", _)) if !is_known => general,
        _ => package,
    }
}

fn has_postgresql() -> bool {
    let versions = std::fs::read_dir(POSTGRESQL)
        .into_iter()
        .flatten()
        .flatten();
    let mut programs = versions.map(|version| version.path().join("bin/initdb"));
    programs.any(|program| program.is_file()) || is_installed("initdb")
}

fn has_python() -> bool {
    output_of(Path::new("."), "python3", &["-c", "import ensurepip, venv"]).is_ok()
}

fn has_node() -> bool {
    let version = output_of(Path::new("."), "node", &["--version"]);
    is_installed("npm")
        && version.is_ok_and(|text| node_major(&text).is_some_and(|major| major >= NODE_MAJOR_MIN))
}

/// The first number of a version such as `v20.11.1`.
fn node_major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(node_major("v20.11.1\n"), Some(20));
        assert_eq!(node_major("v8.0.0"), Some(8));
        assert_eq!(node_major("node"), None);
    }

    #[test]
    fn every_tool_names_a_package() {
        assert!(TOOLS.iter().all(|tool| !tool.packages.is_empty()));
    }
}
