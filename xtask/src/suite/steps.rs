//! The steps of the test run, in their order.
//!
//! Shape: one table; each step is a function from the context to its outcome. Cheap steps come first. One build in
//! the debug profile serves all steps. Deliberately absent: release builds, which would double the time.

use std::path::PathBuf;

use super::counts::Counts;
use super::server::Server;
use super::{Context, Outcome, tools};
use crate::command::{cargo, command, is_installed, output_of};
use crate::{openapi, tidy, web};

/// How many tests `cargo nextest` runs at once for each core, unless its own variable says otherwise: many wait for databases
/// and disks.
const TESTS_PER_CORE: usize = 2;
/// That variable.
const TEST_THREADS: &str = "NEXTEST_TEST_THREADS";

/// The step that others need.
pub const BUILD: &str = "build";
/// Names the folder of the published descriptions of the wire.
const WIRE_SPEC: &str = "FLORIN_WIRE_SPEC";
/// Makes the sandbox behave like a processor outside of our store.
const FORCE_OUTSIDE: (&str, &str) = ("FLORIN_FORCE_OUTSIDE", "1");
/// The suites that talk to a server: two servers at once, because suites mostly wait for answers.
const SUITES: [&[&str]; 2] = [
    &["--only", "python", "--only", "docs"],
    &["--only", "python2023", "--only", "node", "--only", "older"],
];
/// The same with the newest SDKs only: where effects lie changes nothing about versions.
const NEWEST: [&str; 4] = ["--only", "python", "--only", "node"];
/// Why the browser parts are left out.
const NO_NPM: &str = "npm is not installed";
/// Of the system, and of the package index.
const POSTGRES_VERSIONS: [&str; 2] = ["15", "18"];

/// One step.
pub struct Step {
    /// Its name for `--only`.
    pub name: &'static str,
    /// What it does, for a reader.
    pub purpose: &'static str,
    /// Whether it runs what the build step made.
    pub needs_build: bool,
    /// Does it.
    pub run: fn(&Context) -> Result<Outcome, String>,
}

const fn step(
    name: &'static str,
    purpose: &'static str,
    needs_build: bool,
    run: fn(&Context) -> Result<Outcome, String>,
) -> Step {
    Step {
        name,
        purpose,
        needs_build,
        run,
    }
}

/// All steps.
pub const STEPS: &[Step] = &[
    step("tools", "installs what the tests need", false, tools_step),
    step("fmt", "the sources are formatted", false, fmt),
    step("tidy", "the style rules hold", false, tidy_step),
    step("clippy", "clippy finds nothing", false, clippy),
    step(
        "web",
        "the browser parts: types, unit tests, the build that the binary carries",
        false,
        web_step,
    ),
    step(BUILD, "builds everything once, debug profile", false, build),
    step("tests", "unit and integration tests", true, tests),
    step(
        "e2e",
        "the official SDKs against a running server",
        true,
        e2e,
    ),
    step("browser", "the browser parts in Chromium", true, browser),
    step(
        "conformance",
        "the recorded answers against the published descriptions",
        false,
        conformance,
    ),
    step(
        "e2e-elsewhere",
        "the newest SDKs with the sandbox's effects outside of the store, and against `florin serve` over PostgreSQL 15 and 18",
        true,
        e2e_elsewhere,
    ),
    step(
        "faults",
        "at once: full disks, failing syncs, cut connections, promotions, hostile endpoints, races, overload; two to four copies over \
         one PostgreSQL, killed and frozen; a life of payments with a crash of the binary at each step; simulated worlds, a fault at \
         each place, a control for each rule",
        true,
        faults_copies_and_sim,
    ),
    step(
        "openapi",
        "the committed contract is what the code says",
        true,
        openapi_step,
    ),
];

fn ran(counts: Counts) -> Outcome {
    Outcome::Ran(counts)
}

fn tools_step(context: &Context) -> Result<Outcome, String> {
    tools::install(&context.watch)?;
    context
        .watch
        .run(command(
            &context.root,
            "python3",
            &["e2e/run.py", "--setup-only"],
        ))
        .map(ran)
}

fn fmt(context: &Context) -> Result<Outcome, String> {
    context
        .watch
        .run(command(
            &context.root,
            cargo(),
            &["fmt", "--all", "--check"],
        ))
        .map(ran)
}

fn tidy_step(context: &Context) -> Result<Outcome, String> {
    tidy::tidy(&context.root, &[])?;
    Ok(ran(Counts::default()))
}

fn clippy(context: &Context) -> Result<Outcome, String> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    context
        .watch
        .run(command(&context.root, cargo(), &arguments))
        .map(ran)
}

fn web_step(context: &Context) -> Result<Outcome, String> {
    if !web::build(&context.root)? {
        return Ok(Outcome::DidNotRun(NO_NPM.to_owned()));
    }
    context
        .watch
        .run(command(
            &web::folder(&context.root),
            "npm",
            &["run", "--silent", "test"],
        ))
        .map(ran)
}

fn browser(context: &Context) -> Result<Outcome, String> {
    if !is_installed("npm") {
        return Ok(Outcome::DidNotRun(NO_NPM.to_owned()));
    }
    let folder = web::folder(&context.root);
    let mut tests = command(&folder, "npm", &["run", "--silent", "e2e"]);
    tests.env("FLORIN_BIN", florin(context));
    context.watch.run(tests).map(ran)
}

fn build(context: &Context) -> Result<Outcome, String> {
    // With all targets the features are those of the test run, so that nothing is built twice.
    context
        .watch
        .run(command(
            &context.root,
            cargo(),
            &["build", "--workspace", "--all-targets"],
        ))
        .map(ran)
}

fn tests(context: &Context) -> Result<Outcome, String> {
    if wire_spec().is_none() {
        println!(
            "{WIRE_SPEC} is not set: tests that compare with the published descriptions say so and do nothing"
        );
    }
    let arguments: &[&str] = if is_installed("cargo-nextest") {
        &["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        println!("cargo-nextest is not installed: `cargo test` runs the same tests, more slowly");
        &["test", "--workspace", "--all-targets", "--no-fail-fast"]
    };
    let mut tests = command(&context.root, cargo(), arguments);
    if std::env::var_os(TEST_THREADS).is_none() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        tests.env(TEST_THREADS, (cores * TESTS_PER_CORE).to_string());
    }
    context.watch.run(tests).map(ran)
}

fn e2e(context: &Context) -> Result<Outcome, String> {
    let [newest, others] = &SUITES;
    let parts: Vec<Part<'_>> = vec![
        Box::new(|| black_box(context, ("newest", "records"), &[], newest)),
        Box::new(|| black_box(context, ("others", "records"), &[], others)),
    ];
    at_once(parts).map(ran)
}

/// The suites of the newest SDKs, with the sandbox outside and over each database, all at once.
fn e2e_elsewhere(context: &Context) -> Result<Outcome, String> {
    let [first, second] = POSTGRES_VERSIONS;
    let parts: Vec<Part<'_>> = vec![
        Box::new(|| {
            black_box(
                context,
                ("outside", "records-outside"),
                &[FORCE_OUTSIDE],
                &NEWEST,
            )
        }),
        Box::new(|| over_postgres(context, first)),
        Box::new(|| over_postgres(context, second)),
    ];
    at_once(parts).map(ran)
}

/// A part of a step.
type Part<'a> = Box<dyn Fn() -> Result<Counts, String> + Send + 'a>;

/// Runs parts at once, and adds up what they count.
fn at_once(parts: Vec<Part<'_>>) -> Result<Counts, String> {
    let ended: Vec<Result<Counts, String>> = std::thread::scope(|scope| {
        let begun: Vec<_> = parts.into_iter().map(|part| scope.spawn(part)).collect();
        let ended = begun.into_iter().map(|part| match part.join() {
            Ok(counted) => counted,
            Err(_) => Err("a runner panicked".to_owned()),
        });
        ended.collect()
    });
    let mut counts = Counts::default();
    for counted in ended {
        counts = counts.plus(counted?);
    }
    Ok(counts)
}

/// Whoever is killed or frozen mostly waits, faults wait half of the time, and the simulator never does.
fn faults_copies_and_sim(context: &Context) -> Result<Outcome, String> {
    let mut parts: Vec<Part<'_>> = vec![
        Box::new(|| sim(context)),
        Box::new(|| apart(context, "copies")),
        Box::new(|| apart(context, "crashes")),
    ];
    if output_of(&context.root, "id", &["-u"])?.trim() != "0" {
        let why = "only root may mount small disks and give a process its own view of files";
        return Ok(Outcome::InPart(at_once(parts)?, why.to_owned()));
    }
    parts.push(Box::new(|| apart(context, "faults")));
    at_once(parts).map(ran)
}

/// A suite that starts its own servers, because they die.
fn apart(context: &Context, suite: &str) -> Result<Counts, String> {
    let binary = florin(context).display().to_string();
    let arguments = ["e2e/run.py", "--only", suite, "--bin", &binary];
    context
        .watch
        .run(command(&context.root, "python3", &arguments))
}

/// The suites start the servers, of the database and of Florin, themselves.
fn over_postgres(context: &Context, version: &str) -> Result<Counts, String> {
    let binary = florin(context).display().to_string();
    let records = format!("e2e/records-postgres-{version}");
    let records = context.target.join(records).display().to_string();
    let mut suites = command(
        &context.root,
        "python3",
        &["e2e/run.py", "--bin", &binary, "--records", &records],
    );
    suites
        .args(["--database", version])
        .args(["--only", "python", "--only", "node"]);
    context.watch.run(suites)
}

/// Starts a server, runs the suites against it and stops it.
fn black_box(
    context: &Context,
    (name, records): (&str, &str),
    environment: &[(&str, &str)],
    chosen: &[&str],
) -> Result<Counts, String> {
    let binary = florin(context);
    let folder = context.target.join("e2e");
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    let log = folder.join(format!("{name}.log"));
    println!("the server's output is in {}", log.display());
    let server = Server::start(&binary, log, environment)?;
    let (url, binary) = (server.url(), binary.display().to_string());
    let records = folder.join(records).display().to_string();
    let mut suites = command(
        &context.root,
        "python3",
        &["e2e/run.py", "--url", &url, "--bin", &binary],
    );
    suites
        .args(["--records", &records])
        .args(chosen)
        .envs(environment.iter().copied());
    let counts = context.watch.run(suites);
    let stopped = server.stop();
    let counts = counts?;
    match stopped {
        Ok(()) if counts.passed + counts.failed == 0 => Err("the suites ran no test".to_owned()),
        Ok(()) => Ok(counts),
        Err(why) => Err(format!(
            "{why} ({} tests passed, {} failed)",
            counts.passed, counts.failed
        )),
    }
}

fn conformance(context: &Context) -> Result<Outcome, String> {
    if wire_spec().is_none() {
        return Ok(Outcome::DidNotRun(format!(
            "{WIRE_SPEC} does not name a folder with the published descriptions"
        )));
    }
    let records = context.target.join("e2e/records").display().to_string();
    let arguments = ["e2e/run.py", "--only", "conform", "--records", &records];
    context
        .watch
        .run(command(&context.root, "python3", &arguments))
        .map(ran)
}

/// The folder of the published descriptions, if it was named.
fn wire_spec() -> Option<PathBuf> {
    let named = std::env::var_os(WIRE_SPEC).filter(|name| !name.is_empty());
    named.map(PathBuf::from)
}

fn openapi_step(context: &Context) -> Result<Outcome, String> {
    openapi::compare(&context.root, &florin(context))?;
    Ok(ran(Counts::default()))
}

fn sim(context: &Context) -> Result<Counts, String> {
    let program = context.target.join("debug/florin-sim");
    // Without arguments: worlds, a fault at each place in turn, and every control.
    context.watch.run(command(&context.root, program, &[]))
}

/// The program that the build step made.
fn florin(context: &Context) -> PathBuf {
    context.target.join("debug/florin")
}
