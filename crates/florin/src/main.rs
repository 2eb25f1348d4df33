//! The `florin` binary: reads the command line, builds the world that the engine runs on, and serves.
//!
//! Deliberately absent: business rules. Everything here is wiring.

mod admin;
#[cfg(test)]
mod admin_tests;
mod attempts;
mod cli;
mod codes;
mod compatibility;
mod crash;
mod dev;
mod home;
#[cfg(test)]
mod home_tests;
mod limits;
mod log;
mod look;
mod mail;
mod metrics;
mod openapi;
mod pay;
mod place;
mod ring;
mod runtime;
mod sandbox_processor;
mod serve;
mod server;
mod transfer;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::misunderstood(&error),
    };
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("florin: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
