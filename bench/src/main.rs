//! A load generator for a Florin server on the same machine.
//!
//! Shape: `load` runs one scenario and prints one JSON line; `fill` creates many payments; `suite`
//! starts a server of its own, runs the whole set and prints a Markdown report. `connection` speaks
//! raw HTTP/1.1, `scenario` knows the requests, `run` drives the clients, `histogram` keeps the times.
//! Deliberately absent: any target but this machine, TLS, HTTP/2, open-loop arrival rates, plots.

mod connection;
mod fill;
mod histogram;
mod machine;
mod report;
mod request;
mod run;
mod scenario;
mod server;
#[cfg(test)]
mod stub;
mod suite;
mod target;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures a Florin server on this machine.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Worker threads of the load generator; more take processor time away from the server.
    #[arg(long, global = true, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: u16,
}

#[derive(Subcommand)]
enum Command {
    /// Runs one scenario and prints one JSON line.
    Load(run::LoadArgs),
    /// Creates payments as fast as the server takes them and prints one JSON line.
    Fill(fill::FillArgs),
    /// Starts a server, runs the whole set and prints a Markdown report.
    Suite(suite::SuiteArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(usize::from(cli.threads))
        .enable_all();
    let runtime = match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The load generator cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Load(args) => run::load(args).await,
            Command::Fill(args) => fill::fill(args).await,
            Command::Suite(args) => suite::suite(args).await,
        }
    });
    match result {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
