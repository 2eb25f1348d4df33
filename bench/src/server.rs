//! Servers of the suite's own: Florin on both engines, the prototype, and the peers.
//!
//! Shape: an [`Installation`] is where Florin keeps its data and can be started again and again; a [`Server`] is one
//! process under load. Data lies in folders and databases that are removed at the end. Deliberately absent: servers
//! that somebody else started.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::connection::Connection;
use crate::machine;
use crate::peer::Peer;
use crate::program::{End, Program, output_of};
use crate::request::{Keys, Template};
use crate::target::Target;

/// How long a program may take to be ready, in milliseconds; the first run of a peer installs it.
const START_MS_MAX: u64 = 300_000;
/// How long one question for its health may take, in milliseconds.
const HEALTH_MS_MAX: u64 = 1_000;
/// How often it is asked whether it is ready, in milliseconds.
const LOOK_EVERY_MS: u64 = 1;
/// What Florin and its sandbox processor share.
const SANDBOX_SECRET: &str = "for-these-measurements";
/// The key that the prototype, which looks at none, is shown.
const ANY_KEY: &str = "sk_test_prototype";

/// The programs and the place for data.
#[derive(Clone)]
pub struct Tools {
    /// Florin, built for release.
    pub florin: PathBuf,
    /// This program, which is also the prototype.
    pub own: PathBuf,
    /// `bench/peers.py`.
    pub peers: PathBuf,
    /// The directory in which new ones are made for the data.
    pub parent: PathBuf,
}

/// A directory that is removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

impl Tools {
    fn folder(&self) -> Result<Folder, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-bench-{}-{count}", std::process::id());
        let path = self.parent.join(name);
        // The last part must be new: it is removed at the end.
        std::fs::create_dir_all(&self.parent)
            .and_then(|()| std::fs::create_dir(&path))
            .map_err(|error| {
                format!(
                    "The directory for the data cannot be made ({error}); choose another --data."
                )
            })?;
        Ok(Folder(path))
    }

    fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("python3");
        command.arg(&self.peers).args(arguments);
        command
    }

    /// Starts a peer that `bench/peers.py` knows.
    ///
    /// # Errors
    /// It cannot be installed or does not start.
    pub async fn peer(&self, name: &str, peer: Peer) -> Result<Server, String> {
        let mut program = Program::start(self.python(&["run", name]), End::Input)?;
        let said = spoken(&mut program).await?;
        let text = |member: &str| said[member].as_str().unwrap_or_default().to_owned();
        let target = Target::parse(&text("url"), &text("key"))?.with_peer(peer);
        Ok(Server {
            program,
            target,
            ready_after: Duration::ZERO,
            _processor: None,
            _place: None,
        })
    }

    /// Starts a PostgreSQL with the settings of the suites.
    ///
    /// # Errors
    /// It is not installed or does not start.
    pub async fn postgres(&self) -> Result<Postgres, String> {
        let command = self.python(&["run", "florin-postgres-15"]);
        let mut program = Program::start(command, End::Input)?;
        let said = spoken(&mut program).await?;
        let url = said["database"].as_str().unwrap_or_default().to_owned();
        Ok(Postgres {
            _program: program,
            url,
        })
    }

    /// Measures the bare transfer of a double-entry ledger; the line of JSON that `bench/peers.py` prints.
    ///
    /// # Errors
    /// It could not run, or its books did not balance.
    pub fn pgbench(
        &self,
        url: &str,
        clients: u32,
        [warmup, seconds]: [u64; 2],
    ) -> Result<Value, String> {
        let numbers = [clients.to_string(), warmup.to_string(), seconds.to_string()];
        let mut command = self.python(&["pgbench", "--database", url]);
        command.args(["--clients", &numbers[0], "--warmup", &numbers[1]]);
        command.args(["--seconds", &numbers[2]]);
        parsed(&output_of(command)?)
    }

    /// Starts the prototype on an empty database.
    ///
    /// # Errors
    /// It does not start.
    pub async fn prototype(&self, postgres: Option<&Postgres>) -> Result<Server, String> {
        let place = Place::new(self, postgres)?;
        let mut command = Command::new(&self.own);
        command.args(["prototype", "--port", "0"]);
        match &place.database {
            None => command
                .args(["--engine", "sqlite", "--data"])
                .arg(&place.folder.0),
            Some(database) => command.args(["--engine", "postgres", "--database", &database.url]),
        };
        let began = Instant::now();
        let program = Program::start(command, End::Signal)?;
        let mut server = greeted(program, Some(ANY_KEY), "/healthz", began).await?;
        server._place = Some(place);
        Ok(server)
    }
}

/// A running PostgreSQL.
pub struct Postgres {
    _program: Program,
    /// The URL of its first database.
    pub url: String,
}

/// One database of a PostgreSQL, removed at the end.
struct Database {
    tools: Tools,
    url: String,
}

impl Database {
    fn new(tools: &Tools, postgres: &Postgres) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let server = postgres
            .url
            .rsplit_once('/')
            .map_or("", |(server, _)| server);
        let url = format!("{server}/bench_{count}");
        output_of(tools.python(&["create", "--database", &url]))?;
        Ok(Self {
            tools: tools.clone(),
            url,
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What is left goes with the whole PostgreSQL.
        output_of(self.tools.python(&["drop", "--database", &self.url])).ok();
    }
}

/// Where one server keeps its data.
struct Place {
    folder: Folder,
    database: Option<Database>,
}

impl Place {
    fn new(tools: &Tools, postgres: Option<&Postgres>) -> Result<Self, String> {
        let folder = tools.folder()?;
        let database = postgres.map(|one| Database::new(tools, one)).transpose()?;
        Ok(Self { folder, database })
    }
}

/// Florin's data on one engine.
pub struct Installation {
    tools: Tools,
    place: Place,
    /// The key of its first merchant, where no server prints one.
    key: Option<String>,
}

impl Installation {
    /// An empty one: on SQLite, or in a new database of this PostgreSQL.
    ///
    /// # Errors
    /// The disk cannot be written, or a command of Florin fails.
    pub fn new(tools: &Tools, postgres: Option<&Postgres>) -> Result<Self, String> {
        let place = Place::new(tools, postgres)?;
        let mut made = Self {
            tools: tools.clone(),
            place,
            key: None,
        };
        if let Some(database) = &made.place.database {
            write_vault_key(&made.vault_key())?;
            let mut migrate = Command::new(&made.tools.florin);
            migrate.args(["migrate", "--database", &database.url]);
            output_of(migrate)?;
            made.key = Some(made.account("Bench")?);
        }
        Ok(made)
    }

    fn data(&self) -> PathBuf {
        self.place.folder.0.join("data")
    }

    fn vault_key(&self) -> PathBuf {
        self.place.folder.0.join("vault.key")
    }

    /// Where it is, as arguments of a command on it.
    fn whereabouts(&self) -> Vec<String> {
        let shown = |path: PathBuf| path.display().to_string();
        match &self.place.database {
            None => vec!["--data".into(), shown(self.data())],
            Some(database) => vec![
                "--database".into(),
                database.url.clone(),
                "--vault-key-file".into(),
                shown(self.vault_key()),
            ],
        }
    }

    /// Makes a merchant and gives its secret test key. On SQLite a server must have run before.
    ///
    /// # Errors
    /// The command fails.
    pub fn account(&self, name: &str) -> Result<String, String> {
        let mut command = Command::new(&self.tools.florin);
        command.args(["accounts", "create", name, "--json"]);
        command.args(self.whereabouts());
        let made = parsed(&output_of(command)?)?;
        let key = made["test_secret_key"].as_str().map(str::to_owned);
        key.ok_or_else(|| "A new account has no test_secret_key.".into())
    }

    /// Starts a server on it.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(&self) -> Result<Server, String> {
        self.start_with(None).await
    }

    /// Starts a server on it with the sandbox's processor in a process of its own.
    ///
    /// # Errors
    /// One of them does not start.
    pub async fn start_outside(&self) -> Result<Server, String> {
        let book = self.place.folder.0.join("book");
        let mut command = Command::new(&self.tools.florin);
        command.args(["sandbox-processor", "--port", "0", "--data"]);
        command
            .arg(book)
            .env("FLORIN_SANDBOX_SECRET", SANDBOX_SECRET);
        let processor = Program::start(command, End::Signal)?;
        self.start_with(Some(processor)).await
    }

    async fn start_with(&self, processor: Option<Program>) -> Result<Server, String> {
        let mut command = Command::new(&self.tools.florin);
        match &self.place.database {
            None => command.args(["dev", "--port", "0"]),
            Some(_) => command.args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--allow-private-webhooks",
            ]),
        };
        command.args(self.whereabouts());
        let mut processor = processor;
        if let Some(processor) = &mut processor {
            let url = address_of(processor).await?;
            command.args(["--sandbox-processor", &url]);
            command.args(["--sandbox-secret", SANDBOX_SECRET]);
        }
        let began = Instant::now();
        let program = Program::start(command, End::Signal)?;
        let mut server = greeted(program, self.key.as_deref(), "/readyz", began).await?;
        server._processor = processor;
        Ok(server)
    }

    /// Bytes that its database takes up, without the log of changes. On SQLite the server must be stopped.
    ///
    /// # Errors
    /// PostgreSQL cannot be asked.
    pub fn database_bytes(&self) -> Result<u64, String> {
        let Some(database) = &self.place.database else {
            let log = self.data().join("florin.db-wal");
            let log = std::fs::metadata(log).map_or(0, |found| found.len());
            return Ok(machine::disk_bytes(&self.data()).saturating_sub(log));
        };
        let command = self.tools.python(&["size", "--database", &database.url]);
        let said = parsed(&output_of(command)?)?;
        let bytes = said["bytes"].as_u64();
        bytes.ok_or_else(|| "PostgreSQL tells no size.".into())
    }
}

/// A running server. Dropping it ends it.
pub struct Server {
    program: Program,
    target: Target,
    ready_after: Duration,
    // They end after the server, because members are dropped in this order.
    _processor: Option<Program>,
    _place: Option<Place>,
}

impl Server {
    /// The server as the target of load.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its memory.
    pub fn memory(&self) -> machine::Memory {
        machine::memory(self.program.pid())
    }

    /// How long it took from its start to the first answer that it is ready.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// Ends it as an operator would.
    ///
    /// # Errors
    /// It does not end well.
    pub fn stop(self) -> Result<(), String> {
        self.program.stop()
    }
}

/// Waits for the address that a program greets with.
async fn address_of(program: &mut Program) -> Result<String, String> {
    let until = Instant::now() + Duration::from_millis(START_MS_MAX);
    while Instant::now() < until {
        if let Some(url) = program.url() {
            return Ok(url);
        }
        program.check()?;
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
    Err(format!("It greeted with no address.\n{}", program.tail()))
}

/// Waits for the line of JSON with which `bench/peers.py` says that a peer runs.
async fn spoken(program: &mut Program) -> Result<Value, String> {
    let until = Instant::now() + Duration::from_millis(START_MS_MAX);
    while Instant::now() < until {
        if let Some(json) = program.json() {
            return Ok(json);
        }
        program.check()?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("It did not start in time.\n{}", program.tail()))
}

/// Waits until a program has said where it listens, and then until it is ready.
async fn greeted(
    mut program: Program,
    key: Option<&str>,
    health: &'static str,
    began: Instant,
) -> Result<Server, String> {
    let url = address_of(&mut program).await?;
    let until = Instant::now() + Duration::from_millis(START_MS_MAX);
    while Instant::now() < until {
        program.check()?;
        if let Some(key) = key.map(str::to_owned).or_else(|| program.key()) {
            let target = Target::parse(&url, &key)?;
            if is_healthy(&target, health).await {
                return Ok(Server {
                    program,
                    target,
                    ready_after: began.elapsed(),
                    _processor: None,
                    _place: None,
                });
            }
        }
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
    let tail = program.tail();
    Err(format!(
        "It was not ready in time, or printed no test key.\n{tail}"
    ))
}

async fn is_healthy(target: &Target, path: &'static str) -> bool {
    let mut request = Vec::new();
    Template::get(target, path).write(&mut request, "", &Keys::new());
    let mut connection = Connection::new(target.address);
    let limit = Duration::from_millis(HEALTH_MS_MAX);
    let asked = timeout(limit, connection.call(&request)).await;
    matches!(asked, Ok(Ok(answer)) if answer.status == 200)
}

/// Makes a file with a fresh master key that only its owner may use.
fn write_vault_key(path: &Path) -> Result<(), String> {
    let mut key = [0_u8; 32];
    let written = std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut key))
        .and_then(|()| {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true).mode(0o600).open(path)
        })
        .and_then(|mut file| {
            let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            file.write_all(digits.as_bytes())
        });
    written.map_err(|error| format!("The vault's key cannot be written: {error}"))
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("A program printed no JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(name: &str, florin: &str) -> Tools {
        let own = format!("florin-bench-{name}-{}", std::process::id());
        Tools {
            florin: florin.into(),
            own: "false".into(),
            peers: "no-such-file".into(),
            parent: std::env::temp_dir().join(own),
        }
    }

    #[tokio::test]
    async fn a_program_that_ends_is_reported_and_leaves_nothing() {
        let tools = tools("ends", "false");
        let installation = Installation::new(&tools, None).expect("a folder");
        let ended = installation.start().await.err().expect("it ended");
        assert!(ended.starts_with("It ended"), "{ended}");
        let ended = tools.prototype(None).await.err().expect("it ended");
        assert!(ended.starts_with("It ended"), "{ended}");
        drop(installation);
        assert_eq!(std::fs::read_dir(&tools.parent).expect("parent").count(), 0);
        std::fs::remove_dir(&tools.parent).expect("clean up");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let tools = tools("absent", "no-such-program");
        let installation = Installation::new(&tools, None).expect("a folder");
        let absent = installation.start().await.err().expect("absent");
        assert!(absent.starts_with("`no-such-program dev"), "{absent}");
        drop(installation);
        std::fs::remove_dir(&tools.parent).expect("clean up");
    }

    #[test]
    fn the_vault_key_is_sixty_four_digits_that_only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("florin-bench-key-{}", std::process::id()));
        write_vault_key(&path).expect("written");
        let text = std::fs::read_to_string(&path).expect("text");
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        std::fs::remove_file(&path).expect("clean up");
        assert!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(mode & 0o777, 0o600);
    }
}
