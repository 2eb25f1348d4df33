//! Where the database is, and how a connection is set up for its purpose.
//!
//! The hosts are tried one after the other with a deadline each, the last known one first. A frozen host accepts
//! connections and never speaks, so the deadline covers the whole handshake and the next one gets its turn.

use super::home::Home;
use super::session::Session;
use super::trouble::unavailable;
use super::{Isolation, Options};
use crate::StoreError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

/// How long a transaction may wait for a lock, in milliseconds. What waits longer fails by itself and has not happened.
const LOCK_WAIT_MS: u64 = 4_000;
/// How long a transaction may lie idle, in milliseconds: only that of a process that froze does. It is shorter than
/// [`LOCK_WAIT_MS`], so that those who wait for its locks outlast it.
const IDLE_TRANSACTION_MS: u64 = 2_000;
/// How much longer than its asker the server goes on with a statement, in milliseconds. Nobody waits for it any more.
const STATEMENT_GRACE_MS: u64 = 500;
/// How long sent bytes may stay unacknowledged before the system gives a connection up.
const TCP_UNANSWERED_MS: u64 = 5_000;

/// Raises a setting under which an acknowledged commit is lost with the server. `remote_write` and `remote_apply` are
/// somebody's choice between replicas and stay.
const RAISE_COMMIT: &str = "SELECT set_config('synchronous_commit', 'on', false) AS raised
    WHERE current_setting('synchronous_commit', true) IN ('off', 'local')";
/// Tells of settings under which a crash of the system loses or tears what was acknowledged.
const VOLATILE: &str =
    "SELECT s.name AS volatile FROM (VALUES ('fsync'), ('full_page_writes')) AS s(name)
    WHERE current_setting(s.name, true) = 'off'";

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Commits, and questions about their outcome.
    Writer,
    /// Questions.
    Reader,
    /// Single statements that change something: leases, pruning, texts of the installation.
    Chores,
    /// Making the tables, which takes its time.
    Migration,
}

/// The hosts and how to speak to them.
pub struct Target {
    hosts: Vec<Config>,
    connect_ms: u64,
    options: Options,
    home: Mutex<Home>,
}

impl Target {
    /// Reads the configuration.
    ///
    /// # Errors
    /// `Corrupt` when it cannot be read or names no host.
    pub fn new(options: &Options, process: &str) -> Result<Target, StoreError> {
        let config: Config = options.config.parse().map_err(|error| {
            StoreError::Corrupt(format!(
                "the database configuration cannot be read: {error}"
            ))
        })?;
        let hosts = hosts(&config, process);
        if hosts.is_empty() {
            return Err(StoreError::Corrupt(
                "the database configuration names no host".to_owned(),
            ));
        }
        // The last host must get its turn before a question runs out of time.
        let share_ms = options.read_answer_ms * 4 / 5 / hosts.len() as u64;
        Ok(Target {
            hosts,
            connect_ms: options.connect_ms.min(share_ms).max(1),
            options: options.clone(),
            home: Mutex::default(),
        })
    }

    /// A connection to the first host that answers and takes writes.
    ///
    /// # Errors
    /// `Unavailable` when none does.
    pub async fn session(&self, role: Role) -> Result<Session, StoreError> {
        let mut last = StoreError::Unavailable("no host".to_owned());
        let first = self.home().host();
        let others = (0..self.hosts.len()).filter(|index| *index != first);
        let greeting = greeting(role, &self.options);
        for index in std::iter::once(first).chain(others) {
            let connecting = Session::connect(&self.hosts[index], &greeting);
            let connected = timeout(Duration::from_millis(self.connect_ms), connecting).await;
            last = match connected {
                Ok(Ok(session)) => match self.admit(index, session) {
                    Ok(session) => return Ok(session),
                    Err(error) => error,
                },
                Ok(Err(error)) => unavailable(&error),
                Err(_) => StoreError::Unavailable("a database host does not answer".to_owned()),
            };
        }
        Err(last)
    }

    /// Whether a connection still leads to the server that takes writes, as far as any connection of ours has shown.
    pub fn is_current(&self, session: &Session) -> bool {
        session.generation == self.home().generation()
    }

    fn admit(&self, host: usize, mut session: Session) -> Result<Session, StoreError> {
        if let Some(setting) = &session.volatile
            && !self.options.unsafe_no_fsync
        {
            return Err(StoreError::Unavailable(format!(
                "the database runs with {setting} off and would lose acknowledged payments; set {setting} = on"
            )));
        }
        let generation = self.home().admit(host, session.timeline);
        session.generation = generation.ok_or_else(|| {
            StoreError::Unavailable("a database host was replaced by a newer one".to_owned())
        })?;
        Ok(session)
    }

    fn home(&self) -> MutexGuard<'_, Home> {
        self.home.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every question of a payment is served by an index. A server that has not seen how tables grew plans to read them whole,
/// keeps such a plan for a prepared statement, and gets slower with each payment. Which index it takes is left to what it
/// knows of the tables; see `Installation::tend`. A plan that cannot do without what is off counts as dear beyond measure,
/// and a server would compile it, which takes longer than any question of ours. Settings that a server does not know are
/// left alone.
const USE_INDEXES: &str = " SELECT set_config(name, 'off', false) FROM pg_settings
     WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit');";

/// The settings of a connection. Deadlines stand on the server, too: it does not notice that nobody waits any more.
fn greeting(role: Role, options: &Options) -> String {
    let answer_ms = match role {
        Role::Writer => options.commit_answer_ms,
        Role::Reader | Role::Chores | Role::Migration => options.read_answer_ms,
    };
    let statement_ms = answer_ms + STATEMENT_GRACE_MS;
    let (statement_ms, lock_ms) = match role {
        Role::Writer | Role::Chores => (statement_ms, LOCK_WAIT_MS.min(answer_ms * 4 / 5).max(1)),
        // Readers meet no locks but those of somebody who changes the tables.
        Role::Reader => (statement_ms, statement_ms),
        Role::Migration => (0, 0),
    };
    let isolation = match (role, options.isolation) {
        // Single statements need no more, and reads that are watched for skew would make commits fail in vain.
        (Role::Reader | Role::Chores, _) | (_, Isolation::ReadCommitted) => "read committed",
        (_, Isolation::Serializable) => "serializable",
        (_, Isolation::Database) => "",
    };
    let mut text = format!(
        "SET lock_timeout = {lock_ms}; SET statement_timeout = {statement_ms};
         SET idle_in_transaction_session_timeout = {IDLE_TRANSACTION_MS};"
    );
    if !isolation.is_empty() {
        text += &format!(" SET default_transaction_isolation = '{isolation}';");
    }
    if role == Role::Reader {
        text += " SET default_transaction_read_only = on;";
    }
    if role != Role::Migration {
        text += USE_INDEXES;
    }
    format!("{text} {RAISE_COMMIT}; {VOLATILE}")
}

/// One configuration per host.
fn hosts(config: &Config, process: &str) -> Vec<Config> {
    let ports = config.get_ports();
    let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
    let count = config.get_hosts().len().max(config.get_hostaddrs().len());
    let mut all = Vec::with_capacity(count);
    for index in 0..count {
        let mut one = common(config, process);
        one.port(port(index));
        match config.get_hosts().get(index) {
            Some(Host::Tcp(name)) => {
                one.host(name);
            }
            #[cfg(unix)]
            Some(Host::Unix(path)) => {
                one.host_path(path);
            }
            None => {}
        }
        if let Some(address) = config.get_hostaddrs().get(index) {
            one.hostaddr(*address);
        }
        all.push(one);
    }
    all
}

/// What all hosts share. Only a host that takes writes is good enough: reads must see what was just written.
fn common(config: &Config, process: &str) -> Config {
    let mut one = Config::new();
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(name) = config.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    let name = config.get_application_name().unwrap_or("florin");
    one.application_name(format!("{name} {process}"));
    one.ssl_mode(config.get_ssl_mode());
    one.channel_binding(config.get_channel_binding());
    one.target_session_attrs(TargetSessionAttrs::ReadWrite);
    one.connect_timeout(
        config
            .get_connect_timeout()
            .copied()
            .unwrap_or(Duration::from_secs(2)),
    );
    one.tcp_user_timeout(
        config
            .get_tcp_user_timeout()
            .copied()
            .unwrap_or(Duration::from_millis(TCP_UNANSWERED_MS)),
    );
    one.keepalives(config.get_keepalives());
    one.keepalives_idle(config.get_keepalives_idle().min(Duration::from_secs(30)));
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_stands_alone_with_its_port() {
        let text = "host=one,/run/two port=1,2 user=u dbname=d target_session_attrs=read-write";
        let config: Config = text.parse().expect("a configuration");
        let hosts = hosts(&config, "run_1");
        let ports: Vec<&[u16]> = hosts.iter().map(Config::get_ports).collect();
        assert_eq!(ports, [&[1], &[2]]);
        let names: Vec<&[Host]> = hosts.iter().map(Config::get_hosts).collect();
        assert_eq!(
            names,
            [
                &[Host::Tcp("one".to_owned())][..],
                &[Host::Unix("/run/two".into())][..]
            ]
        );
        assert!(
            hosts
                .iter()
                .all(|host| host.get_application_name() == Some("florin run_1"))
        );
    }

    #[test]
    fn nonsense_is_refused_without_repeating_it() {
        let error = Target::new(&Options::new("password=hunter2 what"), "run_1")
            .err()
            .map(|error| error.to_string());
        assert!(error.is_some_and(|text| !text.contains("hunter2")));
        assert!(Target::new(&Options::new("user=me"), "run_1").is_err());
    }
}
