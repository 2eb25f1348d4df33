//! The binary as a process: started on a free port, killed or stopped, its output kept in files.
//!
//! Deliberately absent: a second try. A server that does not start fails the test with its output.

use crate::folder::Folder;
use crate::http::Ask;
use crate::shop::Shop;
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The program under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_florin");
/// The fixed secret key of loopback.
pub const SECRET_KEY: &str = "sk_test_FlorinDevFlorinDevFlorinDev";
/// The fixed publishable key of loopback.
pub const PUBLISHABLE_KEY: &str = "pk_test_FlorinDevFlorinDevFlorinDev";
/// The fixed account.
pub const ACCOUNT: &str = "acct_FlorinDev0000001";
/// How long a start or a stop may take. A debug build on a busy machine is slow.
const WAIT_S_MAX: u64 = 60;
/// Settings from outside that would change what a test sees.
const ENVIRONMENT: [&str; 9] = [
    "FLORIN_DATA",
    "FLORIN_FORCE_OUTSIDE",
    "FLORIN_LOG",
    "FLORIN_METRICS_PORT",
    "FLORIN_PORT",
    "FLORIN_SECRET_KEY",
    "FLORIN_URL",
    "FLORIN_VAULT_KEY",
    "FLORIN_WEBHOOK_RETRIES",
];

/// How to start.
#[derive(Clone, Debug, Default)]
pub struct Start {
    wrapper: Vec<String>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Start {
    /// A server that forgets everything.
    pub fn ephemeral() -> Start {
        Start::default().with(&["--ephemeral"])
    }

    /// A server on a data directory.
    pub fn on(data: &Path) -> Start {
        Start::default().with(&["--data", &data.display().to_string()])
    }

    /// More arguments.
    pub fn with(mut self, arguments: &[&str]) -> Start {
        self.arguments
            .extend(arguments.iter().map(|text| (*text).to_owned()));
        self
    }

    /// A variable of its environment.
    pub fn env(mut self, name: &str, value: &str) -> Start {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs it under another program, such as a tracer.
    pub fn under(mut self, wrapper: &[&str]) -> Start {
        self.wrapper = wrapper.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    /// Starts; a server that does not come up fails the test.
    #[track_caller]
    pub fn start(&self) -> Server {
        self.try_start().unwrap_or_else(|output| {
            panic!("the server did not start:\n{output}");
        })
    }

    /// Starts, or returns what a server that ended wrote.
    pub fn try_start(&self) -> Result<Server, String> {
        let logs = Folder::new("log");
        let mut command = match self.wrapper.split_first() {
            None => Command::new(BINARY),
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(BINARY);
                command
            }
        };
        let file = |name: &str| File::create(logs.join(name)).expect("a file can be made");
        command.args(["dev", "--port", "0"]).args(&self.arguments);
        clean(&mut command).envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command.stdout(file("stdout")).stderr(file("stderr"));
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Server {
            child,
            address: nowhere,
            side: nowhere,
            logs,
        };
        server.wait_ready()?;
        Ok(server)
    }
}

fn clean(command: &mut Command) -> &mut Command {
    for name in ENVIRONMENT {
        command.env_remove(name);
    }
    command
}

/// A running server, killed with this value.
pub struct Server {
    child: Child,
    /// Where the API is.
    pub address: SocketAddr,
    /// Where metrics and administration are.
    pub side: SocketAddr,
    logs: Folder,
}

impl Server {
    fn wait_ready(&mut self) -> Result<(), String> {
        let until = Instant::now() + Duration::from_secs(WAIT_S_MAX);
        loop {
            let out = self.stdout();
            if out.contains("Ready in") {
                self.address = address_after(&out, "Florin sandbox on http://")?;
                self.side = address_after(&out, "metrics          http://")?;
                return Ok(());
            }
            let ended = self.child.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || Instant::now() > until {
                return Err(format!("{}{}", self.stdout(), self.stderr()));
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// The merchant of the fixed keys.
    pub fn shop(&self) -> Shop {
        Shop::new(self.address, SECRET_KEY)
    }

    /// What it printed.
    pub fn stdout(&self) -> String {
        self.log("stdout")
    }

    /// What it logged.
    pub fn stderr(&self) -> String {
        self.log("stderr")
    }

    fn log(&self, name: &str) -> String {
        let bytes = std::fs::read(self.logs.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its metrics.
    pub fn metrics(&self) -> String {
        let answer = Ask::new("GET", "/metrics").send(self.side);
        answer.expect("metrics answer").expect(200).text()
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
    }

    /// The process that was started.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as an operator would, and returns how it ended and what it logged.
    pub fn stop(mut self) -> (ExitStatus, String) {
        signal("TERM", self.id());
        let status = self.wait();
        (status, self.stderr())
    }

    /// Waits until it ends by itself or by a signal that was sent.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + Duration::from_secs(WAIT_S_MAX);
        loop {
            if let Some(status) = self.child.try_wait().expect("the server can be asked") {
                return status;
            }
            assert!(Instant::now() < until, "the server does not stop");
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            let log = self.stderr();
            assert!(!log.contains("panicked at"), "the server panicked:\n{log}");
        } else if std::env::var_os("FLORIN_KEEP").is_some() {
            eprintln!("{}", self.stderr());
        }
    }
}

/// Sends a signal to one process.
pub fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success(), "the signal {name} could not be sent");
}

fn address_after(text: &str, mark: &str) -> Result<SocketAddr, String> {
    let missing = || format!("no address after {mark:?} in:\n{text}");
    let rest = text.split_once(mark).ok_or_else(missing)?.1;
    let end = rest
        .find(|c: char| c == '/' || c.is_whitespace())
        .unwrap_or(rest.len());
    rest[..end].parse().map_err(|_| missing())
}

/// Starts a command of the binary that goes on while the test does something else.
pub fn begin(arguments: &[&str]) -> Child {
    let mut command = Command::new(BINARY);
    clean(&mut command).args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary runs")
}

/// Runs a command of the binary.
pub fn florin(arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    clean(&mut command).args(arguments).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

/// Runs a command that must succeed, with `--json` and `--data`, and returns its answer.
#[track_caller]
pub fn asked(data: &Path, arguments: &[&str]) -> serde_json::Value {
    let data = data.display().to_string();
    let output = florin(&[arguments, &["--json", "--data", &data]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("the command answers JSON")
}

/// Waits until something is there; after a minute the test fails.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(WAIT_S_MAX);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        sleep(Duration::from_millis(10));
    }
}
