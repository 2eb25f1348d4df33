//! The whole set of measurements on a fresh server.
//!
//! Shape: start, run each scenario in turn, grow the data if asked, run some again, report. Every part
//! has a time limit. Deliberately absent: repetition and statistics over runs; run the suite several
//! times and compare.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use clap::Args;
use tokio::time::Instant;

use crate::fill::{self, Order};
use crate::machine;
use crate::report::{Growth, Line, Report};
use crate::run::{Size, run};
use crate::scenario::Scenario;
use crate::server::{Launch, Server};

/// The growth run is reported in this many steps.
const GROWTH_STEPS: u64 = 10;
/// Payments to read from in the reading scenarios.
const PREPARE: u64 = 1_000;

/// Scenarios and numbers of clients on the fresh server. The noops come first: the rest is compared to them.
const SET: [(Scenario, u32); 13] = [
    (Scenario::Noop, 1),
    (Scenario::Noop, 8),
    (Scenario::Noop, 64),
    (Scenario::Noop, 256),
    (Scenario::Pay, 1),
    (Scenario::Pay, 8),
    (Scenario::Pay, 64),
    (Scenario::Pay, 256),
    (Scenario::PayNumber, 64),
    (Scenario::AuthCapture, 64),
    (Scenario::Refund, 64),
    (Scenario::Get, 64),
    (Scenario::List, 64),
];

/// Scenarios that are run again on grown data.
const SET_AFTER: [(Scenario, u32); 4] = [
    (Scenario::Pay, 1),
    (Scenario::Pay, 64),
    (Scenario::Get, 64),
    (Scenario::List, 64),
];

/// The options of `suite`.
#[derive(Args)]
pub struct SuiteArgs {
    /// The server's program, built for release.
    #[arg(long)]
    bin: PathBuf,
    /// A free port on this machine.
    #[arg(long, default_value_t = 18_484, value_parser = clap::value_parser!(u16).range(1024..))]
    port: u16,
    /// Secret test key; without it the first one that the server prints is used.
    #[arg(long, env = "FLORIN_BENCH_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Where to make the directory for the data; it should lie on the disk that matters.
    #[arg(long, default_value = "bench/results")]
    data: PathBuf,
    /// Seconds measured for each scenario.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Seconds of warm-up before each.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=60))]
    warmup: u64,
    /// Also create this many payments and measure again.
    #[arg(long, value_parser = clap::value_parser!(u64).range(10..=100_000_000))]
    payments_growth: Option<u64>,
    /// End the growth run after this many minutes.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes_max: u64,
}

/// Runs the `suite` command and gives its Markdown.
///
/// # Errors
/// The server does not start, or the disk cannot be written.
pub async fn suite(args: SuiteArgs) -> Result<String, String> {
    let mut report = Report::default();
    let version = version(&args.bin);
    let server = Server::start(Launch {
        binary: args.bin.clone(),
        port: args.port,
        parent: args.data.clone(),
        key: args.key.clone(),
    })
    .await?;
    let syncs = machine::syncs_per_second(&args.data)
        .map_err(|error| format!("The disk under --data cannot be measured: {error}"))?;
    report.facts = vec![
        format!("Server: {version}; the load generator runs on the same machine."),
        format!("Machine: {}.", machine::description()),
        format!(
            "Disk: {}, {syncs:.0} appends of 4 KiB with a sync a second, one after the other.",
            machine::file_system(&args.data)
        ),
        format!(
            "Each scenario: {} s after {} s of warm-up.",
            args.seconds, args.warmup
        ),
    ];
    for (scenario, clients) in SET {
        let line = measure(&server, &args, (scenario, clients), &mut report.remarks).await;
        report.lines.extend(line);
    }
    if let Some(payments) = args.payments_growth {
        let limit = Duration::from_secs(args.minutes_max * 60);
        grow(&server, payments, limit, &mut report).await;
        for (scenario, clients) in SET_AFTER {
            let line = measure(&server, &args, (scenario, clients), &mut report.remarks).await;
            report.lines_after.extend(line);
        }
    }
    Ok(report.to_markdown())
}

/// The first line that the program prints about its version.
fn version(binary: &PathBuf) -> String {
    let output = Command::new(binary).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let first = text.unwrap_or_default().lines().next().map(str::to_owned);
    first
        .filter(|line| !line.is_empty())
        .unwrap_or_else(|| "unknown version".into())
}

/// Runs one scenario; what goes wrong becomes a remark, so that the rest of the suite still runs.
async fn measure(
    server: &Server,
    args: &SuiteArgs,
    (scenario, clients): (Scenario, u32),
    remarks: &mut Vec<String>,
) -> Option<Line> {
    let size = Size {
        clients,
        seconds: args.seconds,
        warmup: args.warmup,
        prepare: PREPARE,
    };
    let name = scenario.name();
    let summary = match run(server.target(), scenario, size).await {
        Ok(summary) => summary,
        Err(error) => {
            eprintln!("{name}: {error}");
            remarks.push(format!(
                "{name} with {clients} clients was not run: {error}"
            ));
            return None;
        }
    };
    eprintln!("{}", summary.to_json());
    if let Some(error) = &summary.first_error {
        remarks.push(format!(
            "{name} with {clients} clients: {} errors, the first one: {error}",
            summary.errors
        ));
    }
    Some(Line {
        summary,
        memory: machine::memory(server.pid()),
        data_bytes: machine::disk_bytes(server.data()),
    })
}

/// Creates many payments in equal steps and notes the server's size after each.
async fn grow(server: &Server, payments: u64, limit: Duration, report: &mut Report) {
    let until = Instant::now() + limit;
    report.growth_start_bytes = machine::disk_bytes(server.data());
    let mut created = 0;
    for step in 1..=GROWTH_STEPS {
        let order = Order {
            payments: payments * step / GROWTH_STEPS - created,
            clients: 64,
            limit: until.saturating_duration_since(Instant::now()),
        };
        let filled = fill::fill_with(server.target(), order, |_, _| ()).await;
        created += filled.payments;
        let growth = Growth {
            payments: created,
            per_second: filled.payments as f64 / filled.seconds,
            memory: machine::memory(server.pid()),
            data_bytes: machine::disk_bytes(server.data()),
        };
        eprintln!(
            "{created} of {payments} payments, {:.0} a second",
            growth.per_second
        );
        report.growth.push(growth);
        if let Some(error) = filled.first_error {
            report.remarks.push(format!(
                "growth: {} errors, the first one: {error}",
                filled.errors
            ));
        }
        if filled.payments < order.payments {
            report.remarks.push(format!(
                "The growth run ended after {created} of {payments} payments."
            ));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_clients_has_its_noop() {
        for (scenario, clients) in SET.into_iter().chain(SET_AFTER) {
            assert!(
                SET.contains(&(Scenario::Noop, clients)),
                "{} {clients}",
                scenario.name()
            );
        }
    }
}
