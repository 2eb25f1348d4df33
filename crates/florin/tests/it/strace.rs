//! Reads what `strace` wrote: which bytes went to which file, what was synced, and what was told to whom.
//!
//! Lines of several threads interleave, so a call may be split into `unfinished` and `resumed`. A write counts when it
//! returned, a sync covers what was written before it began, and an acknowledgement counts from its beginning: each is
//! the choice that finds more losses. Deliberately absent: mapped files; SQLite maps only its index of the log, which is
//! made anew after a crash.

use crate::http::find;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

/// The system calls that the replay needs.
const CALLS: &str =
    "trace=openat,close,write,writev,sendto,pwrite64,fsync,fdatasync,ftruncate,unlink,rename";

/// Something that happened, in its order.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Bytes were written at an offset.
    Write(PathBuf, usize, Vec<u8>),
    /// A file got a length.
    Truncate(PathBuf, usize),
    /// A file was synced: of the steps before this one, those up to an index.
    Sync(PathBuf, usize),
    /// A file was removed.
    Unlink(PathBuf),
    /// Somebody was told.
    Told(String),
}

/// The arguments of `strace` for a trace into a file. A machine without `strace` fails the test.
pub fn wrapper(trace: &str) -> Vec<&str> {
    let there = Command::new("strace").arg("--version").output();
    assert!(
        there.is_ok_and(|output| output.status.success()),
        "strace is not installed; `cargo xtask test` installs what the tests need"
    );
    vec![
        "strace",
        "-f",
        "-qq",
        "-xx",
        "-s",
        "16777216",
        "-e",
        CALLS,
        "-e",
        "signal=none",
        "-o",
        trace,
    ]
}

/// What an acknowledgement says, if the bytes hold one.
pub type Teller = fn(&[u8]) -> Vec<String>;

/// The steps of a trace.
pub fn steps(trace: &str, teller: Teller) -> Vec<Step> {
    let mut reader = Reader {
        teller,
        files: HashMap::new(),
        unfinished: HashMap::new(),
        steps: Vec::new(),
    };
    for line in trace.lines() {
        reader.line(line);
    }
    reader.steps
}

struct Reader {
    teller: Teller,
    files: HashMap<i32, PathBuf>,
    /// By thread: the first half of a call, and how many steps there were when it began.
    unfinished: HashMap<String, (String, usize)>,
    steps: Vec<Step>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else {
            return;
        };
        let rest = rest.trim_start();
        if let Some(half) = rest.strip_suffix(" <unfinished ...>") {
            self.begin(half);
            let began = self.steps.len();
            self.unfinished
                .insert(thread.to_owned(), (half.to_owned(), began));
            return;
        }
        if rest.starts_with("<... ") {
            let first = self.unfinished.remove(thread);
            let second = rest.split_once(" resumed>").map(|(_, second)| second);
            if let (Some((first, began)), Some(second)) = (first, second) {
                self.end(&format!("{first}{second}"), began);
            }
            return;
        }
        self.begin(rest);
        self.end(rest, self.steps.len());
    }

    /// What counts from the beginning of a call: telling somebody, and the end of a descriptor.
    fn begin(&mut self, call: &str) {
        let Some((name, arguments)) = call.split_once('(') else {
            return;
        };
        let descriptor = leading_number(arguments);
        match name {
            "close" => {
                self.files.remove(&descriptor);
            }
            "write" | "writev" | "sendto" if !self.files.contains_key(&descriptor) => {
                let told = (self.teller)(&bytes_in(arguments));
                self.steps.extend(told.into_iter().map(Step::Told));
            }
            _ => {}
        }
    }

    /// What counts when a call has returned well.
    fn end(&mut self, call: &str, began: usize) {
        let Some((name, arguments)) = call.split_once('(') else {
            return;
        };
        let Some((arguments, result)) = arguments.rsplit_once(") ") else {
            return;
        };
        let result = leading_number(result.trim_start().trim_start_matches("= "));
        if result < 0 {
            return;
        }
        match name {
            "openat" => {
                let path = PathBuf::from(String::from_utf8_lossy(&bytes_in(arguments)).as_ref());
                if is_kept(&path) {
                    self.files.insert(result, path);
                }
                return;
            }
            "unlink" => {
                let path = PathBuf::from(String::from_utf8_lossy(&bytes_in(arguments)).as_ref());
                self.steps.push(Step::Unlink(path));
                return;
            }
            _ => {}
        }
        let Some(path) = self.files.get(&leading_number(arguments)).cloned() else {
            return;
        };
        self.steps.extend(match name {
            "pwrite64" => {
                let mut bytes = bytes_in(arguments);
                bytes.truncate(result as usize);
                Some(Step::Write(path, last_number(arguments), bytes))
            }
            "ftruncate" => Some(Step::Truncate(path, last_number(arguments))),
            "fsync" | "fdatasync" => Some(Step::Sync(path, began)),
            // A plain write would need the file's position; SQLite writes with positions only.
            "write" | "writev" => panic!("a write without a position to {}", path.display()),
            _ => None,
        });
    }
}

/// The files of a database; the index of the log is mapped and made anew.
fn is_kept(path: &std::path::Path) -> bool {
    let name = path.to_string_lossy();
    [".db", ".db-wal", ".db-journal"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn leading_number(text: &str) -> i32 {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '-'))
        .unwrap_or(text.len());
    text[..end].parse().unwrap_or(-1)
}

fn last_number(arguments: &str) -> usize {
    let last = arguments.rsplit(", ").next().unwrap_or_default();
    last.trim().parse().expect("an offset or a length")
}

/// The bytes of all quoted texts, each written as `\x..`.
fn bytes_in(arguments: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for quoted in arguments.split('"').skip(1).step_by(2) {
        let digits = quoted.as_bytes();
        bytes.extend(
            digits
                .chunks_exact(4)
                .map(|each| nibble(each[2]) << 4 | nibble(each[3])),
        );
    }
    bytes
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}

/// Acknowledgements of the form `ack <name>` on lines of their own.
pub fn acks(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let names = text.lines().filter_map(|line| line.strip_prefix("ack "));
    names.map(str::to_owned).collect()
}

/// Id and status of the object in an HTTP answer that reports a change: the object itself, or the intent of a decline.
pub fn answers(bytes: &[u8]) -> Vec<String> {
    let mark: &[u8] = match bytes.get(..12) {
        Some(b"HTTP/1.1 200") => b"\"id\": \"",
        Some(b"HTTP/1.1 402") => b"\"payment_intent\": {\n      \"id\": \"",
        _ => return Vec::new(),
    };
    let Some(rest) = find(bytes, mark).map(|at| &bytes[at + mark.len()..]) else {
        return Vec::new();
    };
    let quoted = |rest: &[u8]| {
        let text = rest.split(|byte| *byte == b'"').next().unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    };
    const STATUS: &[u8] = b"\n  \"status\": \"";
    let status = find(rest, STATUS).map(|at| quoted(&rest[at + STATUS.len()..]));
    vec![format!("{} {}", quoted(rest), status.unwrap_or_default())]
}

#[test]
fn split_calls_are_put_together() {
    let hex = |text: &str| {
        text.bytes()
            .map(|b| format!("\\x{b:02x}"))
            .collect::<String>()
    };
    let trace = [
        format!("7 openat(AT_FDCWD, \"{}\", O_RDWR) = 5", hex("/d/a.db")),
        format!("7 pwrite64(5, \"{}\", 2, 100) = 2", hex("ab")),
        "7 fdatasync(5 <unfinished ...>".to_owned(),
        format!("8 pwrite64(5, \"{}\", 2, 4) = 2", hex("cd")),
        "7 <... fdatasync resumed>)          = 0".to_owned(),
        format!("8 write(1, \"{}\", 6) = 6", hex("ack x\n")),
        format!("8 unlink(\"{}\") = -1 ENOENT", hex("/d/a.db")),
        "8 ftruncate(5, 0)          = 0".to_owned(),
    ];
    let path = || PathBuf::from("/d/a.db");
    let expected = [
        Step::Write(path(), 100, b"ab".to_vec()),
        Step::Write(path(), 4, b"cd".to_vec()),
        Step::Sync(path(), 1),
        Step::Told("x".to_owned()),
        Step::Truncate(path(), 0),
    ];
    assert_eq!(steps(&trace.join("\n"), acks), expected);
}

#[test]
fn only_reported_changes_acknowledge() {
    let paid = b"HTTP/1.1 200 OK\r\n\r\n{\n  \"id\": \"pi_1\",\n  \"status\": \"succeeded\"\n}";
    assert_eq!(answers(paid), ["pi_1 succeeded"]);
    let declined = b"HTTP/1.1 402 No\r\n\r\n{\n  \"error\": {\n    \"charge\": \"ch_1\",\n    \
        \"payment_intent\": {\n      \"id\": \"pi_2\",\n      \"status\": \"x\"";
    assert_eq!(answers(declined), ["pi_2 "]);
    assert!(answers(b"HTTP/1.1 404 No\r\n\r\n{\n  \"id\": \"pi_1\"").is_empty());
}
