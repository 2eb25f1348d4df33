//! `cargo xtask sim`: runs the simulator in a release build.
//!
//! Shape: the arguments go to the program as they are. Deliberately absent: defaults, which the simulator has itself.

use std::path::Path;

use crate::command::{cargo, command, run};

/// The `sim` command.
///
/// # Errors
/// The simulator cannot be built, or found something wrong.
pub fn sim(root: &Path, arguments: &[String]) -> Result<(), String> {
    let mut simulator = command(
        root,
        cargo(),
        &["run", "--release", "--package", "florin-sim", "--"],
    );
    simulator.args(arguments);
    run(simulator)
}
