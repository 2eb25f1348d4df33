//! `cargo xtask bench`: measures a release build on this machine.
//!
//! Shape: builds Florin and the load generator and runs the suite, which starts everything else. A whole run writes
//! the measured part of the page and the ratios beside it; `--compare` prints the ratios of a short run beside the
//! committed ones; every run leaves `latest.md` and `latest.json` in the folder of build results. Deliberately
//! absent: a verdict on a change of a ratio, which a person reads.

mod compare;
mod page;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::command::{cargo, command, run, spelled};
use crate::tree::target;

/// The page with the figures, and the ratios that are committed.
const PAGE: &str = "docs/performance.md";
const RATIOS: &str = "docs/performance.json";
/// What the command takes.
const USAGE: &str =
    "bench takes --quick, --growth N, --growth-large, --only PART (several times) or --compare.";

/// What was asked for.
#[derive(Debug, Default, PartialEq)]
struct Options {
    is_comparison: bool,
    /// Handed on to the suite.
    suite: Vec<String>,
    /// Whether all of the page is measured, so that it may be written.
    is_whole: bool,
}

/// The `bench` command.
///
/// # Errors
/// Something cannot be built, measured, read or written.
pub fn bench(root: &Path, arguments: &[String]) -> Result<(), String> {
    let options = parse(arguments)?;
    // What could stop the run at its end is tried before it begins.
    let page = read(&root.join(PAGE))?;
    page::replaced(&page, "").map_err(|why| format!("{PAGE}: {why}"))?;
    let committed = match options.is_comparison {
        true => Some(json_of(&root.join(RATIOS))?),
        false => None,
    };
    let build = [
        "build",
        "--release",
        "--package",
        "florin",
        "--package",
        "florin-bench",
    ];
    run(command(root, cargo(), &build))?;
    let folder = target(root).join("bench");
    let (report, found) = measure(root, &folder, &options.suite)?;
    write(&folder.join("latest.md"), &report)?;
    if let Some(committed) = committed {
        println!("{}", compare::table(&found["ratios"], &committed["ratios"]));
        return Ok(());
    }
    println!("{report}");
    if options.is_whole {
        let page = page::replaced(&page, &report).map_err(|why| format!("{PAGE}: {why}"))?;
        write(&root.join(PAGE), &page)?;
        let kept = json!({"facts": found["facts"], "ratios": found["ratios"]});
        write(&root.join(RATIOS), &format!("{kept:#}\n"))?;
        println!("written to {PAGE} and {RATIOS}");
    }
    println!("written to {}", folder.display());
    Ok(())
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        is_whole: true,
        ..Options::default()
    };
    let mut is_quick = false;
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "--quick" | "--compare" => {
                options.is_comparison |= argument == "--compare";
                is_quick = true;
            }
            "--growth-large" => options.suite.push(argument.to_owned()),
            "--growth" | "--only" => {
                let value = rest.next().ok_or(USAGE)?;
                options.is_whole &= argument != "--only";
                options
                    .suite
                    .extend([argument.to_owned(), value.to_owned()]);
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    if is_quick {
        options.is_whole = false;
        options.suite.push("--quick".to_owned());
    }
    Ok(options)
}

/// Runs the suite; gives its Markdown and its JSON. Its progress goes to the terminal.
fn measure(root: &Path, folder: &Path, more: &[String]) -> Result<(String, Value), String> {
    let release = target(root).join("release");
    let data = folder.join("data");
    fs::create_dir_all(&data)
        .map_err(|error| format!("{} cannot be made: {error}", data.display()))?;
    let json = folder.join("latest.json");
    let shown = |path: PathBuf| path.display().to_string();
    let paths = [
        shown(release.join("florin")),
        shown(data),
        shown(root.join("bench/peers.py")),
        shown(json.clone()),
    ];
    let [florin, data, peers, written] = paths.each_ref().map(String::as_str);
    let mut arguments = vec!["suite", "--bin", florin, "--data", data];
    arguments.extend(["--peers", peers, "--json", written]);
    arguments.extend(more.iter().map(String::as_str));
    let mut suite = command(root, release.join("florin-bench"), &arguments);
    suite.stdin(Stdio::null()).stderr(Stdio::inherit());
    println!("measuring; a whole run takes about twenty minutes, --quick two");
    let done = suite
        .output()
        .map_err(|error| format!("{} does not start: {error}", spelled(&suite)))?;
    if !done.status.success() {
        return Err(format!("{} failed, {}", spelled(&suite), done.status));
    }
    let report = String::from_utf8(done.stdout)
        .map_err(|_| format!("{} does not print text", spelled(&suite)))?;
    Ok((report, json_of(&json)?))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn json_of(path: &Path) -> Result<Value, String> {
    serde_json::from_str(&read(path)?)
        .map_err(|error| format!("{} is no JSON: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[&str]) -> Result<Options, String> {
        let words: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        parse(&words)
    }

    #[test]
    fn only_a_whole_run_writes_the_page() {
        for (line, is_whole, is_comparison, suite) in [
            ("", true, false, ""),
            (
                "--growth 1000 --growth-large",
                true,
                false,
                "--growth 1000 --growth-large",
            ),
            ("--quick", false, false, "--quick"),
            (
                "--only peers --only growth",
                false,
                false,
                "--only peers --only growth",
            ),
            ("--compare", false, true, "--quick"),
            ("--compare --quick", false, true, "--quick"),
        ] {
            let words: Vec<&str> = line.split_whitespace().collect();
            let expected = Options {
                is_comparison,
                suite: suite.split_whitespace().map(str::to_owned).collect(),
                is_whole,
            };
            assert_eq!(parsed(&words), Ok(expected), "{line}");
        }
        for wrong in [&["--slow"][..], &["--growth"], &["quick"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
