//! A server of the suite's own: started on an empty directory, ended and cleaned up at the end.
//!
//! Shape: `florin dev` as a child process; its output is read all the time, for its test key and so that
//! a full pipe never stops it. Deliberately absent: servers that somebody else started.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::connection::Connection;
use crate::request::{Keys, Template};
use crate::target::Target;

/// How long the server may take to be ready, in milliseconds.
const START_MS_MAX: u64 = 30_000;
/// How long one question for its health may take, in milliseconds.
const HEALTH_MS_MAX: u64 = 1_000;
/// Lines of the server's output that are kept for the case that it does not start.
const LINES_MAX: usize = 20;
/// What a secret test key begins with.
const KEY_PREFIX: &str = "sk_test_";

/// What is needed to start a server.
pub struct Launch {
    /// The program.
    pub binary: PathBuf,
    /// A free port.
    pub port: u16,
    /// The directory in which a new one is made for the data.
    pub parent: PathBuf,
    /// A key to use instead of the one that the server prints.
    pub key: Option<String>,
}

/// A running server.
pub struct Server {
    process: Process,
    target: Target,
}

/// The child and its data; dropping it ends the one and deletes the other.
struct Process {
    child: Child,
    data: PathBuf,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Each fails only if there is nothing left to end or to delete.
        self.child.kill().ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.data).ok();
    }
}

impl Server {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// A text that says why it did not start.
    pub async fn start(launch: Launch) -> Result<Self, String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, launch.port));
        // Without this, a server that already listens there would be measured instead.
        let free = TcpListener::bind(address);
        drop(free.map_err(|error| {
            format!(
                "Port {} is taken ({error}); choose another --port.",
                launch.port
            )
        })?);
        let (mut process, output) = spawn(&launch)?;
        let until = Instant::now() + Duration::from_millis(START_MS_MAX);
        while Instant::now() < until {
            if let Ok(Some(status)) = process.child.try_wait() {
                return Err(format!("The server ended ({status}).\n{}", output.tail()));
            }
            if let Some(key) = launch.key.clone().or_else(|| output.key()) {
                let target = Target::parse(&format!("http://{address}"), &key)?;
                if is_healthy(&target).await {
                    return Ok(Self { process, target });
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let missing = match launch.key.or_else(|| output.key()) {
            Some(_) => "GET /healthz did not answer 200",
            None => "it printed no test key (give one with --key)",
        };
        Err(format!(
            "The server was not ready in time: {missing}.\n{}",
            output.tail()
        ))
    }

    /// The server as the target of load.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.process.child.id()
    }

    /// The directory of its data.
    pub fn data(&self) -> &Path {
        &self.process.data
    }
}

fn spawn(launch: &Launch) -> Result<(Process, Output), String> {
    let data = launch
        .parent
        .join(format!("florin-bench-{}", std::process::id()));
    // The last part must be new: it is deleted at the end.
    std::fs::create_dir_all(&launch.parent)
        .and_then(|()| std::fs::create_dir(&data))
        .map_err(|error| {
            format!("The directory for the data cannot be made ({error}); choose another --data.")
        })?;
    let mut command = Command::new(&launch.binary);
    command
        .arg("dev")
        .arg("--port")
        .arg(launch.port.to_string())
        .arg("--data")
        .arg(&data);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        std::fs::remove_dir(&data).ok();
        format!("--bin cannot be started ({error}); build it with cargo build --release.")
    })?;
    let output = Output::default();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let process = Process { child, data };
    if let Some(stdout) = stdout {
        output.follow(stdout);
    }
    if let Some(stderr) = stderr {
        output.follow(stderr);
    }
    Ok((process, output))
}

async fn is_healthy(target: &Target) -> bool {
    let mut request = Vec::new();
    Template::get(target, "/healthz").write(&mut request, "", &Keys::new());
    let mut connection = Connection::new(target.address);
    let asked = timeout(
        Duration::from_millis(HEALTH_MS_MAX),
        connection.call(&request),
    )
    .await;
    matches!(asked, Ok(Ok(answer)) if answer.status == 200)
}

/// What the server prints: its first test key, and the last lines without any secret.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Printed>>);

#[derive(Default)]
struct Printed {
    key: Option<String>,
    lines: VecDeque<String>,
}

impl Output {
    /// Reads one of the child's streams in a thread, which ends with the stream.
    fn follow(&self, stream: impl Read + Send + 'static) {
        let output = self.clone();
        std::thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
                output.see(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
    }

    fn see(&self, line: &str) {
        let mut printed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if printed.key.is_none() {
            printed.key = find_key(line);
        }
        let is_secret = ["sk_", "rk_", "whsec_"]
            .iter()
            .any(|prefix| line.contains(prefix));
        if !is_secret {
            printed.lines.push_back(line.trim_end().to_owned());
        }
        if printed.lines.len() > LINES_MAX {
            printed.lines.pop_front();
        }
    }

    fn key(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .key
            .clone()
    }

    fn tail(&self) -> String {
        let printed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        printed
            .lines
            .iter()
            .map(|line| format!("  {line}\n"))
            .collect()
    }
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
        let output = Output::default();
        output.see("starting\n");
        output.see("  secret key  \u{1b}[1msk_test_abc123\u{1b}[0m (mode: test)\n");
        output.see("another: sk_test_other\n");
        output.see("signing secret whsec_x\n");
        output.see("ready\n");
        assert_eq!(output.key().as_deref(), Some("sk_test_abc123"));
        assert_eq!(output.tail(), "  starting\n  ready\n");
        for line in 0..100 {
            output.see(&line.to_string());
        }
        assert_eq!(output.tail().lines().count(), LINES_MAX);
    }

    #[test]
    fn a_prefix_alone_is_no_key() {
        assert_eq!(find_key("keys begin with sk_test_..."), None);
        assert_eq!(find_key("key=\"sk_test_1\","), Some("sk_test_1".into()));
    }

    #[tokio::test]
    async fn a_program_that_ends_is_reported_and_leaves_nothing() {
        let parent =
            std::env::temp_dir().join(format!("florin-bench-start-{}", std::process::id()));
        let launch = |binary: &str, port| Launch {
            binary: binary.into(),
            port,
            parent: parent.clone(),
            key: None,
        };
        // Any port will do, and none can be taken away from a program that never listens.
        let ended = Server::start(launch("false", 0))
            .await
            .err()
            .expect("it ended");
        assert!(ended.starts_with("The server ended"), "{ended}");
        let absent = Server::start(launch("no-such-program", 0))
            .await
            .err()
            .expect("absent");
        assert!(absent.starts_with("--bin cannot be started"), "{absent}");
        let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
        let taken = holder.local_addr().expect("address").port();
        let taken = Server::start(launch("false", taken))
            .await
            .err()
            .expect("taken");
        assert!(taken.contains("is taken"), "{taken}");
        assert_eq!(std::fs::read_dir(&parent).expect("parent").count(), 0);
        std::fs::remove_dir(&parent).expect("clean up");
    }
}
