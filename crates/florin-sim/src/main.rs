//! `florin-sim`: worlds in bad weather, a sweep over every place at which a fault can strike, and planted bugs.
//!
//! It fails with the first world that breaks a rule, and when a planted bug is not found. Every failure is printed with the
//! arguments that repeat it exactly. Worlds share nothing, so that several run at once without changing one another.
//! Deliberately absent: keeping anything of a world that is over, so that a million payments need no more memory than a
//! thousand.

mod arguments;

use arguments::{Arguments, Part, USAGE};
use florin_sim::controls::{self, Control, control};
use florin_sim::sweep::{self, Strike, sweep};
use florin_sim::{Plan, Report, Sabotage, Violation, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Payments when nothing is said.
const PAYMENTS: u64 = 600;
/// Stories of a world when nothing is said.
const EACH: u32 = 60;
/// Worlds that run at once, at most, when nothing is said.
const THREADS_MAX: usize = 8;
/// A run with more payments than this tells only of its progress.
const LONG: u64 = 10_000;
/// How often a long run tells of it.
const LINES: u64 = 200;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given.iter().any(|name| name == "--help" || name == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let arguments = match Arguments::parse(&given) {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("{why}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match simulate(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(arguments: &Arguments) -> Result<(), String> {
    if let (Some(strike), Some(at)) = (arguments.strike, arguments.at) {
        let plan = sweep::plan(strike, at, arguments.is_outside);
        return one(&plan, arguments.trace);
    }
    if let Some(sabotage) = arguments.control {
        return planted(&[sabotage], 1);
    }
    let is_one = arguments.payments.is_none() && arguments.seeds.is_none();
    if let Some(seed) = arguments.seed.filter(|_| is_one) {
        return one(
            &Plan::new(seed, arguments.each.unwrap_or(EACH)),
            arguments.trace,
        );
    }
    let threads = arguments.threads.unwrap_or_else(processors);
    let runs = |part| arguments.only.is_none_or(|only| only == part);
    if runs(Part::Worlds) {
        worlds(arguments, threads)?;
    }
    if runs(Part::Sweep) {
        swept(threads)?;
    }
    if runs(Part::Controls) {
        let missing = controls::uncontrolled();
        if !missing.is_empty() {
            return Err(format!("No planted bug breaks {missing:?}."));
        }
        planted(Sabotage::ALL, threads)?;
    }
    Ok(())
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(THREADS_MAX))
}

/// One world, told in full.
fn one(plan: &Plan, trace: bool) -> Result<(), String> {
    let report = guarded(plan)?;
    if trace {
        report.trace.iter().for_each(|line| println!("{line}"));
    }
    println!("{}", summary(&report));
    whole(&report.violations, "")
}

/// A world; a panic in it is a finding, too.
fn guarded(plan: &Plan) -> Result<Report, String> {
    let ran = catch_unwind(AssertUnwindSafe(|| run(plan)));
    ran.map_err(|_| format!("Seed {}: something panicked, see above.", plan.seed))
}

fn whole(violations: &[Violation], again: &str) -> Result<(), String> {
    if violations.is_empty() {
        return Ok(());
    }
    let lines = violations.iter().map(ToString::to_string);
    let lines: Vec<String> = lines.chain([again.to_owned()]).collect();
    Err(lines.join("\n").trim_end().to_owned())
}

/// Does each piece of work once, several at once, until one fails. The first failure is the answer.
fn at_once<T: Send>(
    threads: usize,
    mut work: impl Iterator<Item = T> + Send,
    does: impl Fn(T) -> Result<(), String> + Sync,
) -> Result<(), String> {
    let queue = Mutex::new((&mut work, Ok(())));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = {
                        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                        if queue.1.is_err() {
                            return;
                        }
                        queue.0.next()
                    };
                    let Some(next) = next else { return };
                    if let Err(why) = does(next) {
                        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                        if queue.1.is_ok() {
                            queue.1 = Err(why);
                        }
                    }
                }
            });
        }
    });
    queue.into_inner().unwrap_or_else(PoisonError::into_inner).1
}

/// What was done so far.
#[derive(Default)]
struct Tally {
    worlds: u64,
    payments: u64,
    commits: u64,
    crashes: u64,
    lines: u64,
}

fn worlds(arguments: &Arguments, threads: usize) -> Result<(), String> {
    let each = arguments.each.unwrap_or(EACH);
    let first = arguments.seed.unwrap_or(1);
    let wanted = match arguments.seeds {
        Some(_) => arguments.payments.unwrap_or(u64::MAX),
        None => arguments.payments.unwrap_or(PAYMENTS),
    };
    let last = first.saturating_add(arguments.seeds.unwrap_or(u64::MAX));
    let is_long = wanted != u64::MAX && wanted > LONG;
    let tally = Mutex::new(Tally::default());
    let held = || tally.lock().unwrap_or_else(PoisonError::into_inner);
    let seeds = (first..last).take_while(|_| held().payments < wanted);
    at_once(threads, seeds, |seed| {
        let report = guarded(&Plan::new(seed, each))?;
        let again = format!("Run it again with: florin-sim --seed {seed} --each {each} --trace");
        whole(&report.violations, &again)?;
        let mut tally = held();
        tally.worlds += 1;
        tally.payments += report.payments;
        tally.commits += report.commits as u64;
        tally.crashes += report.crashes;
        if !is_long {
            println!("{}", summary(&report));
        } else if tally.payments / (wanted / LINES) > tally.lines {
            tally.lines = tally.payments / (wanted / LINES);
            println!(
                "{} of {wanted} payments, {} worlds up to seed {seed}, {} commits, {} crashes, every rule holds",
                tally.payments, tally.worlds, tally.commits, tally.crashes
            );
        }
        Ok(())
    })?;
    let tally = held();
    println!(
        "{} worlds, {} payments, {} commits, {} crashes: every rule holds.",
        tally.worlds, tally.payments, tally.commits, tally.crashes
    );
    Ok(())
}

fn swept(threads: usize) -> Result<(), String> {
    let places = [false, true];
    let all = Strike::ALL
        .into_iter()
        .flat_map(|strike| places.map(|outside| (strike, outside)));
    at_once(threads, all, |(strike, outside)| {
        let place = if outside { "outside" } else { "inside" };
        let swept = sweep(strike, outside);
        if let Some((at, violations)) = &swept.broken {
            let again = format!(
                "Run it again with: florin-sim --strike {strike:?} --at {at} --place {place} --trace"
            );
            whole(violations, &again)?;
        }
        if swept.places == 0 {
            return Err(format!("{strike:?} ({place}) never struck."));
        }
        println!(
            "{strike:?} ({place}): struck at each of {} places",
            swept.places
        );
        Ok(())
    })
}

fn planted(bugs: &[Sabotage], threads: usize) -> Result<(), String> {
    at_once(threads, bugs.iter().copied(), |sabotage| {
        let Control { caught, struck, .. } = control(sabotage);
        match caught {
            Some((seed, what)) if struck > 0 => {
                println!("{sabotage:?}: found in seed {seed}: {what}");
                Ok(())
            }
            _ => Err(format!(
                "{sabotage:?} struck {struck} times in {} seeds, and nothing of {:?} was found. The auditor is blind.",
                controls::SEEDS,
                sabotage.breaks()
            )),
        }
    })
}

fn summary(report: &Report) -> String {
    let place = if report.outside { "outside" } else { "inside" };
    let answers: u64 = report.answers.values().sum();
    let good = report
        .answers
        .iter()
        .filter(|((_, status), _)| *status == 200);
    let good: u64 = good.map(|(_, count)| count).sum();
    format!(
        "seed {} ({place}): {} payments, {answers} answers ({good} good), {} commits, {} crashes, {} steps, {} violations",
        report.seed,
        report.payments,
        report.commits,
        report.crashes,
        report.steps,
        report.violations.len()
    )
}
