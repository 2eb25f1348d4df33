//! A program that the suite starts: a server, a processor or a peer.
//!
//! Shape: a child process whose standard output is read for its address, its key or its line of JSON, and whose
//! error stream is drained in slices, so that neither ever stops it and reading costs little. One that was given a
//! standard input ends when that closes; the others are told or killed. Deliberately absent: programs that somebody
//! else started.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a program may take to end by itself, in milliseconds.
const END_MS_MAX: u64 = 60_000;
/// Bytes of its output that are kept for the case that it does not start.
const KEPT_BYTES_MAX: usize = 4_096;
/// How long the error stream rests between two readings, in milliseconds.
const DRAIN_EVERY_MS: u64 = 5;
/// What a secret test key begins with.
const KEY_PREFIX: &str = "sk_test_";
/// What stands before an address in a greeting.
const ADDRESS_MARK: &str = " on http://";

/// A child process. Dropping it ends it.
pub struct Program {
    child: Child,
    /// Open for as long as the program is wanted, if it listens to that.
    input: Option<ChildStdin>,
    printed: Arc<Mutex<Printed>>,
}

/// What a program has said.
#[derive(Default)]
struct Printed {
    url: Option<String>,
    key: Option<String>,
    json: Option<Value>,
    kept: String,
}

/// How a program is told to end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By a signal.
    Signal,
    /// By the end of its standard input, because it has children of its own to end.
    Input,
}

impl Program {
    /// Starts it, without what of this environment would steer it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(mut command: Command, end: End) -> Result<Self, String> {
        clear(&mut command);
        command.stdin(match end {
            End::Signal => Stdio::null(),
            End::Input => Stdio::piped(),
        });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", name(&command)))?;
        let printed = Arc::new(Mutex::new(Printed::default()));
        if let Some(stdout) = child.stdout.take() {
            let printed = Arc::clone(&printed);
            std::thread::spawn(move || follow(stdout, &printed));
        }
        if let Some(stderr) = child.stderr.take() {
            let printed = Arc::clone(&printed);
            std::thread::spawn(move || drain(stderr, &printed));
        }
        let input = child.stdin.take();
        Ok(Self {
            child,
            input,
            printed,
        })
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The address that it greeted with.
    pub fn url(&self) -> Option<String> {
        self.lock().url.clone()
    }

    /// The first secret test key that it printed.
    pub fn key(&self) -> Option<String> {
        self.lock().key.clone()
    }

    /// The first line of JSON that it printed.
    pub fn json(&self) -> Option<Value> {
        self.lock().json.clone()
    }

    /// The end of what it said, without secrets.
    pub fn tail(&self) -> String {
        self.lock().kept.clone()
    }

    /// Says how it ended if it has.
    ///
    /// # Errors
    /// It is not running any more.
    pub fn check(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(Some(status)) => Err(format!("It ended ({status}).\n{}", self.tail())),
            _ => Ok(()),
        }
    }

    /// Ends it as an operator would, and waits for that.
    ///
    /// # Errors
    /// It does not end in time, or not well.
    pub fn stop(mut self) -> Result<(), String> {
        let pid = self.pid().to_string();
        // The shell knows how to send a signal wherever this runs.
        let told = Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &pid])
            .status();
        told.map_err(|error| format!("The signal cannot be sent: {error}"))?;
        match self.wait() {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(format!("It ended badly ({status}).\n{}", self.tail())),
            None => Err("It did not end in time.".into()),
        }
    }

    fn wait(&mut self) -> Option<std::process::ExitStatus> {
        let until = Instant::now() + Duration::from_millis(END_MS_MAX);
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Printed> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.input.take().is_some() {
            self.wait();
        }
        // Each fails only if there is nothing left to end.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What a command prints when it ends well.
///
/// # Errors
/// It cannot be started or does not end well; its key or its database are not shown.
pub fn output_of(mut command: Command) -> Result<String, String> {
    clear(&mut command);
    let done = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} cannot be started: {error}", name(&command)))?;
    let said = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() {
        let said = said.trim();
        return Err(format!(
            "{} failed ({}): {said}",
            name(&command),
            done.status
        ));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args().take(2));
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}

/// Takes away the variables that would choose another database, port or key.
fn clear(command: &mut Command) {
    let chosen: Vec<_> = command.get_envs().map(|(key, _)| key.to_owned()).collect();
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("FLORIN_") && !chosen.contains(&key) {
            command.env_remove(key);
        }
    }
}

fn follow(stream: impl Read, printed: &Mutex<Printed>) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
        let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
        printed.see(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

fn drain(mut stream: impl Read, printed: &Mutex<Printed>) {
    let mut slice = vec![0; 64 * 1024];
    while let Ok(bytes @ 1..) = stream.read(&mut slice) {
        let start = bytes.saturating_sub(KEPT_BYTES_MAX);
        let text = String::from_utf8_lossy(&slice[start..bytes]);
        let mut held = printed.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines() {
            held.keep(line);
        }
        drop(held);
        // A server writes a line for each request; one reading for many of them costs less.
        std::thread::sleep(Duration::from_millis(DRAIN_EVERY_MS));
    }
}

impl Printed {
    /// Takes what it needs from a line of standard output.
    fn see(&mut self, line: &str) {
        self.url = self.url.take().or_else(|| find_url(line));
        self.key = self.key.take().or_else(|| find_key(line));
        if self.json.is_none() && line.starts_with('{') {
            self.json = serde_json::from_str(line).ok();
        }
        self.keep(line.trim_end());
    }

    fn keep(&mut self, line: &str) {
        let is_secret = ["sk_", "rk_", "whsec_"]
            .iter()
            .any(|prefix| line.contains(prefix));
        if is_secret {
            return;
        }
        self.kept.push_str("  ");
        self.kept.push_str(line);
        self.kept.push('\n');
        let mut cut = self.kept.len().saturating_sub(KEPT_BYTES_MAX);
        while !self.kept.is_char_boundary(cut) {
            cut += 1;
        }
        self.kept.replace_range(..cut, "");
    }
}

/// The address in a greeting such as `Florin on http://127.0.0.1:8484  (...)`.
fn find_url(line: &str) -> Option<String> {
    let is_greeting = line.starts_with("Florin ") || line.starts_with("Prototype ");
    let (_, rest) = line.split_once(ADDRESS_MARK).filter(|_| is_greeting)?;
    let authority = rest.split_whitespace().next()?;
    Some(format!("http://{authority}"))
}

/// The first secret test key in a line.
fn find_key(line: &str) -> Option<String> {
    let rest = &line[line.find(KEY_PREFIX)?..];
    let ends = |character: char| !character.is_ascii_alphanumeric() && character != '_';
    let end = rest.find(ends).unwrap_or(rest.len());
    (end > KEY_PREFIX.len()).then(|| rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_and_secrets_are_not_kept() {
        let mut printed = Printed::default();
        for line in [
            "starting\n",
            "  secret key  \u{1b}[1msk_test_abc123\u{1b}[0m (mode: test)\n",
            "another: sk_test_other\n",
            "signing secret whsec_x\n",
            "{\"pid\": 7}\n",
        ] {
            printed.see(line);
        }
        assert_eq!(printed.key.as_deref(), Some("sk_test_abc123"));
        assert_eq!(printed.kept, "  starting\n  {\"pid\": 7}\n");
        let pid = printed.json.as_ref().and_then(|json| json["pid"].as_u64());
        assert_eq!(pid, Some(7));
        for _ in 0..1_000 {
            printed.keep("a line with an ä");
        }
        assert!(printed.kept.len() <= KEPT_BYTES_MAX);
    }

    #[test]
    fn a_prefix_alone_is_no_key() {
        assert_eq!(find_key("keys begin with sk_test_..."), None);
        assert_eq!(find_key("key=\"sk_test_1\","), Some("sk_test_1".into()));
    }

    #[test]
    fn addresses_stand_in_greetings() {
        for (line, expected) in [
            (
                "Florin sandbox on http://127.0.0.1:1  (test mode)\n",
                Some("http://127.0.0.1:1"),
            ),
            (
                "Florin sandbox processor on http://127.0.0.1:2\n",
                Some("http://127.0.0.1:2"),
            ),
            (
                "Prototype on http://127.0.0.1:3",
                Some("http://127.0.0.1:3"),
            ),
            ("listening on http://127.0.0.1:4", None),
        ] {
            assert_eq!(find_url(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn programs_end_by_signal_and_by_the_end_of_their_input() {
        let sh = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let mut ended = Program::start(sh("exit 3"), End::Signal).expect("start");
        assert!(ended.wait().is_some_and(|status| status.code() == Some(3)));
        assert!(ended.check().is_err());
        let script = "trap 'exit 0' TERM; echo '{\"pid\": 1}'; while :; do sleep 0.01; done";
        let told = Program::start(sh(script), End::Signal).expect("start");
        while told.json().is_none() {
            std::thread::yield_now();
        }
        assert_eq!(told.stop(), Ok(()));
        let reader = Program::start(sh("cat >&2; exit 0"), End::Input).expect("start");
        // It would wait for its input for ever otherwise.
        drop(reader);
        assert!(Program::start(Command::new("no-such-program"), End::Signal).is_err());
    }
}
