//! PostgreSQL as an end of a copy: one connection, one transaction.
//!
//! A source is read in one REPEATABLE READ READ ONLY transaction, which holds nobody up. A move looks for servers before
//! and after, and reads its source a second time as it is then. A target is filled in one transaction, read back within
//! it, and committed only when the copy is kept; what others wrote there meanwhile shows as a difference, and a connection
//! that is dropped rolls back. Deliberately absent: locks on tables and `COPY`, which other databases lack.

use super::cells::{Cell, CellKind, Row};
use super::ends::{BATCH_ROWS, Local, Sink, Source};
use super::facts::Facts;
use super::layout::{Layout, Table};
use super::{TransferError, full, refused};
use crate::StoreError;
use crate::postgres::Options;
use crate::postgres::jitter::run_name;
use crate::postgres::migrate::migrate;
use crate::postgres::params::Param;
use crate::postgres::session::Session;
use crate::postgres::target::{Role, Target};
use crate::postgres::trouble::Trouble;
use crate::schema::MIGRATIONS;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row as Found};

/// A copy takes its time, and its connection lies idle while the other end works.
/// Who waits for a lock, though, meets somebody who should not be there.
const PATIENCE: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'";
/// Tables are read by their key. Fresh tables have no statistics, and a sort for each batch would be slow.
const BY_KEY: &str = "SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off";

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const IS_OURS: &str = "SELECT to_regclass('schema_migrations') IS NOT NULL";
const TABLES: &str =
    "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";
const SCHEMA: &str = "SELECT coalesce(max(number), 0) FROM schema_migrations";
/// Connections of servers, by the name that they give themselves.
const SERVERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND application_name LIKE '% run\\_%'";
const LEASES: &str = "SELECT count(*) FROM jobs
    WHERE leased_until > floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// How a database is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// While servers go on.
    Shared,
    /// With nobody else.
    Alone,
}

/// A connection with a transaction open.
pub struct Postgres {
    session: Session,
    /// How many migrations the database has seen.
    pub schema: usize,
    access: Access,
}

impl Postgres {
    /// A database to be read.
    pub async fn source(config: &str, access: Access) -> Result<Postgres, TransferError> {
        let (session, _) = connect(config).await?;
        if !ask::<bool>(&session, IS_OURS).await? {
            return Err(refused("the database holds no installation".to_owned()));
        }
        if access == Access::Alone
            && let Some(why) = in_use(&session).await?
        {
            return Err(refused(why));
        }
        let schema = ask::<i64>(&session, SCHEMA).await?;
        let schema = usize::try_from(schema).unwrap_or(0);
        session.plain(SNAPSHOT).await.map_err(failed)?;
        Ok(Postgres {
            session,
            schema,
            access,
        })
    }

    /// A database to be filled. Its tables are made when there are none.
    pub async fn target(config: &str) -> Result<Postgres, TransferError> {
        let (session, target) = connect(config).await?;
        if !ask::<bool>(&session, IS_OURS).await? && ask::<i64>(&session, TABLES).await? > 0 {
            let whose = "the database holds tables that are not Florin's; give it one of its own";
            return Err(refused(whose.to_owned()));
        }
        migrate(&target, &run_name()).await?;
        // What others write meanwhile must show when it is read back.
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
        session.plain(begin).await.map_err(failed)?;
        let layout = Layout::of(MIGRATIONS);
        if ask::<i64>(&session, SCHEMA).await? != MIGRATIONS.len() as i64 {
            let newer = "the database has the tables of a newer release; use that one";
            return Err(refused(newer.to_owned()));
        }
        for table in layout.tables.iter().filter(|table| !table.is_seeded) {
            let holds = format!("SELECT EXISTS (SELECT 1 FROM {})", table.name);
            if ask::<bool>(&session, &holds).await? {
                return Err(full("the database", &table.name));
            }
        }
        Ok(Postgres {
            session,
            schema: MIGRATIONS.len(),
            access: Access::Shared,
        })
    }

    async fn read(&self, table: &Table, after: Option<&[Cell]>) -> Result<Vec<Row>, StoreError> {
        let (columns, key) = (table.column_names(), table.key_names());
        let behind = match after {
            None => String::new(),
            Some(_) => {
                let marks: Vec<String> = (1..=table.key.len()).map(|n| format!("${n}")).collect();
                format!("WHERE ({key}) > ({})", marks.join(", "))
            }
        };
        let text = format!(
            "SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {BATCH_ROWS}",
            table.name
        );
        let params: Vec<Param<'_>> = after.unwrap_or(&[]).iter().map(param).collect();
        let found = self
            .session
            .rows(&text, &as_sql(&params))
            .await
            .map_err(failed)?;
        found
            .iter()
            .map(|found| row(table, found).map_err(failed))
            .collect()
    }

    async fn insert(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        let arrays = table.columns.iter().enumerate().map(|(at, column)| {
            let kind = match column.kind {
                CellKind::Int => "bigint",
                CellKind::Text => "text",
                CellKind::Bytes => "bytea",
            };
            format!("${}::{kind}[]", at + 1)
        });
        let text = format!(
            "INSERT INTO {} ({}) SELECT * FROM unnest({})",
            table.name,
            table.column_names(),
            arrays.collect::<Vec<String>>().join(", ")
        );
        let params = (0..table.columns.len()).map(|at| array(table.columns[at].kind, rows, at));
        let params: Vec<Param<'_>> = params.collect();
        self.session
            .rows(&text, &as_sql(&params))
            .await
            .map_err(failed)?;
        Ok(())
    }
}

async fn connect(config: &str) -> Result<(Session, Target), TransferError> {
    let target = Target::new(&Options::new(config), &run_name())?;
    let session = target.session(Role::Migration).await?;
    session.plain(PATIENCE).await.map_err(failed)?;
    // A database that knows no such settings reads by the key, or it does not: that is no reason to refuse it.
    let _ = session.plain(BY_KEY).await;
    Ok((session, target))
}

/// Tells of somebody who uses a database, as far as it can be known.
async fn in_use(session: &Session) -> Result<Option<String>, StoreError> {
    // Not every database tells who is connected.
    let servers = ask::<i64>(session, SERVERS).await.unwrap_or(0);
    if servers > 0 {
        return Ok(Some(format!(
            "{servers} connections of Florin are open to the database; stop every server first"
        )));
    }
    let why = "a server worked on this database within the last 10 seconds; stop every server, wait, and try again";
    let leases = ask::<i64>(session, LEASES).await?;
    Ok((leases > 0).then(|| why.to_owned()))
}

async fn ask<T>(session: &Session, text: &str) -> Result<T, StoreError>
where
    T: for<'a> tokio_postgres::types::FromSql<'a>,
{
    let rows = session.rows(text, &[]).await.map_err(failed)?;
    let none = || StoreError::Corrupt("the database gave no answer".to_owned());
    rows.first().ok_or_else(none)?.try_get(0).map_err(failed)
}

/// An error of the database. Nobody else writes here, so a clash of keys means that the source has a row twice.
fn failed(error: Error) -> StoreError {
    let clash = error
        .as_db_error()
        .map(|db| format!("{}: {}", db.code().code(), db.message()));
    match (Trouble::of(&error).answer(), clash) {
        (StoreError::Conflict | StoreError::Claimed { .. }, Some(clash)) => {
            StoreError::Corrupt(clash)
        }
        (other, _) => other,
    }
}

fn as_sql<'a>(params: &'a [Param<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(Param::as_sql).collect()
}

fn param(cell: &Cell) -> Param<'_> {
    match cell {
        Cell::Null => Param::new(None::<&str>),
        Cell::Int(value) => Param::new(*value),
        Cell::Text(text) => Param::new(text.as_str()),
        Cell::Bytes(bytes) => Param::new(bytes.as_slice()),
    }
}

/// One column of many rows.
fn array(kind: CellKind, rows: &[Row], at: usize) -> Param<'_> {
    let cells = rows.iter().map(|row| &row[at]);
    match kind {
        CellKind::Int => Param::new(Vec::from_iter(cells.map(|cell| match cell {
            Cell::Int(value) => Some(*value),
            _ => None,
        }))),
        CellKind::Text => Param::new(Vec::from_iter(cells.map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        }))),
        CellKind::Bytes => Param::new(Vec::from_iter(cells.map(|cell| match cell {
            Cell::Bytes(bytes) => Some(bytes.as_slice()),
            _ => None,
        }))),
    }
}

fn row(table: &Table, found: &Found) -> Result<Row, Error> {
    let cells = table.columns.iter().enumerate().map(|(at, column)| {
        Ok(match column.kind {
            CellKind::Int => found
                .try_get::<_, Option<i64>>(at)?
                .map_or(Cell::Null, Cell::Int),
            CellKind::Text => found
                .try_get::<_, Option<String>>(at)?
                .map_or(Cell::Null, Cell::Text),
            CellKind::Bytes => found
                .try_get::<_, Option<Vec<u8>>>(at)?
                .map_or(Cell::Null, Cell::Bytes),
        })
    });
    cells.collect()
}

impl Source for Postgres {
    fn batch<'a>(&'a self, table: &'a Table, after: Option<&'a [Cell]>) -> Local<'a, Vec<Row>> {
        Box::pin(self.read(table, after))
    }

    fn renew(&self) -> Local<'_, bool> {
        Box::pin(async move {
            if self.access == Access::Shared {
                return Ok(false);
            }
            self.session.plain("COMMIT").await.map_err(failed)?;
            if let Some(why) = in_use(&self.session).await? {
                return Err(StoreError::Unavailable(why));
            }
            self.session.plain(SNAPSHOT).await.map_err(failed)?;
            Ok(true)
        })
    }
}

impl Sink for Postgres {
    fn clear<'a>(&'a self, table: &'a Table) -> Local<'a, ()> {
        Box::pin(async move {
            let text = format!("DELETE FROM {}", table.name);
            self.session.plain(&text).await.map_err(failed)
        })
    }

    fn write<'a>(&'a self, table: &'a Table, rows: &'a [Row]) -> Local<'a, ()> {
        Box::pin(self.insert(table, rows))
    }

    fn takes_zero_bytes(&self) -> bool {
        false
    }

    fn note<'a>(&'a self, _: &'a Facts) -> Local<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn seal(&mut self) -> Local<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn keep(self: Box<Self>) -> Local<'static, ()> {
        Box::pin(async move { self.session.plain("COMMIT").await.map_err(failed) })
    }
}
