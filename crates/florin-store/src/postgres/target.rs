//! Where the database is: the hosts, tried one after the other with a deadline each.
//!
//! A frozen host accepts connections and never speaks, so the deadline covers the whole handshake of one host and the
//! next one gets its turn.

use super::session::Session;
use super::trouble::unavailable;
use super::{Isolation, Options};
use crate::StoreError;
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

/// How long a transaction may wait for a lock. What waits longer fails by itself and has not happened.
const LOCK_WAIT_MS: u64 = 4_000;
/// How long a transaction may lie idle: only that of a process that froze does.
const IDLE_TRANSACTION_MS: u64 = 20_000;
/// How long sent bytes may stay unacknowledged before the system gives a connection up.
const TCP_UNANSWERED_MS: u64 = 5_000;

/// The hosts and how to speak to them.
pub struct Target {
    hosts: Vec<Config>,
    connect_ms: u64,
    greeting: String,
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
        let lock_wait_ms = LOCK_WAIT_MS.min(options.commit_answer_ms * 4 / 5).max(1);
        let mut greeting = format!(
            "SET lock_timeout = {lock_wait_ms}; SET idle_in_transaction_session_timeout = {IDLE_TRANSACTION_MS};"
        );
        greeting += match options.isolation {
            Isolation::Database => "",
            Isolation::ReadCommitted => " SET default_transaction_isolation = 'read committed';",
            Isolation::Serializable => " SET default_transaction_isolation = 'serializable';",
        };
        Ok(Target {
            hosts,
            connect_ms: options.connect_ms,
            greeting,
        })
    }

    /// A connection to the first host that answers and takes writes.
    ///
    /// # Errors
    /// `Unavailable` when none does.
    pub async fn session(&self) -> Result<Session, StoreError> {
        let mut last = StoreError::Unavailable("no host".to_owned());
        for host in &self.hosts {
            let connecting = Session::connect(host, &self.greeting);
            match timeout(Duration::from_millis(self.connect_ms), connecting).await {
                Ok(Ok(session)) => return Ok(session),
                Ok(Err(error)) => last = unavailable(&error),
                Err(_) => {
                    last = StoreError::Unavailable("a database host does not answer".to_owned())
                }
            }
        }
        Err(last)
    }
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
