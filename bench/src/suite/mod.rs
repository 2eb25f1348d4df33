//! The whole set of measurements, on servers of its own.
//!
//! Shape: `groups` holds the parts, each of which starts what it compares, lets all of it take turns and keeps the
//! medians in `results`; `growth` fills databases; `ratios` and `goals` are drawn from the results, and `report`
//! writes them. A part that fails becomes a remark and the others still run. Deliberately absent: statistics beyond
//! a median of three.

mod goals;
mod groups;
mod growth;
mod ratios;
mod report;
mod results;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::machine;
use crate::run::{Size, run};
use crate::scenario::Scenario;
use crate::server::{Postgres, Tools};
use crate::target::Target;
use results::{Results, Row, Sample};

/// Connections that are left to pgbench, of 200 that Florin and the prototype use, too.
const PGBENCH_CLIENTS_MAX: u32 = 160;
/// Payments to read from in the reading scenarios.
const PREPARE: u64 = 1_000;
/// The parts of the suite, in their order, and what they are about.
const GROUPS: [(&str, &str); 8] = [
    ("engines", "Create and confirm, by clients"),
    ("scenarios", "Scenarios"),
    ("merchants", "One hot merchant and many"),
    ("processor", "The sandbox inside and outside of the process"),
    ("peers", "Stand-ins for tests"),
    ("latency", "Half load: arrivals at a fixed rate"),
    (
        "webhooks",
        "Webhooks: from the payment's answer to the arrival",
    ),
    ("growth", "Growth"),
];

/// The options of `suite`.
#[derive(Args)]
pub struct SuiteArgs {
    /// Florin's program, built for release.
    #[arg(long)]
    bin: PathBuf,
    /// The script that starts PostgreSQL and the peers.
    #[arg(long, default_value = "bench/peers.py")]
    peers: PathBuf,
    /// Where to make the directories for the data; it should lie on the disk that matters.
    #[arg(long, default_value = "bench/results")]
    data: PathBuf,
    /// Where to write everything as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// About two minutes: short samples, 64 clients, no growth.
    #[arg(long)]
    quick: bool,
    /// Fill databases of both engines with this many payments; 0 leaves growth out.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    growth: u64,
    /// Let the SQLite database then grow to ten million payments, which takes about half an hour and 40 GB.
    #[arg(long)]
    growth_large: bool,
    /// Only this part, or these; all of them by default.
    #[arg(long, value_name = "PART", value_parser = GROUPS.map(|(group, _)| group))]
    only: Vec<String>,
}

/// How long and how often is measured.
#[derive(Clone, Copy)]
struct Plan {
    clients: &'static [u32],
    seconds: u64,
    warmup: u64,
    samples: usize,
    is_quick: bool,
}

const WHOLE: Plan = Plan {
    clients: &[1, 8, 64, 256],
    seconds: 3,
    warmup: 1,
    samples: 3,
    is_quick: false,
};
const QUICK: Plan = Plan {
    clients: &[64],
    seconds: 1,
    warmup: 1,
    samples: 3,
    is_quick: true,
};

/// One engine under Florin and the prototype.
#[derive(Clone, Copy)]
struct Engine<'a> {
    name: &'static str,
    postgres: Option<&'a Postgres>,
}

impl Engine<'_> {
    fn florin(&self) -> String {
        format!("florin-{}", self.name)
    }

    fn prototype(&self) -> String {
        format!("prototype-{}", self.name)
    }
}

/// What is measured, and how often.
#[derive(Clone, Copy)]
struct Task {
    group: &'static str,
    scenario: Scenario,
    clients: u32,
    samples: usize,
    prepare: u64,
    rate: Option<u32>,
}

/// One of those that take turns.
struct Contender<'a> {
    target: String,
    /// The scenario's name in the results, where its own would not tell it from others.
    label: Option<String>,
    drive: Drive<'a>,
}

enum Drive<'a> {
    Http(&'a Target),
    /// The URL of a database.
    Pgbench(&'a str),
}

impl<'a> Contender<'a> {
    fn http(target: impl Into<String>, at: &'a Target) -> Self {
        Self {
            target: target.into(),
            label: None,
            drive: Drive::Http(at),
        }
    }

    fn labelled(self, label: impl Into<String>) -> Self {
        Self {
            label: Some(label.into()),
            ..self
        }
    }
}

/// A run of the suite.
struct Bench {
    tools: Tools,
    plan: Plan,
    results: Results,
}

/// Runs the `suite` command and gives its Markdown.
///
/// # Errors
/// The disk cannot be written.
pub async fn suite(args: SuiteArgs) -> Result<String, String> {
    let own = std::env::current_exe()
        .map_err(|error| format!("This program does not find itself: {error}"))?;
    let mut bench = Bench {
        tools: Tools {
            florin: args.bin.clone(),
            own,
            peers: args.peers.clone(),
            parent: args.data.clone(),
        },
        plan: if args.quick { QUICK } else { WHOLE },
        results: Results::default(),
    };
    bench.results.facts = facts(&args, bench.plan)?;
    let postgres = match bench.tools.postgres().await {
        Ok(postgres) => Some(postgres),
        Err(why) => {
            let remark = format!("Nothing was measured on PostgreSQL: {why}");
            bench.results.remark(remark);
            None
        }
    };
    let mut engines = vec![Engine {
        name: "sqlite",
        postgres: None,
    }];
    engines.extend(postgres.as_ref().map(|postgres| Engine {
        name: "postgres",
        postgres: Some(postgres),
    }));
    for (group, _) in GROUPS {
        let is_wanted = args.only.is_empty() || args.only.iter().any(|only| only == group);
        if is_wanted {
            eprintln!("{group}");
            part(&mut bench, (group, &args), &engines).await;
        }
    }
    if let Some(file) = &args.json {
        let text = format!("{:#}\n", report::to_json(&bench.results));
        std::fs::write(file, text)
            .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    }
    Ok(report::to_markdown(&bench.results))
}

/// Runs one part; what goes wrong becomes a remark.
async fn part(bench: &mut Bench, (group, args): (&str, &SuiteArgs), engines: &[Engine<'_>]) {
    if group == "peers" {
        groups::peers(bench).await;
        return;
    }
    for &engine in engines {
        let ran = match group {
            "engines" => groups::engines(bench, engine).await,
            "scenarios" => groups::scenarios(bench, engine).await,
            "merchants" => groups::merchants(bench, engine).await,
            "processor" => groups::processor(bench, engine).await,
            "latency" => groups::latency(bench, engine).await,
            "webhooks" => groups::webhooks(bench, engine).await,
            _ => growth::growth(bench, engine, &stages(args, engine.name)).await,
        };
        if let Err(why) = ran {
            let remark = format!("{group} on {} broke off: {why}", engine.name);
            bench.results.remark(remark);
        }
    }
}

/// The numbers of payments at which a grown database is measured.
fn stages(args: &SuiteArgs, engine: &str) -> Vec<u64> {
    let first = (args.growth > 0 && !args.quick).then_some(args.growth);
    let large = (args.growth_large && engine == "sqlite").then_some(10_000_000);
    let larger = large.filter(|large| first.is_none_or(|first| first < *large));
    first.into_iter().chain(larger).collect()
}

fn facts(args: &SuiteArgs, plan: Plan) -> Result<Vec<String>, String> {
    std::fs::create_dir_all(&args.data)
        .map_err(|error| format!("{} cannot be made: {error}", args.data.display()))?;
    let syncs = machine::syncs_per_second(&args.data)
        .map_err(|error| format!("The disk under --data cannot be measured: {error}"))?;
    let version = Command::new(&args.bin).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    Ok(vec![
        format!(
            "{}; the load generator runs on the same machine.",
            version.lines().next().unwrap_or("unknown version")
        ),
        format!("Machine: {}.", machine::description()),
        format!(
            "Disk: {}, {syncs:.0} appends of 4 KiB with a sync a second, one after the other.",
            machine::file_system(&args.data)
        ),
        format!(
            "Each figure: the median of {} samples of {} s after {} s of warm-up, where several are shown; those that \
             are compared take turns.",
            plan.samples, plan.seconds, plan.warmup
        ),
    ])
}

impl Bench {
    /// A task with everything as usual.
    fn task(&self, group: &'static str, scenario: Scenario, clients: u32) -> Task {
        Task {
            group,
            scenario,
            clients,
            samples: self.plan.samples,
            prepare: PREPARE,
            rate: None,
        }
    }

    fn size(&self, task: Task) -> Size {
        Size {
            clients: task.clients,
            seconds: self.plan.seconds,
            warmup: self.plan.warmup,
            prepare: task.prepare,
            rate: task.rate,
        }
    }

    /// Lets all contenders take turns and keeps the median of each.
    async fn compare(&mut self, task: Task, contenders: &[Contender<'_>]) {
        let mut found: Vec<Vec<Sample>> = contenders.iter().map(|_| Vec::new()).collect();
        for _ in 0..task.samples {
            for (contender, samples) in contenders.iter().zip(&mut found) {
                match self.sample(task, contender).await {
                    Ok(sample) => samples.push(sample),
                    Err(why) => {
                        let (target, name) = (&contender.target, task.scenario.name());
                        let clients = task.clients;
                        let remark = format!("{target}, {name}, {clients} clients: {why}");
                        self.results.remark(remark);
                    }
                }
            }
        }
        for (contender, samples) in contenders.iter().zip(&found) {
            let name = task.scenario.name().to_owned();
            let scenario = contender.label.clone().unwrap_or(name);
            self.keep(task, (contender.target.clone(), scenario), samples);
        }
    }

    /// Keeps the median of samples as one row.
    fn keep(&mut self, task: Task, (target, scenario): (String, String), samples: &[Sample]) {
        let Some(figures) = Sample::median(samples) else {
            return;
        };
        let per_second = figures.per_second;
        eprintln!("{target} {scenario} {}: {per_second:.0}/s", task.clients);
        self.results.rows.push(Row {
            group: task.group,
            target,
            scenario,
            clients: task.clients,
            figures,
            rates: samples.iter().map(|sample| sample.per_second).collect(),
        });
    }

    /// Measures once.
    async fn sample(&mut self, task: Task, contender: &Contender<'_>) -> Result<Sample, String> {
        let size = self.size(task);
        let target = match contender.drive {
            Drive::Http(target) => target,
            Drive::Pgbench(url) => {
                let clients = task.clients.min(PGBENCH_CLIENTS_MAX);
                let line = self
                    .tools
                    .pgbench(url, clients, [size.warmup, size.seconds])?;
                let sample = Sample::of_pgbench(&line);
                return sample.ok_or_else(|| "pgbench told no figures.".to_owned());
            }
        };
        let summary = run(target, task.scenario, size).await?;
        if let Some(error) = &summary.first_error {
            let (name, errors) = (task.scenario.name(), summary.errors);
            let clients = task.clients;
            self.results.remark(format!(
                "{}, {name}, {clients} clients: {errors} errors, the first one: {error}",
                contender.target
            ));
        }
        match summary.rounds {
            0 => Err("nothing went well.".to_owned()),
            _ => Ok(Sample::of(&summary)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: SuiteArgs,
    }

    fn args(line: &[&str]) -> SuiteArgs {
        let whole = ["suite", "--bin", "florin"].into_iter();
        Line::parse_from(whole.chain(line.iter().copied())).args
    }

    #[test]
    fn databases_grow_as_far_as_asked() {
        let cases: [(&[&str], &[u64], &[u64]); 5] = [
            (&[], &[1_000_000], &[1_000_000]),
            (&["--quick"], &[], &[]),
            (&["--growth", "0"], &[], &[]),
            (&["--growth-large"], &[1_000_000, 10_000_000], &[1_000_000]),
            (&["--growth", "0", "--growth-large"], &[10_000_000], &[]),
        ];
        for (line, sqlite, postgres) in cases {
            let args = args(line);
            assert_eq!(stages(&args, "sqlite"), sqlite, "{line:?}");
            assert_eq!(stages(&args, "postgres"), postgres, "{line:?}");
        }
    }

    #[test]
    fn only_parts_that_exist_can_be_chosen() {
        assert_eq!(args(&["--only", "peers"]).only, ["peers"]);
        let wrong = ["suite", "--bin", "florin", "--only", "nothing"];
        assert!(Line::try_parse_from(wrong).is_err());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn contenders_take_turns_and_leave_medians() {
        let stub = crate::stub::Stub::start(|_| 200).await;
        let target = stub.target();
        let mut bench = Bench {
            tools: Tools {
                florin: "none".into(),
                own: "none".into(),
                peers: "none".into(),
                parent: "none".into(),
            },
            plan: Plan {
                seconds: 1,
                warmup: 0,
                samples: 1,
                ..QUICK
            },
            results: Results::default(),
        };
        let task = bench.task("engines", Scenario::Pay, 2);
        let contenders = [
            Contender::http("one", &target),
            Contender::http("two", &target).labelled("pay-two"),
        ];
        bench.compare(task, &contenders).await;
        let results = &bench.results;
        assert!(results.figures("one", "pay", 2).is_some());
        assert!(results.figures("two", "pay-two", 2).is_some());
        assert_eq!(results.remarks, Vec::<String>::new());
    }
}
