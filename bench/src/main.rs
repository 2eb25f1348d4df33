//! A load generator for a Florin server on the same machine.
//!
//! Shape: `load` runs one scenario and prints one JSON line; `fill` creates many payments; `suite` starts servers of
//! its own, runs the whole set and prints Markdown; `prototype` is one of those that are compared. `connection` speaks
//! raw HTTP/1.1, `scenario` and `peer` know the requests, `run` drives the clients, `pace` sets a rate, `histogram`
//! keeps the times. Deliberately absent: any target but this machine, TLS, HTTP/2, plots.

mod connection;
mod fill;
mod histogram;
mod machine;
mod pace;
mod peer;
mod program;
mod prototype;
mod request;
mod run;
mod scenario;
mod server;
#[cfg(test)]
mod stub;
mod suite;
mod target;
mod webhooks;

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
    /// Starts servers, runs the whole set and prints Markdown.
    Suite(suite::SuiteArgs),
    /// Serves the same-shape prototype, the practical limit that a server is compared with.
    Prototype(prototype::PrototypeArgs),
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
            Command::Prototype(args) => prototype::serve(args).await,
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
