//! SQLite as an end of a copy: an installation's directory, or the one file of a backup.
//!
//! What is read is read in one transaction on a connection of its own; a server goes on writing meanwhile. What is made is
//! made in a second file next to its place, read back there, and only then renamed, so that an interrupted copy leaves
//! nothing that looks whole.

use super::cells::{Cell, CellKind, Row};
use super::ends::{BATCH_ROWS, Local, Sink, Source};
use super::facts::{self, Facts};
use super::layout::{Layout, Table};
use super::{TransferError, refused};
use crate::StoreError;
use crate::schema::{Dialect, MIGRATIONS, statements};
use crate::sqlite::Options;
use crate::sqlite::open::{Directory, failed};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql, params_from_iter};
use std::fs::{File, OpenOptions};
use std::future::ready;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The page cache of a connection that copies, in KiB.
const CACHE_KIB: i64 = 16 * 1024;
/// The database of an installation's directory.
const DATABASE_FILE: &str = "florin.db";

/// A database that is read.
pub struct Reading {
    connection: Connection,
    /// How many migrations it has seen.
    pub schema: usize,
    _lock: Option<Directory>,
}

impl Reading {
    /// The database of a directory. With `alone`, nobody else may have it open, as its lock says.
    pub fn directory(directory: &Path, alone: bool) -> Result<Reading, TransferError> {
        let database = directory.join(DATABASE_FILE);
        if !database.exists() {
            return Err(refused(format!(
                "{} holds no installation",
                directory.display()
            )));
        }
        let lock = match alone {
            true => Some(lock(directory)?),
            false => None,
        };
        let mut reading = Reading::open(&database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reading._lock = lock;
        Ok(reading)
    }

    /// The file of a backup, with what it knows of itself.
    pub fn backup(file: &Path) -> Result<(Reading, Facts), TransferError> {
        if !file.exists() {
            return Err(refused(format!("there is no file {}", file.display())));
        }
        let reading = Reading::open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let facts = read_facts(&reading.connection).map_err(|error| {
            refused(format!(
                "{} is no backup of Florin: {error}",
                file.display()
            ))
        })?;
        if facts.format != facts::FORMAT {
            return Err(refused(format!(
                "{} is a backup of form {}, made by release {}; this release reads form {}",
                file.display(),
                facts.format,
                facts.release,
                facts::FORMAT
            )));
        }
        Ok((reading, facts))
    }

    /// Opens and takes the snapshot.
    fn open(database: &Path, access: OpenFlags) -> Result<Reading, TransferError> {
        let connection =
            Connection::open_with_flags(database, access | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection = connection.map_err(failed)?;
        settle(&connection).map_err(failed)?;
        connection
            .execute_batch("PRAGMA query_only=ON; BEGIN; SELECT count(*) FROM sqlite_schema;")
            .map_err(failed)?;
        let schema = schema_of(&connection).map_err(failed)?;
        Ok(Reading {
            connection,
            schema,
            _lock: None,
        })
    }
}

impl Source for Reading {
    fn batch<'a>(&'a self, table: &'a Table, after: Option<&'a [Cell]>) -> Local<'a, Vec<Row>> {
        Box::pin(ready(batch(&self.connection, table, after)))
    }
}

fn lock(directory: &Path) -> Result<Directory, TransferError> {
    Ok(Directory::take(&Options {
        path: Some(directory.to_owned()),
        ..Options::default()
    })?)
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "PRAGMA mmap_size=0; PRAGMA cache_size=-{CACHE_KIB}; PRAGMA busy_timeout=5000;"
    ))
}

fn schema_of(connection: &Connection) -> rusqlite::Result<usize> {
    let number: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(number).unwrap_or(0))
}

fn read_facts(connection: &Connection) -> rusqlite::Result<Facts> {
    let mut facts = Facts::default();
    let mut select = connection.prepare("SELECT name, value FROM backup_facts")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        facts.take(&row.get::<_, String>(0)?, row.get(1)?);
    }
    let mut select = connection.prepare("SELECT name, count, checksum FROM backup_tables")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let hex: String = row.get(2)?;
        let digest = super::cells::Digest {
            rows: row.get::<_, i64>(1)?.max(0) as u64,
            sum: u128::from_str_radix(&hex, 16).unwrap_or(0),
        };
        facts.tables.insert(row.get(0)?, digest);
    }
    Ok(facts)
}

fn batch(
    connection: &Connection,
    table: &Table,
    after: Option<&[Cell]>,
) -> Result<Vec<Row>, StoreError> {
    let (columns, key) = (table.column_names(), table.key_names());
    let behind = match after {
        None => String::new(),
        Some(_) => format!("WHERE ({key}) > ({})", marks(table.key.len())),
    };
    let text = format!(
        "SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {BATCH_ROWS}",
        table.name
    );
    let mut select = connection.prepare_cached(&text).map_err(failed)?;
    let mut rows = select
        .query(params_from_iter(after.unwrap_or(&[])))
        .map_err(failed)?;
    let mut batch = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let mut cells = Vec::with_capacity(table.columns.len());
        for (at, column) in table.columns.iter().enumerate() {
            let value = row.get_ref(at).map_err(failed)?;
            let cell = cell(column.kind, value).ok_or_else(|| {
                let (table, column) = (&table.name, &column.name);
                StoreError::Corrupt(format!("{table}.{column} holds what does not belong there"))
            })?;
            cells.push(cell);
        }
        batch.push(cells);
    }
    Ok(batch)
}

fn cell(kind: CellKind, value: ValueRef<'_>) -> Option<Cell> {
    match (kind, value) {
        (_, ValueRef::Null) => Some(Cell::Null),
        (CellKind::Int, ValueRef::Integer(value)) => Some(Cell::Int(value)),
        (CellKind::Text, ValueRef::Text(bytes)) => {
            String::from_utf8(bytes.to_vec()).ok().map(Cell::Text)
        }
        (CellKind::Bytes, ValueRef::Blob(bytes)) => Some(Cell::Bytes(bytes.to_vec())),
        _ => None,
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Int(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// A database that is being made.
pub struct Making {
    connection: Option<Connection>,
    /// Where it is made.
    part: PathBuf,
    /// Where it belongs.
    place: PathBuf,
    /// Keeps others from making the same one.
    file: File,
    _lock: Option<Directory>,
}

impl Drop for Making {
    fn drop(&mut self) {
        self.connection = None;
        // It was renamed if it was kept; otherwise nobody wants it.
        let _ = std::fs::remove_file(&self.part);
    }
}

impl Making {
    /// The database of a directory that holds none yet, or an empty one.
    pub fn directory(directory: &Path) -> Result<Making, TransferError> {
        let lock = lock(directory)?;
        let place = directory.join(DATABASE_FILE);
        if place.exists() {
            empty(&place)?;
        }
        let mut making = Making::open(place)?;
        making._lock = Some(lock);
        Ok(making)
    }

    /// The file of a backup, which must not be there yet.
    pub fn backup(file: &Path) -> Result<Making, TransferError> {
        if file.exists() {
            return Err(refused(format!(
                "{} exists; a backup never replaces a file",
                file.display()
            )));
        }
        let making = Making::open(file.to_owned())?;
        making
            .connection()?
            .execute_batch(facts::TABLES)
            .map_err(failed)?;
        Ok(making)
    }

    fn open(place: PathBuf) -> Result<Making, TransferError> {
        let part = beside(&place, ".part");
        let wrong = |error: std::io::Error| refused(format!("{}: {error}", part.display()));
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&part).map_err(wrong)?;
        if file.try_lock().is_err() {
            return Err(refused(format!(
                "another copy is being made in {}",
                part.display()
            )));
        }
        // What an interrupted copy left behind.
        file.set_len(0).map_err(wrong)?;
        let connection = Connection::open(&part).map_err(failed)?;
        settle(&connection).map_err(failed)?;
        // Nothing is lost with this file: until it is sealed, an error throws it away.
        connection
            .execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; BEGIN;")
            .map_err(failed)?;
        for statement in MIGRATIONS
            .iter()
            .flat_map(|text| statements(text, Dialect::Sqlite))
        {
            connection.execute_batch(&statement).map_err(failed)?;
        }
        let schema = format!("PRAGMA user_version={}", MIGRATIONS.len());
        connection.execute_batch(&schema).map_err(failed)?;
        Ok(Making {
            connection: Some(connection),
            part,
            place,
            file,
            _lock: None,
        })
    }

    fn connection(&self) -> Result<&Connection, StoreError> {
        let closed = || StoreError::Unavailable("the copy is closed".to_owned());
        self.connection.as_ref().ok_or_else(closed)
    }

    fn insert(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        let text = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            table.name,
            table.column_names(),
            marks(table.columns.len())
        );
        let mut insert: Statement<'_> = self.connection()?.prepare(&text).map_err(failed)?;
        for row in rows {
            insert.execute(params_from_iter(row)).map_err(failed)?;
        }
        Ok(())
    }

    fn put_facts(&self, facts: &Facts) -> rusqlite::Result<()> {
        let Ok(connection) = self.connection() else {
            return Ok(());
        };
        for (name, value) in facts.rows() {
            connection.execute("INSERT INTO backup_facts VALUES (?, ?)", (name, value))?;
        }
        for (name, digest) in &facts.tables {
            let row = (name, digest.rows as i64, digest.hex());
            connection.execute("INSERT INTO backup_tables VALUES (?, ?, ?)", row)?;
        }
        Ok(())
    }

    /// Ends the transaction, waits for the disk, and opens the file anew for reading.
    fn finish(&mut self) -> Result<(), StoreError> {
        self.connection()?.execute_batch("COMMIT").map_err(failed)?;
        self.connection = None;
        self.file
            .sync_all()
            .map_err(|error| io(&self.part, &error))?;
        let connection = Connection::open_with_flags(&self.part, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let connection = connection.map_err(failed)?;
        settle(&connection).map_err(failed)?;
        self.connection = Some(connection);
        Ok(())
    }

    fn put_in_place(mut self) -> Result<(), StoreError> {
        self.connection = None;
        for end in ["-wal", "-shm"] {
            // Of the empty database that was there; mostly there is none.
            let _ = std::fs::remove_file(beside(&self.place, end));
        }
        std::fs::rename(&self.part, &self.place).map_err(|error| io(&self.place, &error))?;
        let folder = match self.place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| io(folder, &error))
    }
}

impl Source for Making {
    fn batch<'a>(&'a self, table: &'a Table, after: Option<&'a [Cell]>) -> Local<'a, Vec<Row>> {
        let rows = self.connection();
        Box::pin(ready(
            rows.and_then(|connection| batch(connection, table, after)),
        ))
    }
}

impl Sink for Making {
    fn clear<'a>(&'a self, table: &'a Table) -> Local<'a, ()> {
        let text = format!("DELETE FROM {}", table.name);
        let cleared = self.connection();
        let cleared =
            cleared.and_then(|connection| connection.execute_batch(&text).map_err(failed));
        Box::pin(ready(cleared))
    }

    fn write<'a>(&'a self, table: &'a Table, rows: &'a [Row]) -> Local<'a, ()> {
        Box::pin(ready(self.insert(table, rows)))
    }

    fn takes_zero_bytes(&self) -> bool {
        true
    }

    fn note<'a>(&'a self, facts: &'a Facts) -> Local<'a, ()> {
        Box::pin(ready(self.put_facts(facts).map_err(failed)))
    }

    fn seal(&mut self) -> Local<'_, ()> {
        Box::pin(ready(self.finish()))
    }

    fn keep(self: Box<Self>) -> Local<'static, ()> {
        Box::pin(ready(self.put_in_place()))
    }
}

fn io(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Refuses a database that holds anything.
fn empty(database: &Path) -> Result<(), TransferError> {
    let connection = Connection::open(database).map_err(failed)?;
    settle(&connection).map_err(failed)?;
    let schema = schema_of(&connection).map_err(failed)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed)?;
    if schema > MIGRATIONS.len() || (schema == 0 && tables > 0) {
        let whose = "holds a database that is not of this release";
        return Err(refused(format!("{} {whose}", database.display())));
    }
    let layout = Layout::of(&MIGRATIONS[..schema]);
    for table in layout.tables.iter().filter(|table| !table.is_seeded) {
        let text = format!("SELECT EXISTS (SELECT 1 FROM {})", table.name);
        if connection
            .query_row(&text, [], |row| row.get(0))
            .map_err(failed)?
        {
            return Err(super::full(&database.display().to_string(), &table.name));
        }
    }
    Ok(())
}
