//! Opening a database: the directory and its lock, the settings of a connection, migrations.

use crate::commit::StoreError;
use crate::schema::{Dialect, MIGRATIONS, statements};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The least version of SQLite: older ones can corrupt a database when the write-ahead log is reset.
pub const SQLITE_VERSION_MIN: i32 = 3_051_003;
/// The writer's page cache in KiB.
const WRITER_CACHE_KIB: i64 = 24 * 1024;

/// How to open.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The directory of the database; `None` makes one that is removed at the end.
    pub path: Option<PathBuf>,
    /// Do not wait for the disk. Only for the negative control of the power-cut test and for throw-away data.
    pub unsafe_no_fsync: bool,
}

/// A directory that this process holds alone.
pub struct Directory {
    path: PathBuf,
    throw_away: bool,
    _lock: File,
}

impl Directory {
    /// Takes the directory's lock, making the directory when it is missing.
    pub fn take(options: &Options) -> Result<Directory, StoreError> {
        let throw_away = options.path.is_none();
        let path = options.path.clone().unwrap_or_else(throw_away_path);
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder
            .create(&path)
            .map_err(|error| unavailable(&path, &error))?;
        let lock_path = path.join("florin.lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| unavailable(&lock_path, &error))?;
        if lock.try_lock().is_err() {
            let message = format!(
                "{} is in use by another Florin process; stop it first",
                path.display()
            );
            return Err(StoreError::Unavailable(message));
        }
        Ok(Directory {
            path,
            throw_away,
            _lock: lock,
        })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file in it.
    pub fn database(&self) -> PathBuf {
        self.path.join("florin.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.throw_away {
            // Nothing can be done about a directory that does not go; the operating system cleans up later.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

fn throw_away_path() -> PathBuf {
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|d| d.as_nanos())
        .unwrap_or_default();
    std::env::temp_dir().join(format!("florin-{}-{nanos}", std::process::id()))
}

fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

/// Turns an error of SQLite into one of ours. What trying again cannot mend is `Corrupt`: a damaged file, a value that no
/// column takes, a row that this release cannot read, a statement that does not fit the tables.
pub fn failed(error: rusqlite::Error) -> StoreError {
    let why = error.to_string();
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationAborted
            | ErrorCode::OperationInterrupted
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::SchemaChanged
            | ErrorCode::PermissionDenied
            | ErrorCode::AuthorizationForStatementDenied
            | ErrorCode::ReadOnly
            | ErrorCode::NoLargeFileSupport,
        ) => StoreError::Unavailable(why),
        _ => StoreError::Corrupt(why),
    }
}

/// The writer's connection, with the schema in place.
pub fn writer(directory: &Directory, options: &Options) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        let message = format!(
            "SQLite {} is too old; at least 3.51.3 is needed",
            rusqlite::version()
        );
        return Err(StoreError::Unavailable(message));
    }
    let mut connection = Connection::open(directory.database()).map_err(failed)?;
    let synchronous = if options.unsafe_no_fsync {
        "NORMAL"
    } else {
        "FULL"
    };
    settle(&connection, WRITER_CACHE_KIB)?;
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=OFF;"
        ))
        .map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(256);
    migrate(&mut connection)?;
    Ok(connection)
}

/// A connection that only reads.
pub fn reader(database: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(database).map_err(failed)?;
    settle(&connection, 1024)?;
    connection
        .execute_batch("PRAGMA query_only=ON;")
        .map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// What every connection has: no memory map (a failed read would end the process), a bounded cache, a wait for locks, and
/// plans that do not depend on what is bound: a statement whose plan does is prepared anew for each question.
pub fn settle(connection: &Connection, cache_kib: i64) -> Result<(), StoreError> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(failed)?;
    connection
        .execute_batch(&format!("PRAGMA mmap_size=0; PRAGMA cache_size=-{cache_kib}; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY;"))
        .map_err(failed)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let done: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        .map_err(failed)?
        .max(0) as usize;
    if done > MIGRATIONS.len() {
        let message = format!(
            "the database has schema {done}, this release knows {}; start a newer release",
            MIGRATIONS.len()
        );
        return Err(StoreError::Corrupt(message));
    }
    for (index, text) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction().map_err(failed)?;
        for statement in statements(text, Dialect::Sqlite) {
            transaction.execute_batch(&statement).map_err(failed)?;
        }
        transaction
            .execute_batch(&format!("PRAGMA user_version={}", index + 1))
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}
