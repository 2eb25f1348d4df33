//! `cargo xtask bench`: measures a release build on this machine.
//!
//! Shape: builds the server and the load generator, runs the whole set, writes `latest.md` and prints it.
//! Deliberately absent: comparison with earlier runs; the ratios inside one run are what can be compared.

use std::path::Path;

use crate::command::{cargo, command, output_of, run};
use crate::tree::target;

/// Payments that are added before the second part of the set.
const GROWTH: &str = "100000";

/// The `bench` command.
///
/// # Errors
/// Something cannot be built, measured or written.
pub fn bench(root: &Path, arguments: &[String]) -> Result<(), String> {
    let length: &[&str] = match arguments {
        [] => &[
            "--seconds",
            "5",
            "--warmup",
            "1",
            "--payments-growth",
            GROWTH,
        ],
        [only] if only == "--quick" => &["--seconds", "1", "--warmup", "0"],
        _ => return Err("bench takes nothing or --quick.".to_owned()),
    };
    run(command(
        root,
        cargo(),
        &[
            "build",
            "--release",
            "--package",
            "florin",
            "--package",
            "florin-bench",
        ],
    ))?;
    let release = target(root).join("release");
    let folder = target(root).join("bench");
    let data = folder.join("data");
    std::fs::create_dir_all(&data)
        .map_err(|error| format!("{} cannot be made: {error}", data.display()))?;
    let (server, data) = (
        release.join("florin").display().to_string(),
        data.display().to_string(),
    );
    let mut suite = vec!["suite", "--bin", &server, "--data", &data];
    suite.extend(length);
    println!("measuring; this takes a few minutes");
    let report = output_of(root, release.join("florin-bench"), &suite)?;
    let latest = folder.join("latest.md");
    std::fs::write(&latest, &report)
        .map_err(|error| format!("{} cannot be written: {error}", latest.display()))?;
    println!("{report}\nwritten to {}", latest.display());
    Ok(())
}
