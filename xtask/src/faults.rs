//! `cargo xtask faults`: what breaks in practice is done to the real binary, and what was lost is counted.
//!
//! Shape: four parts. `process` kills servers under load and replays power cuts (tests of a debug build, at a larger size
//! than in the test run); `faults` is the suite of `e2e/faults`; `copies` and `crashes` are the suites of those names, on a
//! release build. Deliberately absent: the simulator, which is `cargo xtask sim`.

use std::path::Path;

use crate::command::{cargo, command, run};
use crate::tree::target;

const USAGE: &str =
    "faults takes --long, and --only process|faults|copies|crashes as often as wanted.";
/// Rounds of kill -9, and power cuts, of a short and of a long run.
const ROUNDS: [[&str; 2]; 2] = [["20", "200"], ["200", "2000"]];
const PARTS: [&str; 4] = ["process", "faults", "copies", "crashes"];

/// The `faults` command.
///
/// # Errors
/// Something cannot be built, or an experiment found something wrong.
pub fn faults(root: &Path, arguments: &[String]) -> Result<(), String> {
    let (is_long, parts) = parse(arguments)?;
    run(command(
        root,
        cargo(),
        &["build", "--release", "--package", "florin"],
    ))?;
    let binary = target(root).join("release/florin").display().to_string();
    let mut failed = Vec::new();
    for part in parts {
        let done = match part {
            "process" => process(root, is_long),
            suite => python(root, suite, &binary, is_long),
        };
        failed.extend(done.err().map(|why| format!("{part}: {why}")));
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(failed.join("\n")),
    }
}

fn parse(arguments: &[String]) -> Result<(bool, Vec<&'static str>), String> {
    let (mut is_long, mut parts) = (false, Vec::new());
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        let part = match argument {
            "--long" => {
                is_long = true;
                continue;
            }
            "--only" => rest.next(),
            _ => None,
        };
        let known = PARTS.iter().find(|known| Some(**known) == part);
        parts.push(*known.ok_or(USAGE)?);
    }
    if parts.is_empty() {
        parts = PARTS.to_vec();
    }
    Ok((is_long, parts))
}

/// The tests that kill a server under load and that cut its power, and the search for what must not be left behind.
fn process(root: &Path, is_long: bool) -> Result<(), String> {
    let [rounds, cuts] = ROUNDS[usize::from(is_long)];
    let arguments = ["test", "--package", "florin", "--test", "it", "--"];
    let mut tests = command(root, cargo(), &arguments);
    tests
        .args([
            "kill9",
            "powercut",
            "leak",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("FLORIN_KILL_ROUNDS", rounds)
        .env("FLORIN_POWER_CUTS", cuts);
    run(tests)
}

fn python(root: &Path, suite: &str, binary: &str, is_long: bool) -> Result<(), String> {
    let mut suites = command(
        root,
        "python3",
        &["e2e/run.py", "--bin", binary, "--only", suite],
    );
    if is_long && suite == "faults" {
        suites.arg("--long");
    }
    run(suites)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(bool, Vec<&'static str>), String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn what_is_not_named_is_all() {
        assert_eq!(parsed(""), Ok((false, PARTS.to_vec())));
        assert_eq!(parsed("--only copies --long"), Ok((true, vec!["copies"])));
        for wrong in ["copies", "--only", "--only nothing", "--lon"] {
            assert_eq!(parsed(wrong), Err(USAGE.to_owned()), "{wrong}");
        }
    }
}
