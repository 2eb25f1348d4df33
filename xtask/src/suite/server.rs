//! A server for the black-box suites.
//!
//! Shape: `florin dev --ephemeral` on a port that the system chooses, read from its output, which goes to a file; it is
//! asked to stop with the signal that an operator would use, and a panic in its output fails the step. Deliberately
//! absent: a second try.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::watched::wait;
use crate::command::{command, output_of};

/// How long the server may take to be ready, in milliseconds. A debug build on a busy machine is slow.
const READY_MS_MAX: u64 = 60_000;
/// How long it may take to stop, in milliseconds.
const STOP_MS_MAX: u64 = 60_000;
/// How long one question may take, in milliseconds.
const ANSWER_MS_MAX: u64 = 10_000;
/// Between two questions, in milliseconds.
const PAUSE_MS: u64 = 50;
/// What stands before its address in its output.
const GREETING: &str = "Florin sandbox on http://";

/// A running server, which ends with this value.
pub struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Server {
    /// Starts `binary dev --ephemeral` with more environment and waits until it is ready.
    ///
    /// # Errors
    /// The server does not start or is not ready in time; the end of its output is in the text.
    pub fn start(
        binary: &Path,
        log: PathBuf,
        environment: &[(&str, &str)],
    ) -> Result<Self, String> {
        let open = |error| format!("{} cannot be written: {error}", log.display());
        let output = File::create(&log).map_err(open)?;
        let errors = output.try_clone().map_err(open)?;
        let mut start = command(
            Path::new("."),
            binary,
            &["dev", "--port", "0", "--ephemeral"],
        );
        start
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors);
        let child = start
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", binary.display()))?;
        let mut server = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            log,
        };
        server.wait_ready()?;
        Ok(server)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn wait_ready(&mut self) -> Result<(), String> {
        let until = Instant::now() + Duration::from_millis(READY_MS_MAX);
        loop {
            let ended = self.child.try_wait().ok().flatten();
            if let Some(address) = address_in(&self.output()) {
                self.address = address;
                if is_ready(address) {
                    return Ok(());
                }
            }
            if let Some(status) = ended {
                return Err(format!(
                    "the server ended at once, {status}\n{}",
                    self.last_lines()
                ));
            }
            if Instant::now() > until {
                return Err(format!(
                    "the server was not ready within {READY_MS_MAX} ms\n{}",
                    self.last_lines()
                ));
            }
            thread::sleep(Duration::from_millis(PAUSE_MS));
        }
    }

    /// Asks it to stop and looks at how it did, and at what it wrote all the time.
    ///
    /// # Errors
    /// It had ended before, does not stop in time or not well, or a part of it panicked.
    pub fn stop(mut self) -> Result<(), String> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Err(format!(
                "the server had ended before it was stopped, {status}\n{}",
                self.last_lines()
            ));
        }
        let id = self.child.id().to_string();
        output_of(Path::new("."), "kill", &["-TERM", &id])?;
        let status = wait(&mut self.child, Duration::from_millis(STOP_MS_MAX));
        let status = status.map_err(|why| format!("the server {why}\n{}", self.last_lines()))?;
        if !status.success() {
            return Err(format!(
                "the server did not stop well, {status}\n{}",
                self.last_lines()
            ));
        }
        match self
            .output()
            .lines()
            .find(|line| line.contains("panicked at"))
        {
            Some(line) => Err(format!(
                "the server panicked: {line} (all of it in {})",
                self.log.display()
            )),
            None => Ok(()),
        }
    }

    fn output(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn last_lines(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// The address in what the server printed, once the line is whole.
fn address_in(output: &str) -> Option<SocketAddr> {
    let (line, _) = output.split_once(GREETING)?.1.split_once('\n')?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether `/readyz` answers with 200.
fn is_ready(address: SocketAddr) -> bool {
    let limit = Duration::from_millis(ANSWER_MS_MAX);
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        write!(
            stream,
            "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut first = vec![0; "HTTP/1.1 200".len()];
        stream.read_exact(&mut first)?;
        Ok(first)
    };
    ask().is_ok_and(|first| first.starts_with(b"HTTP/1.") && first.ends_with(b" 200"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener};

    #[test]
    fn the_address_is_read_from_a_whole_line() {
        let output = "a\nFlorin sandbox on http://127.0.0.1:4242  (test mode)\n  more\n";
        let whole = output.find("  more").expect("it is there");
        for end in 0..=output.len() {
            let expected = (end >= whole).then(|| SocketAddr::from(([127, 0, 0, 1], 4242)));
            assert_eq!(address_in(&output[..end]), expected, "{end}");
        }
    }

    #[test]
    fn only_an_answer_of_200_is_ready() {
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 503 Busy\r\n\r\n", false),
            ("", false),
        ] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
            let address = listener.local_addr().expect("it has an address");
            let answering = thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("somebody asks");
                let mut asked = [0; 256];
                let read = stream.read(&mut asked);
                stream
                    .write_all(answer.as_bytes())
                    .expect("it can be answered");
                read.is_ok()
            });
            assert_eq!(is_ready(address), expected, "{answer}");
            assert!(answering.join().expect("the other side ends"));
        }
        // Nobody listens on the first port.
        assert!(!is_ready(SocketAddr::from(([127, 0, 0, 1], 1))));
    }

    /// A stand-in for the server: ready at once, and it ends as `FLORIN_STUB` says.
    const STUB: &str = r#"#!/usr/bin/env python3
import http.server, os, signal, sys
mode = os.environ["FLORIN_STUB"]
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
def stop(*_):
    if mode == "panics":
        print("thread 'writer' panicked at src/a.rs:1", flush=True)
    os._exit(3 if mode == "fails" else 0)
signal.signal(signal.SIGTERM, stop)
port = int(sys.argv[sys.argv.index("--port") + 1])
server = http.server.HTTPServer(("127.0.0.1", port), Ready)
print(f"Florin sandbox on http://127.0.0.1:{server.server_address[1]}  (a stand-in)", flush=True)
server.serve_forever()
"#;

    /// An empty folder of its own for one test.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("florin-xtask-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    #[test]
    fn a_server_must_stop_well_and_must_not_have_panicked() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("stop");
        let stub = folder.join("florin");
        std::fs::write(&stub, STUB).expect("a file can be written");
        std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755))
            .expect("it is ours");
        for (mode, expected) in [
            ("ends", None),
            ("fails", Some("did not stop well")),
            ("panics", Some("panicked at")),
        ] {
            let started = Server::start(&stub, folder.join("server.log"), &[("FLORIN_STUB", mode)]);
            let stopped = started.expect("the stand-in is ready").stop();
            match (stopped, expected) {
                (Ok(()), None) => {}
                (Err(why), Some(text)) => assert!(why.contains(text), "{mode}: {why}"),
                (stopped, _) => panic!("{mode}: {stopped:?}"),
            }
        }
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    }

    #[test]
    fn a_server_that_ends_at_once_is_told_with_its_output() {
        let folder = folder("echo");
        let started = Server::start(Path::new("/bin/echo"), folder.join("server.log"), &[]);
        let why = started.err().expect("echo is no server");
        assert!(
            why.contains("ended at once") && why.contains("dev --port"),
            "{why}"
        );
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
}
