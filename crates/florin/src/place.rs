//! Arguments that say where an installation is, and which processor serves its test mode.

use crate::home::{MasterKeyFrom, Opening, Place};
use anyhow::{Result, bail};
use clap::Args;
use florin_processors::remote::Line;
use std::path::{Path, PathBuf};

/// How long a call of the sandbox processor may take, in milliseconds.
const SANDBOX_TIMEOUT_MS: u64 = 25_000;
/// The file that a directory with an installation has.
const DATABASE_FILE: &str = "florin.db";

/// The sandbox in a process of its own.
#[derive(Args, Clone)]
pub struct SandboxArgs {
    /// The URL of a `florin sandbox-processor`; without it the sandbox is part of this process.
    #[arg(long, value_name = "URL", env = "FLORIN_SANDBOX_PROCESSOR")]
    pub sandbox_processor: Option<String>,
    /// What both sides know; see `florin sandbox-processor --secret`.
    #[arg(
        long,
        value_name = "SECRET",
        env = "FLORIN_SANDBOX_SECRET",
        hide_env_values = true,
        default_value = ""
    )]
    pub sandbox_secret: String,
    /// How long the sandbox processor may take to show a payment that it received, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 5_000)]
    pub sandbox_visibility_ms: u64,
}

impl std::fmt::Debug for SandboxArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxArgs")
            .field("sandbox_processor", &self.sandbox_processor)
            .finish_non_exhaustive()
    }
}

impl SandboxArgs {
    /// The line to it, if one was named.
    pub fn line(&self) -> Option<Line> {
        let url = self.sandbox_processor.as_ref()?;
        Some(Line {
            url: url.trim_end_matches('/').to_owned(),
            secret: self.sandbox_secret.clone(),
            timeout_ms: SANDBOX_TIMEOUT_MS,
            visibility_delay_ms: self.sandbox_visibility_ms,
        })
    }
}

/// Where an installation is, for commands on it.
#[derive(Args, Clone)]
pub struct At {
    /// The data directory. A server that runs on it is asked; otherwise the directory is opened.
    #[arg(long, default_value = "florin-data", env = "FLORIN_DATA")]
    pub data: PathBuf,
    /// The database instead of a data directory: `postgres://…` or `sqlite:DIR`.
    #[arg(
        long,
        value_name = "URL",
        env = "FLORIN_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// The file of the vault's master key, where it is not `vault.key` in the data directory.
    #[arg(long, value_name = "FILE", env = "FLORIN_VAULT_KEY_FILE")]
    pub vault_key_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

impl std::fmt::Debug for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("At")
            .field("data", &self.data)
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

impl At {
    /// How to open it. Nothing is made where nothing is.
    pub fn opening(&self) -> Result<Opening> {
        let place = match &self.database {
            Some(url) => parse(url)?,
            None => Place::Directory(self.data.clone()),
        };
        if let Place::Directory(data) = &place {
            exists(data)?;
        }
        Ok(Opening {
            master_key: MasterKeyFrom::choose(self.vault_key_file.clone()),
            ..Opening::of(place)
        })
    }

    /// The directory on which a server may run, which is then asked.
    pub fn directory(&self) -> Option<PathBuf> {
        match self.database.as_deref().map(parse) {
            None => Some(self.data.clone()),
            Some(Ok(Place::Directory(data))) => Some(data),
            Some(_) => None,
        }
    }
}

fn exists(data: &Path) -> Result<()> {
    if !data.join(DATABASE_FILE).exists() {
        bail!(
            "{} holds no installation; `florin dev --data {}` makes one",
            data.display(),
            data.display()
        );
    }
    Ok(())
}

/// Reads the name of a place. What is wrong with it is told without showing it, because it may hold a password.
pub fn parse(text: &str) -> Result<Place> {
    if let Some(directory) = text.strip_prefix("sqlite:") {
        return Ok(Place::Directory(PathBuf::from(directory)));
    }
    let is_postgres = ["postgres://", "postgresql://", "host="];
    if is_postgres.iter().any(|start| text.starts_with(start)) {
        return Ok(Place::Postgres(text.to_owned()));
    }
    bail!("--database must be postgres://USER@HOST[,HOST]/DATABASE or sqlite:DIRECTORY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_by_its_scheme() {
        let directory = |text: &str| match parse(text) {
            Ok(Place::Directory(path)) => Some(path),
            _ => None,
        };
        assert_eq!(directory("sqlite:data"), Some(PathBuf::from("data")));
        for url in [
            "postgres://florin@db/florin",
            "postgresql://a,b/florin?target_session_attrs=read-write",
            "host=/run/postgresql dbname=florin",
        ] {
            assert!(matches!(parse(url), Ok(Place::Postgres(_))), "{url}");
        }
        for url in ["", "mysql://db", "/var/lib/florin"] {
            let error = parse(url).map(drop).expect_err(url).to_string();
            assert!(url.is_empty() || !error.contains(url), "{error}");
        }
    }
}
