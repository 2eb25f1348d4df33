//! The `florin` binary: reads the command line, builds the world that the engine runs on, and serves.
//!
//! Deliberately absent: business rules. Everything here is wiring.

mod admin;
mod cli;
mod compatibility;
mod dev;
mod home;
mod metrics;
mod openapi;
mod runtime;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("florin: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
