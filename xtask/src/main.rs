//! All automation of the project: `cargo xtask <command>`.
//!
//! Shape: one module a command; `tidy` holds the style rules, `suite` the whole test run, `rust` reads Rust
//! sources for the rules, `tree` lists the files, `web` builds the browser parts, `command` runs programs. It uses no crate
//! of the product. Deliberately absent: releases.

mod bench;
mod command;
mod dev;
mod faults;
mod openapi;
mod rust;
mod sim;
mod suite;
mod tidy;
mod tree;
mod web;

use std::process::ExitCode;

/// Printed by `help`, and to the error stream when a command is not known.
const HELP: &str = "\
cargo xtask dev [ARGUMENTS]                 builds Florin and runs `florin dev` with these arguments
cargo xtask test [--only STEP]... [--list]  installs what the tests need and runs all of them
cargo xtask tidy                            checks the style rules
cargo xtask bench [--quick | --compare]     measures a release build beside its peers; bench/README.md lists the rest
cargo xtask sim [--payments N] [--seed S]    runs the simulator in a release build; --help lists its arguments
cargo xtask faults [--long] [--only PART]   kills, cuts, fills, freezes and floods the binary
cargo xtask openapi [--check]               writes openapi/florin.json and docs/compatibility.md, or compares them
cargo xtask help                            prints this";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    };
    match run(name, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command with its arguments.
fn run(name: &str, arguments: &[String]) -> Result<(), String> {
    let root = tree::root();
    match name {
        "dev" => dev::dev(&root, arguments),
        "test" => suite::test(&root, arguments),
        "tidy" => tidy::tidy(&root, arguments),
        "bench" => bench::bench(&root, arguments),
        "sim" => sim::sim(&root, arguments),
        "faults" => faults::faults(&root, arguments),
        "openapi" => openapi::openapi(&root, arguments),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("There is no command `{other}`.\n\n{HELP}")),
    }
}
