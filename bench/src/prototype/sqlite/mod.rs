//! The prototype on SQLite: one writer thread with groups, readers on the calling thread.
//!
//! Shape: the settings of the product (`florin-store/src/sqlite/open.rs`), its rows in `rows`, its checkpoints in
//! `checkpoint`. Deliberately absent: the lock of the directory, trying members one by one after an error of the group.

mod checkpoint;
mod rows;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::payment::{ACCOUNT, LIVE, Payment};
use super::tables::{SQLITE, statements};
use super::{Outcome, Refusal};
use writer::Writer;

/// The writer's page cache in KiB.
const WRITER_CACHE_KIB: i64 = 24 * 1024;
/// The page cache of every other connection in KiB.
const OTHER_CACHE_KIB: i64 = 1024;
/// At most so many idle readers are kept.
const IDLE_MAX: usize = 8;

const SAVED: &str = "SELECT k.hash, k.request, k.attempt, r.status, r.key_id, r.body FROM idempotency_keys k
    LEFT JOIN idempotency_replies r ON r.account = k.account AND r.live = k.live AND r.request = k.request
    WHERE k.account = ? AND k.live = ? AND k.name = ?";

const READ: &str = "SELECT version, created, body, packed FROM payment_intents WHERE account = ? AND live = ? AND id = ?";

/// A database file with its writer.
pub struct Sqlite {
    database: PathBuf,
    idle: Mutex<Vec<Connection>>,
    writer: Writer,
}

impl Sqlite {
    /// Opens the database in a directory; both are made if need be.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn open(directory: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(directory)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
        let database = directory.join("prototype.db");
        let connection = prepared(&database).map_err(|error| error.to_string())?;
        let writer = Writer::start(connection, &database)?;
        Ok(Self {
            database,
            idle: Mutex::default(),
            writer,
        })
    }

    /// True when the idempotency key was used before.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn is_used(&self, key: &str) -> Result<bool, String> {
        self.asked(|reader| {
            let mut select = reader.prepare_cached(SAVED)?;
            let request =
                select.query_row(params![ACCOUNT, LIVE, key], |row| row.get::<_, String>(1));
            Ok(request.optional()?.is_some())
        })
    }

    /// When an intent was made, in seconds; its body is read along.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn created(&self, id: &str) -> Result<Option<i64>, String> {
        self.asked(|reader| {
            let mut select = reader.prepare_cached(READ)?;
            let row = select.query_row(params![ACCOUNT, LIVE, id], |row| {
                let body: Vec<u8> = row.get(3)?;
                Ok((row.get::<_, i64>(1)?, body))
            });
            let found = row.optional()?;
            Ok(found.map(|(created, body)| {
                // The body must be read and not optimized away.
                std::hint::black_box(body);
                created
            }))
        })
    }

    /// Queues a payment.
    ///
    /// # Errors
    /// The queue is full or the writer is gone.
    pub fn send(&self, payment: Payment) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        self.writer.send(payment)
    }

    /// Asks a reader. One that failed is not used again.
    fn asked<T>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let ask = || -> rusqlite::Result<T> {
            let idle = self
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            let connection = match idle {
                Some(connection) => connection,
                None => reader(&self.database)?,
            };
            let answer = question(&connection)?;
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE_MAX {
                idle.push(connection);
            }
            Ok(answer)
        };
        ask().map_err(|error| error.to_string())
    }
}

/// The writer's connection, with the tables in place.
fn prepared(database: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(database)?;
    settle(&connection, WRITER_CACHE_KIB)?;
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=OFF;",
    )?;
    connection.set_prepared_statement_cache_capacity(256);
    let made: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if made == 0 {
        let transaction = connection.transaction()?;
        for statement in statements(&SQLITE) {
            transaction.execute_batch(&statement)?;
        }
        transaction.execute_batch("PRAGMA user_version=1")?;
        transaction.commit()?;
    }
    Ok(connection)
}

fn reader(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(database)?;
    settle(&connection, OTHER_CACHE_KIB)?;
    connection.execute_batch("PRAGMA query_only=ON;")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// What every connection has, as in the product.
fn settle(connection: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "PRAGMA mmap_size=0; PRAGMA cache_size=-{cache_kib}; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY;"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(store: &Sqlite, table: &str) -> i64 {
        let text = format!("SELECT count(*) FROM {table}");
        store
            .asked(|reader| reader.query_row(&text, [], |row| row.get(0)))
            .expect("a count")
    }

    #[tokio::test]
    async fn a_payment_leaves_the_products_rows_and_its_key_is_used_once() {
        let directory =
            std::env::temp_dir().join(format!("florin-prototype-{}", std::process::id()));
        let store = Sqlite::open(&directory).expect("a database");
        let payments = ["k1", "k2"].map(Payment::new);
        let first = payments[0].intent.clone();
        for payment in payments {
            let outcome = store.send(payment).expect("queued").await;
            assert_eq!(outcome.expect("the writer"), Ok(()));
        }
        for (table, rows) in [
            ("payment_intents", 2),
            ("charges", 2),
            ("payment_methods", 2),
            ("events", 6),
            ("ledger_transactions", 2),
            ("ledger_entries", 6),
            ("balances", 3),
            ("idempotency_keys", 2),
            ("idempotency_replies", 2),
        ] {
            assert_eq!(count(&store, table), rows, "{table}");
        }
        assert_eq!(store.is_used("k1"), Ok(true));
        assert_eq!(store.is_used("k3"), Ok(false));
        assert!(matches!(store.created(&first), Ok(Some(1..))));
        assert_eq!(store.created("pi_absent"), Ok(None));
        let twice = store.send(Payment::new("k1")).expect("queued").await;
        assert_eq!(twice.expect("the writer"), Err(Refusal::Used));
        assert_eq!(count(&store, "payment_intents"), 2);
        assert_eq!(count(&store, "balances"), 3);
        drop(store);
        std::fs::remove_dir_all(&directory).expect("clean up");
    }
}
