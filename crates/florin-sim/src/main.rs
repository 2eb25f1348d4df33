//! `florin-sim`: runs seeds one after the other, prints a line for each, and fails with the first seed that breaks a rule.
//!
//! Deliberately absent: threads. Run several with different seeds instead.

use florin_sim::{Plan, Report, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

const USAGE: &str = "florin-sim [--seeds N] [--payments N] [--seed S] [--trace]

Runs the engine in a seeded world and audits what it leaves behind.

  --seeds N      how many seeds to run, beginning with the first one (default 20)
  --payments N   stories in each run (default 50)
  --seed S       the first seed (default 1); alone, only this one is run
  --trace        print what happened, line by line";

struct Arguments {
    first: u64,
    seeds: u64,
    payments: u32,
    trace: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&arguments) {
        Ok(arguments) => simulate(&arguments),
        Err(why) => {
            eprintln!("{why}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Arguments, String> {
    let (mut seeds, mut first) = (None, None);
    let (mut payments, mut trace) = (50, false);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        if name == "--trace" {
            trace = true;
            continue;
        }
        let value = rest.next().and_then(|text| text.parse::<u64>().ok());
        let value = value.ok_or_else(|| format!("{name} needs a number behind it."))?;
        match name.as_str() {
            "--seeds" => seeds = Some(value),
            "--seed" => first = Some(value),
            "--payments" => {
                payments =
                    u32::try_from(value).map_err(|_| "--payments is too large.".to_owned())?
            }
            other => return Err(format!("There is no option {other}.")),
        }
    }
    let seeds = seeds.unwrap_or(if first.is_some() { 1 } else { 20 });
    Ok(Arguments {
        first: first.unwrap_or(1),
        seeds,
        payments,
        trace,
    })
}

fn simulate(arguments: &Arguments) -> ExitCode {
    for seed in arguments.first..arguments.first.saturating_add(arguments.seeds) {
        let plan = Plan::new(seed, arguments.payments);
        let Ok(report) = catch_unwind(AssertUnwindSafe(|| run(&plan))) else {
            eprintln!("seed {seed}: something panicked, see above.");
            return ExitCode::FAILURE;
        };
        if arguments.trace {
            report.trace.iter().for_each(|line| println!("{line}"));
        }
        println!("{}", summary(&report));
        if !report.violations.is_empty() {
            for violation in &report.violations {
                eprintln!("seed {seed}: {violation}");
            }
            eprintln!(
                "Run it again with: florin-sim --seed {seed} --payments {} --trace",
                arguments.payments
            );
            return ExitCode::FAILURE;
        }
    }
    println!("{} seeds, every rule holds.", arguments.seeds);
    ExitCode::SUCCESS
}

fn summary(report: &Report) -> String {
    let place = if report.outside { "outside" } else { "inside" };
    let answers: u64 = report.answers.values().sum();
    let good: u64 = report
        .answers
        .iter()
        .filter(|((_, status), _)| *status == 200)
        .map(|(_, count)| count)
        .sum();
    format!(
        "seed {} ({place}): {answers} answers ({good} good), {} commits, {} crashes, {} steps, {} violations",
        report.seed,
        report.commits,
        report.crashes,
        report.steps,
        report.violations.len()
    )
}
