//! Runs a program, shows what it prints, and counts the tests that it reports.
//!
//! Shape: one thread a stream passes lines on; the program is ended when it takes too long. The last lines of one
//! that failed are kept, so that they can be read again where a long run ends. Deliberately absent: input; a step that
//! asks something would wait for ever.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
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

/// How many of the last lines of a program are kept: runners tell what failed at their end.
const LAST_LINES: usize = 100;

/// Runs programs, and knows what those that failed said last.
#[derive(Default)]
pub struct Watch {
    failures: Mutex<Vec<LastWords>>,
}

/// What a program said before it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastWords {
    /// The program with its arguments.
    pub name: String,
    /// Its last lines of both streams.
    pub lines: Vec<String>,
}

/// The last lines so far, of both streams.
type Lines = Arc<Mutex<VecDeque<String>>>;

impl Watch {
    /// Runs it to its end and gives the tests that it reported.
    ///
    /// # Errors
    /// It does not start, takes too long, or fails without having reported a failed test.
    pub fn run(&self, command: Command) -> Result<Counts, String> {
        let name = spelled(&command);
        let lines = Lines::default();
        let ended = watch_for(command, Duration::from_secs(RUN_S_MAX), &lines);
        if ended.as_ref().map_or(true, |counts| counts.failed > 0) {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = lines.drain(..).collect();
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.push(LastWords { name, lines });
        }
        ended
    }

    /// What failed so far, in the order in which it ended.
    pub fn failures(&self) -> Vec<LastWords> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.clone()
    }
}

fn watch_for(mut command: Command, limit: Duration, said: &Lines) -> Result<Counts, String> {
    let name = spelled(&command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let lines = [
        out.map(|stream| pass_on(stream, false, said.clone())),
        err.map(|stream| pass_on(stream, true, said.clone())),
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

/// Prints each line of a stream, keeps it for a while and sends what it says about tests.
fn pass_on(stream: impl Read + Send + 'static, is_error: bool, said: Lines) -> Receiver<Counts> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if is_error {
                eprintln!("{line}");
            } else {
                println!("{line}");
            }
            let counts = of_line(&line);
            let mut lines = said.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == LAST_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
            drop(lines);
            if sender.send(counts).is_err() {
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
            Watch::default().run(shell(script)),
            Ok(Counts {
                passed: 5,
                failed: 0
            })
        );
    }

    #[test]
    fn a_failure_without_a_failed_test_is_an_error() {
        let watch = Watch::default();
        assert!(watch.run(shell("echo 'ℹ pass 2'; exit 1")).is_err());
        let reported = watch.run(shell("echo 'ℹ fail 2'; exit 1"));
        assert_eq!(
            reported,
            Ok(Counts {
                passed: 0,
                failed: 2
            })
        );
        assert!(watch.run(Command::new("florin-no-such-program")).is_err());
        assert_eq!(watch.failures().len(), 3);
    }

    #[test]
    fn the_last_words_of_a_failure_are_kept() {
        let watch = Watch::default();
        assert!(watch.run(shell("echo good")).is_ok() && watch.failures().is_empty());
        let script = "for i in $(seq 150); do echo line $i; done; echo 'ℹ fail 1'; exit 1";
        assert!(watch.run(shell(script)).is_ok());
        let [failure] = &watch.failures()[..] else {
            panic!("one failed: {:?}", watch.failures());
        };
        assert!(failure.name.contains("seq 150"));
        assert_eq!(failure.lines.len(), LAST_LINES);
        assert_eq!(failure.lines[LAST_LINES - 2], "line 150");
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let began = Instant::now();
        let why = watch_for(
            shell("exec sleep 60"),
            Duration::from_millis(50),
            &Lines::default(),
        )
        .expect_err("it hangs");
        assert!(why.contains("was ended"), "{why}");
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
