//! The whole test run: `cargo xtask test`.
//!
//! Shape: a list of steps, each with a duration and its numbers of passed and failed tests (a step that is not made
//! of tests counts as one). All steps run, even behind a failed one, but nothing runs against a build that failed.
//! The end tells again what failing programs said last, then the steps; the last line is the sum. Deliberately absent: silent skipping; a step that cannot run says why.

mod counts;
mod server;
mod steps;
mod tools;
mod watched;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::tree::target;
use counts::Counts;
use steps::{STEPS, Step};
use watched::{LastWords, Watch};

/// What a step needs to know.
pub struct Context {
    /// The root of the checkout.
    pub root: PathBuf,
    /// The folder of build results.
    pub target: PathBuf,
    /// What runs the programs of the steps.
    pub watch: Watch,
}

/// How a step ended, if nothing went wrong with the step itself.
pub enum Outcome {
    /// It ran, with these numbers of tests; none at all counts as one passed test.
    Ran(Counts),
    /// It ran, but for a part of it, and why that did not.
    InPart(Counts, String),
    /// It did not run, and why.
    DidNotRun(String),
}

/// What is told about a step at the end.
struct Record {
    name: &'static str,
    took: Duration,
    result: Result<Outcome, String>,
}

/// The `test` command.
///
/// # Errors
/// A step failed, or the arguments name no step.
pub fn test(root: &Path, arguments: &[String]) -> Result<(), String> {
    let Some(chosen) = choose(arguments)? else {
        for step in STEPS {
            println!("{:<12} {}", step.name, step.purpose);
        }
        return Ok(());
    };
    let context = Context {
        root: root.to_path_buf(),
        target: target(root),
        watch: Watch::default(),
    };
    let mut records: Vec<Record> = Vec::new();
    for step in chosen {
        println!("\n== {}: {}", step.name, step.purpose);
        let has_build = records
            .iter()
            .all(|r| r.name != steps::BUILD || r.result.is_ok());
        let began = Instant::now();
        let result = if step.needs_build && !has_build {
            Err("the build failed, so there is nothing to run".to_owned())
        } else {
            (step.run)(&context)
        };
        let record = Record {
            name: step.name,
            took: began.elapsed(),
            result,
        };
        println!("== {}", record.line());
        records.push(record);
    }
    remind(&context.watch.failures());
    report(&records)
}

/// The steps that the arguments choose; `None` for `--list`.
fn choose(arguments: &[String]) -> Result<Option<Vec<&'static Step>>, String> {
    let mut names: Vec<&str> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--list" => return Ok(None),
            "--only" => names.push(
                rest.next()
                    .ok_or("--only needs the name of a step; --list shows them.")?,
            ),
            other => {
                return Err(format!(
                    "test does not know `{other}`; it takes --only STEP and --list."
                ));
            }
        }
    }
    if let Some(unknown) = names
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        return Err(format!("There is no step `{unknown}`; --list shows them."));
    }
    let is_named = |step: &&Step| names.is_empty() || names.contains(&step.name);
    let needs_build = STEPS.iter().filter(is_named).any(|step| step.needs_build);
    let chosen = STEPS
        .iter()
        .filter(|step| is_named(step) || (needs_build && step.name == steps::BUILD));
    Ok(Some(chosen.collect()))
}

/// Prints once more how the programs that failed ended: they stand far above in a long run.
fn remind(failures: &[LastWords]) {
    for LastWords { name, lines } in failures {
        println!("\n== the last words of {name}\n{}", lines.join("\n"));
    }
}

/// Prints all steps and the sum.
fn report(records: &[Record]) -> Result<(), String> {
    println!();
    for record in records {
        println!("{}", record.line());
    }
    let sum = records
        .iter()
        .map(Record::counts)
        .fold(Counts::default(), Counts::plus);
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 {
        Ok(())
    } else {
        Err("The test run failed.".to_owned())
    }
}

impl Record {
    /// Its share of the sum.
    fn counts(&self) -> Counts {
        match &self.result {
            Ok(Outcome::Ran(counts)) if *counts == Counts::default() => Counts {
                passed: 1,
                failed: 0,
            },
            Ok(Outcome::Ran(counts) | Outcome::InPart(counts, _)) => *counts,
            Ok(Outcome::DidNotRun(_)) => Counts::default(),
            Err(_) => Counts {
                passed: 0,
                failed: 1,
            },
        }
    }

    /// One line about it.
    fn line(&self) -> String {
        let seconds = self.took.as_secs_f64();
        let counts = self.counts();
        let numbers = match counts.failed {
            0 => format!("ok: {} passed", counts.passed),
            failed => format!("FAILED: {} passed, {failed} failed", counts.passed),
        };
        let said = match &self.result {
            Ok(Outcome::Ran(_)) => numbers,
            Ok(Outcome::InPart(_, why)) => format!("{numbers}; A PART DID NOT RUN: {why}"),
            Ok(Outcome::DidNotRun(why)) => format!("DID NOT RUN: {why}"),
            Err(why) => format!("FAILED: {why}"),
        };
        format!("{:<12} {seconds:>7.1} s  {said}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(arguments: &[&str]) -> Result<Option<Vec<&'static str>>, String> {
        let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
        Ok(choose(&arguments)?.map(|steps| steps.iter().map(|step| step.name).collect()))
    }

    fn record(result: Result<Outcome, String>) -> Record {
        Record {
            name: "step",
            took: Duration::ZERO,
            result,
        }
    }

    #[test]
    fn a_step_brings_the_build_that_it_needs() {
        assert_eq!(names(&["--only", "fmt"]), Ok(Some(vec!["fmt"])));
        assert_eq!(
            names(&["--only", "e2e", "--only", "fmt"]),
            Ok(Some(vec!["fmt", "build", "e2e"]))
        );
        assert_eq!(
            names(&[]).ok().flatten().map(|all| all.len()),
            Some(STEPS.len())
        );
        assert_eq!(names(&["--list"]), Ok(None));
        for bad in [&["--only"][..], &["--only", "nothing"], &["-x"]] {
            assert!(names(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_failed_step_and_a_failed_test_fail_the_run() {
        let ran = |passed, failed| record(Ok(Outcome::Ran(Counts { passed, failed })));
        assert!(report(&[ran(0, 0), ran(5, 0)]).is_ok());
        assert!(report(&[ran(0, 0), ran(5, 1)]).is_err());
        assert!(report(&[ran(5, 0), record(Err("why".to_owned()))]).is_err());
    }

    #[test]
    fn what_did_not_run_is_said_and_counts_for_nothing() {
        let absent = record(Ok(Outcome::DidNotRun("no folder".to_owned())));
        assert_eq!(absent.counts(), Counts::default());
        assert!(absent.line().contains("DID NOT RUN: no folder"));
        let counts = Counts {
            passed: 5,
            failed: 0,
        };
        let partly = record(Ok(Outcome::InPart(counts, "no npm".to_owned())));
        assert_eq!(partly.counts(), counts);
        assert!(
            partly
                .line()
                .ends_with("ok: 5 passed; A PART DID NOT RUN: no npm")
        );
        assert_eq!(
            record(Ok(Outcome::Ran(Counts::default()))).counts().passed,
            1
        );
    }
}
