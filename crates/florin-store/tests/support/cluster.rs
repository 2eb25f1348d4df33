//! A real PostgreSQL cluster, made for one test run and gone after it.
//!
//! The server listens on a socket in its own directory only, so that it needs no port that somebody else may have.
//!
//! The server stands behind a shell that waits for the end of its input, so it also stops when the test process is
//! killed. PostgreSQL refuses to run as root; then it runs as the user `postgres`.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls};

/// How long a server may take to start.
const START_MAX: Duration = Duration::from_secs(60);

/// Runs the server until the input ends, then stops it and removes its files.
const KEEPER: &str = r#"dir=$1; shift; "$@" >"$dir/log" 2>&1 & server=$!; read -r _; kill -CONT $server; kill -QUIT $server; wait $server; rm -rf "$dir""#;

/// The number in the name of the socket; the directory makes it unique.
const PORT: u16 = 5432;

static SHARED: Mutex<Weak<Cluster>> = Mutex::const_new(Weak::new());
static NAMES: AtomicU32 = AtomicU32::new(0);

/// A running cluster.
pub struct Cluster {
    keeper: Child,
    dir: PathBuf,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing is left to be done when the keeper is gone already.
        let _ = self.keeper.wait();
    }
}

impl Cluster {
    /// The cluster that the tests of one run share.
    pub async fn shared() -> Arc<Cluster> {
        let mut shared = SHARED.lock().await;
        if let Some(cluster) = shared.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Cluster::start().await);
        *shared = Arc::downgrade(&cluster);
        cluster
    }

    /// A cluster of one's own.
    pub async fn start() -> Cluster {
        let bin = binaries();
        let dir = directory();
        let data = dir.join("data");
        let init = |extra: &[&str]| {
            let mut command = as_server(&bin.join("initdb"));
            command
                .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"])
                .args(extra)
                .arg("-D")
                .arg(&data);
            command.output().expect("initdb runs")
        };
        // A collation that is not bytewise, where there is one: then every order by bytes has to be asked for.
        let mut made = init(&["--locale-provider=icu", "--icu-locale=en-US"]);
        if !made.status.success() {
            made = init(&[]);
        }
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let mut server = as_server(&bin.join("postgres"));
        server
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&dir)
            .args(["-p", &PORT.to_string()]);
        for setting in [
            "listen_addresses=",
            "fsync=on",
            "max_connections=300",
            "max_wal_senders=2",
        ] {
            server.args(["-c", setting]);
        }
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(&dir)
            .arg(server.get_program())
            .args(server.get_args());
        let keeper = keeper
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let cluster = Cluster { keeper, dir };
        cluster.wait().await;
        cluster
    }

    async fn wait(&self) {
        let began = Instant::now();
        while tokio_postgres::connect(&self.config("postgres"), NoTls)
            .await
            .is_err()
        {
            let log = || fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            assert!(
                began.elapsed() < START_MAX,
                "PostgreSQL does not start: {}",
                log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The socket that the server listens on.
    pub fn socket(&self) -> PathBuf {
        self.dir.join(format!(".s.PGSQL.{PORT}"))
    }

    /// The host and the port of a configuration that lead to the socket.
    pub fn place(&self) -> (String, u16) {
        (self.dir.display().to_string(), PORT)
    }

    /// The configuration of a database over the socket of the system.
    pub fn config(&self, database: &str) -> String {
        format!(
            "host={} port={PORT} user=postgres dbname={database}",
            self.dir.display()
        )
    }

    /// The configuration of a database over TCP, on the port of a proxy.
    pub fn config_on(&self, port: u16, database: &str) -> String {
        format!("host=127.0.0.1 port={port} user=postgres dbname={database}")
    }

    /// An empty database.
    pub async fn database(&self) -> String {
        let name = format!("florin_{}", NAMES.fetch_add(1, Ordering::SeqCst));
        let client = self.client("postgres").await;
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("a database");
        name
    }

    /// A plain connection.
    pub async fn client(&self, database: &str) -> Client {
        let connected = tokio_postgres::connect(&self.config(database), NoTls).await;
        let (client, connection) = connected.expect("a connection");
        tokio::spawn(connection);
        client
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A command that runs as somebody whom PostgreSQL accepts.
fn as_server(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}

fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let bins = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists());
    let number = |bin: &PathBuf| {
        let version = bin
            .parent()
            .and_then(Path::file_name)
            .and_then(|name| name.to_str())
            .map(str::parse::<u32>);
        version.and_then(Result::ok)
    };
    let newest = bins.max_by_key(number);
    newest.expect("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb); `cargo xtask test` installs it")
}

fn directory() -> PathBuf {
    let name = format!(
        "florin-pg-{}-{}",
        std::process::id(),
        NAMES.fetch_add(1, Ordering::SeqCst)
    );
    let dir = std::env::temp_dir().join(name);
    fs::create_dir(&dir).expect("a fresh directory");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).expect("its permissions");
    if is_root() {
        let id = |flag: &str| -> u32 {
            let out = Command::new("id")
                .args([flag, "postgres"])
                .output()
                .expect("id runs")
                .stdout;
            String::from_utf8_lossy(&out)
                .trim()
                .parse()
                .expect("the user `postgres` exists")
        };
        chown(&dir, Some(id("-u")), Some(id("-g"))).expect("the directory is given to `postgres`");
    }
    dir
}
