//! Runs other programs.
//!
//! Shape: `output_of` for an answer, `run` for a program that talks to the terminal, `replace_by` for one that
//! takes over. A failure is a text that says which program failed and how. Deliberately absent: a shell.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// The cargo that runs this program.
pub fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// A program with its arguments, in a folder.
pub fn command(folder: &Path, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command
}

/// What a program prints.
///
/// # Errors
/// It does not start, does not end well, or prints something else than text.
pub fn output_of(
    folder: &Path,
    program: impl AsRef<OsStr>,
    arguments: &[&str],
) -> Result<String, String> {
    let mut command = command(folder, program, arguments);
    let done = command.stdin(Stdio::null()).output();
    let done = done.map_err(|error| format!("{} does not start: {error}", spelled(&command)))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(format!(
            "{} failed, {}: {}",
            spelled(&command),
            done.status,
            said.trim()
        ));
    }
    String::from_utf8(done.stdout).map_err(|_| format!("{} does not print text", spelled(&command)))
}

/// Runs a program that uses this terminal.
///
/// # Errors
/// It does not start or does not end well.
pub fn run(mut command: Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("{} does not start: {error}", spelled(&command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed, {status}", spelled(&command)))
    }
}

/// Becomes another program, so that signals reach it directly.
///
/// # Errors
/// It does not start.
pub fn replace_by(mut command: Command) -> Result<Infallible, String> {
    let error = command.exec();
    Err(format!("{} does not start: {error}", spelled(&command)))
}

/// Whether a program is found in the path.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A command as one would type it.
pub fn spelled(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_which_command_and_what_it_said() {
        let why =
            output_of(Path::new("."), "sh", &["-c", "echo no >&2; exit 3"]).expect_err("it fails");
        assert!(
            why.contains("sh -c") && why.contains('3') && why.contains("no"),
            "{why}"
        );
        assert!(run(command(Path::new("."), "sh", &["-c", "exit 1"])).is_err());
    }

    #[test]
    fn a_missing_program_is_missing() {
        assert!(is_installed("sh"));
        assert!(!is_installed("florin-no-such-program"));
    }
}
