//! Copying a whole installation: to another database, into one file, and back out of it.
//!
//! One mechanism serves all three. Rows are read by their key from one consistent view, written in batches, and read back;
//! a copy that differs in the rows or checksum of any table is thrown away, and the ledger of the copy is summed up anew.
//! Left out are security codes (they live for minutes), marks of lost commits, and leases: jobs are written as free.
//! Deliberately absent: the vault's master key, which lies in no database, and changes to a source.

mod books;
mod cells;
mod ends;
mod facts;
mod layout;
mod postgres;
mod report;
mod sqlite;
#[cfg(test)]
mod tests;

pub use books::Books;
pub use cells::Digest;
pub use facts::Facts;
pub use report::{Compared, Report};

use crate::StoreError;
use crate::schema::MIGRATIONS;
use cells::clean;
use ends::{Cursor, Sink, Source, digest};
use layout::{Layout, Table};
use postgres::{Access, Postgres};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where an installation's database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A directory with `florin.db` in it.
    Sqlite(PathBuf),
    /// The configuration of a PostgreSQL server. May hold a password, so it is never shown.
    Postgres(String),
}

impl Place {
    /// Reads the name of a place: `sqlite:DIR`, a URL that begins with `postgres://`, or a keyword string with `host=`.
    pub fn parse(text: &str) -> Option<Place> {
        if let Some(directory) = text.strip_prefix("sqlite:") {
            return (!directory.is_empty()).then(|| Place::Sqlite(directory.into()));
        }
        let starts = ["postgres://", "postgresql://", "host="];
        let is_postgres = starts.iter().any(|start| text.starts_with(start));
        is_postgres.then(|| Place::Postgres(text.to_owned()))
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self {
            Place::Sqlite(_) => "sqlite",
            Place::Postgres(_) => "postgres",
        }
    }

    async fn source(&self, access: Access) -> Result<Opened, TransferError> {
        let (source, schema): (Box<dyn Source>, usize) = match self {
            Place::Sqlite(directory) => {
                let reading = sqlite::Reading::directory(directory, access == Access::Alone)?;
                let schema = reading.schema;
                (Box::new(reading), schema)
            }
            Place::Postgres(config) => {
                let reading = Postgres::source(config, access).await?;
                let schema = reading.schema;
                (Box::new(reading), schema)
            }
        };
        Opened::new(source, schema)
    }

    async fn target(&self) -> Result<Box<dyn Sink>, TransferError> {
        Ok(match self {
            Place::Sqlite(directory) => Box::new(sqlite::Making::directory(directory)?),
            Place::Postgres(config) => Box::new(Postgres::target(config).await?),
        })
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.engine())
    }
}

/// Why nothing was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferError {
    /// One of the ends is not fit for it; the text says what to do.
    Refused(String),
    /// A database failed.
    Store(StoreError),
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferError::Refused(why) => f.write_str(why),
            TransferError::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TransferError {}

impl From<StoreError> for TransferError {
    fn from(error: StoreError) -> TransferError {
        TransferError::Store(error)
    }
}

fn refused(why: String) -> TransferError {
    TransferError::Refused(why)
}

fn full(place: &str, table: &str) -> TransferError {
    refused(format!(
        "{place} is not empty: there are rows in {table}; a copy needs an empty place"
    ))
}

/// The tables of a database that has seen so many migrations.
fn known(schema: usize) -> Result<Layout, TransferError> {
    match MIGRATIONS.get(..schema) {
        Some([]) => Err(refused("the database holds no installation".to_owned())),
        Some(migrations) => Ok(Layout::of(migrations)),
        None => Err(refused(format!(
            "the database has schema {schema}, this release knows {}; use a newer release",
            MIGRATIONS.len()
        ))),
    }
}

/// What a copy is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Rows are copied.
    Copy,
    /// Rows are read back.
    Verify,
    /// The ledger is summed up.
    Books,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What it is doing.
    pub step: Step,
    /// With which table.
    pub table: &'a str,
    /// How many rows of all tables were copied so far.
    pub rows: u64,
}

/// Hears how far a copy is, after each batch.
pub type Listener<'a> = &'a mut dyn FnMut(Progress<'_>);

/// Moves an installation into an empty place. The source must be stopped and stays as it is.
///
/// # Errors
/// An end is not fit, or a database failed; nothing is left in the target then.
pub async fn relocate(
    from: &Place,
    to: &Place,
    listener: Listener<'_>,
) -> Result<Report, TransferError> {
    let opened = from.source(Access::Alone).await?;
    let sink = to.target().await?;
    Copying::new(opened, listener).run(sink, None).await
}

/// Writes an installation into a new file, also while it is served.
///
/// # Errors
/// As [`relocate`].
pub async fn backup(
    from: &Place,
    file: &Path,
    release: &str,
    listener: Listener<'_>,
) -> Result<Report, TransferError> {
    let opened = from.source(Access::Shared).await?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let facts = Facts {
        format: facts::FORMAT,
        release: release.to_owned(),
        made: since.map_or(0, |since| since.as_secs() as i64),
        engine: from.engine().to_owned(),
        tables: BTreeMap::new(),
    };
    let sink = Box::new(sqlite::Making::backup(file)?);
    Copying::new(opened, listener).run(sink, Some(facts)).await
}

/// Brings an installation out of a backup into an empty place.
///
/// # Errors
/// As [`relocate`].
pub async fn restore(
    file: &Path,
    to: &Place,
    listener: Listener<'_>,
) -> Result<(Facts, Report), TransferError> {
    let (reading, facts) = sqlite::Reading::backup(file)?;
    let schema = reading.schema;
    let mut opened = Opened::new(Box::new(reading), schema)?;
    opened.recorded = Some(facts.tables.clone());
    let sink = to.target().await?;
    let report = Copying::new(opened, listener).run(sink, None).await?;
    Ok((facts, report))
}

/// A source that is read, with what is known of it.
struct Opened {
    source: Box<dyn Source>,
    layout: Layout,
    recorded: Option<BTreeMap<String, Digest>>,
}

impl Opened {
    fn new(source: Box<dyn Source>, schema: usize) -> Result<Opened, TransferError> {
        Ok(Opened {
            source,
            layout: known(schema)?,
            recorded: None,
        })
    }
}

/// A copy under way.
struct Copying<'a> {
    opened: Opened,
    listener: Listener<'a>,
    report: Report,
    rows: u64,
}

impl<'a> Copying<'a> {
    fn new(opened: Opened, listener: Listener<'a>) -> Copying<'a> {
        Copying {
            opened,
            listener,
            report: Report::default(),
            rows: 0,
        }
    }

    /// Copies, reads back, and puts the copy in its place if it is the same.
    async fn run(
        mut self,
        mut sink: Box<dyn Sink>,
        facts: Option<Facts>,
    ) -> Result<Report, TransferError> {
        let layout = self.opened.layout.clone();
        for table in &layout.tables {
            let compared = self.table(table, &*sink).await?;
            self.report.tables.push(compared);
        }
        if let Some(mut facts) = facts {
            let tables = self.report.tables.iter();
            facts.tables = tables
                .map(|table| (table.name.clone(), table.source))
                .collect();
            sink.note(&facts).await?;
        }
        sink.seal().await?;
        for (at, table) in layout.tables.iter().enumerate() {
            self.tell(Step::Verify, &table.name);
            self.report.tables[at].found = digest(&*sink, table).await?;
        }
        self.tell(Step::Books, "ledger_entries");
        self.report.books = books::audit(&*sink, &layout).await?;
        if self.opened.source.renew().await? {
            for (at, table) in layout.tables.iter().enumerate() {
                self.tell(Step::Verify, &table.name);
                let again = digest(&*self.opened.source, table).await?;
                self.report.tables[at].again = Some(again);
            }
        }
        if self.report.is_faithful() {
            sink.keep().await?;
        }
        Ok(self.report)
    }

    fn tell(&mut self, step: Step, table: &str) {
        (self.listener)(Progress {
            step,
            table,
            rows: self.rows,
        });
    }

    async fn table(&mut self, table: &Table, sink: &dyn Sink) -> Result<Compared, StoreError> {
        if table.is_seeded {
            sink.clear(table).await?;
        }
        let mut compared = Compared {
            name: table.name.clone(),
            recorded: None,
            ..Compared::default()
        };
        if let Some(recorded) = &self.opened.recorded {
            compared.recorded = Some(recorded.get(&table.name).copied().unwrap_or_default());
        }
        let mut cursor = Cursor::new(&*self.opened.source, table);
        loop {
            let mut rows = cursor.batch().await?;
            if rows.is_empty() {
                return Ok(compared);
            }
            for row in &mut rows {
                self.report.freed += u64::from(table.free(row));
                compared.source.add(row);
                if !sink.takes_zero_bytes() {
                    self.report.cleaned += u64::from(clean(row));
                }
                compared.written.add(row);
            }
            sink.write(table, &rows).await?;
            self.rows += rows.len() as u64;
            (self.listener)(Progress {
                step: Step::Copy,
                table: &table.name,
                rows: self.rows,
            });
        }
    }
}
