//! Runs a program, shows what it prints, and counts the tests that it reports.
//!
//! Shape: one thread a stream passes lines on; the program is ended when it takes too long. Deliberately absent:
//! input; a step that asks something would wait for ever.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::counts::{Counts, of_line};
use crate::command::spelled;

/// How long one program may take, in seconds. The whole run is meant to stay under 25 minutes.
const RUN_S_MAX: u64 = 20 * 60;
/// How often it is looked at, in milliseconds.
const LOOK_MS: u64 = 20;
/// How long the last lines may take once the program has ended, in milliseconds. Something that it left running may
/// hold the streams open for longer.
const REST_MS_MAX: u64 = 2_000;

/// Runs it to its end and gives the tests that it reported.
///
/// # Errors
/// It does not start, takes too long, or fails without having reported a failed test.
pub fn watch(command: Command) -> Result<Counts, String> {
    watch_for(command, Duration::from_secs(RUN_S_MAX))
}

fn watch_for(mut command: Command, limit: Duration) -> Result<Counts, String> {
    let name = spelled(&command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    let lines = [
        child.stdout.take().map(|stream| pass_on(stream, false)),
        child.stderr.take().map(|stream| pass_on(stream, true)),
    ];
    let status = wait(&mut child, limit).map_err(|why| format!("{name} {why}"))?;
    let until = Instant::now() + Duration::from_millis(REST_MS_MAX);
    let counts = lines
        .into_iter()
        .flatten()
        .map(|stream| sum(&stream, until))
        .fold(Counts::default(), Counts::plus);
    if !status.success() && counts.failed == 0 {
        return Err(format!("{name} failed, {status}"));
    }
    Ok(counts)
}

/// Prints each line of a stream and sends what it says about tests.
fn pass_on(stream: impl Read + Send + 'static, is_error: bool) -> Receiver<Counts> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            if is_error {
                eprintln!("{line}");
            } else {
                println!("{line}");
            }
            if sender.send(of_line(&line)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The sum of a stream, which ends when it is closed or at this time.
fn sum(stream: &Receiver<Counts>, until: Instant) -> Counts {
    let mut counts = Counts::default();
    while let Ok(more) = stream.recv_timeout(until.saturating_duration_since(Instant::now())) {
        counts = counts.plus(more);
    }
    counts
}

/// Waits for the end; ends the program itself at the limit.
pub fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus, String> {
    let until = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(LOOK_MS)),
            Ok(None) => {
                // Both fail only if it ended just now.
                child.kill().ok();
                child.wait().ok();
                return Err(format!(
                    "did not end within {} s and was ended",
                    limit.as_secs()
                ));
            }
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn tests_are_counted_on_both_streams() {
        let script = "echo 'test result: ok. 3 passed; 0 failed;'; echo 'ℹ pass 2' >&2";
        assert_eq!(
            watch(shell(script)),
            Ok(Counts {
                passed: 5,
                failed: 0
            })
        );
    }

    #[test]
    fn a_failure_without_a_failed_test_is_an_error() {
        assert!(watch(shell("echo 'ℹ pass 2'; exit 1")).is_err());
        let reported = watch(shell("echo 'ℹ fail 2'; exit 1"));
        assert_eq!(
            reported,
            Ok(Counts {
                passed: 0,
                failed: 2
            })
        );
        assert!(watch(Command::new("florin-no-such-program")).is_err());
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let began = Instant::now();
        let why =
            watch_for(shell("exec sleep 60"), Duration::from_millis(50)).expect_err("it hangs");
        assert!(why.contains("was ended"), "{why}");
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
