//! The installation's part: texts, the shelf, and which data keys are in use.
//!
//! The shelf is an unlogged table: it reaches neither the log nor a backup taken from it, a replica has none of it, and
//! after a crash of the server it is empty. Whoever finds nothing there goes on without. Deliberately absent: repeating
//! a statement that takes something away.

use super::params::live;
use super::pool::Pool;
use super::records::column;
use super::{Inner, PostgresStore};
use crate::installation::{Installation, SHELVED_MAX, SHELVED_MS, ShelfKey, Shelved};
use crate::tallies::{Count, TALLY_WINDOW_MS, Tallied, Tallies, TallyKey};
use crate::{StoreError, StoreFuture};
use florin_base::Millis;
use tokio_postgres::types::ToSql;

/// How many rows one statement purges.
const PURGED_MAX: i64 = 1_000;

const NOW: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

const TEXT: &str = "SELECT value FROM installation WHERE name = $1";

/// Replaces a text and bumps the epoch, in one statement and thus in one transaction; gives how many were replaced.
const REPLACE: &str = "WITH replaced AS (
        UPDATE installation SET value = $3 WHERE name = $1 AND value = $2 RETURNING name
    ), bumped AS (
        UPDATE epochs SET epoch = epoch + 1 WHERE name = 'settings' AND EXISTS (SELECT 1 FROM replaced)
    )
    SELECT count(*) FROM replaced";

/// As [`REPLACE`], where nothing is expected.
const INSERT: &str = "WITH made AS (
        INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING name
    ), bumped AS (
        UPDATE epochs SET epoch = epoch + 1 WHERE name = 'settings' AND EXISTS (SELECT 1 FROM made)
    )
    SELECT count(*) FROM made";

const USES_KEY: &str =
    "SELECT EXISTS (SELECT 1 FROM idempotency_replies WHERE key_id <> '' AND key_id = $1)
    OR EXISTS (SELECT 1 FROM shelf WHERE key_id = $1)";

/// Puts a row on the shelf; what is beyond the bound of its account and mode goes, the oldest first.
const SHELVE: &str = "WITH beyond AS (
        SELECT name FROM shelf WHERE account = $1 AND live = $2 AND name <> $3
        ORDER BY made DESC, name DESC OFFSET $6
    ), gone AS (
        DELETE FROM shelf s USING beyond WHERE s.account = $1 AND s.live = $2 AND s.name = beyond.name
    )
    INSERT INTO shelf (account, live, name, made, key_id, sealed)
    VALUES ($1, $2, $3, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, $4, $5)
    ON CONFLICT (account, live, name) DO UPDATE
    SET made = excluded.made, key_id = excluded.key_id, sealed = excluded.sealed";

/// Takes a row off the shelf, also one that is too old, and says whether it is still good.
pub const TAKE: &str = "DELETE FROM shelf WHERE account = $1 AND live = $2 AND name = $3
    RETURNING key_id, sealed, made > floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $4::bigint";

const PURGE: &str = "WITH old AS (
        SELECT account, live, name FROM shelf
        WHERE made <= floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1::bigint LIMIT $2
    ), gone AS (
        DELETE FROM shelf s USING old
        WHERE s.account = old.account AND s.live = old.live AND s.name = old.name
            AND s.made <= floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1::bigint
        RETURNING s.name
    )
    SELECT count(*) FROM gone";

/// The moment by the database's clock; windows begin at multiples of their length.
const CLOCK: &str = "WITH clock AS (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now), \
    moment AS (SELECT now, now - now % $4::bigint AS began FROM clock)";

const TALLY: &str = "INSERT INTO tallies (account, live, name, began, count)
    SELECT $1, $2, $3, began, 1 FROM moment
    ON CONFLICT (account, live, name, began) DO UPDATE SET count = tallies.count + 1
    RETURNING count, (SELECT now FROM moment)";

const TALLIED: &str = "SELECT coalesce((SELECT t.count FROM tallies t
        WHERE t.account = $1 AND t.live = $2 AND t.name = $3 AND t.began = moment.began), 0), now
    FROM moment";

const PURGE_TALLIES: &str = "WITH old AS (
        SELECT account, live, name, began FROM tallies
        WHERE began <= floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1::bigint LIMIT $2
    ), gone AS (
        DELETE FROM tallies t USING old
        WHERE t.account = old.account AND t.live = old.live AND t.name = old.name AND t.began = old.began
        RETURNING t.name
    )
    SELECT count(*) FROM gone";

impl Inner {
    async fn tally(&self, key: &TallyKey, count: Count) -> Result<Tallied, StoreError> {
        let (account, mode) = (&*key.scope.account, live(&key.scope));
        let text = match count {
            Count::Look => format!("{CLOCK} {TALLIED}"),
            Count::One => format!("{CLOCK} {TALLY}"),
        };
        let params: [&(dyn ToSql + Sync); 4] = [&account, &mode, &key.name, &TALLY_WINDOW_MS];
        let rows = self.shelf.rows_once(&text, &params).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Corrupt("a count without an answer".to_owned()))?;
        let counted: i64 = column(row, 0)?;
        Ok(Tallied::at(Millis(column(row, 1)?), counted.max(0) as u64))
    }

    async fn now(&self) -> Result<Millis, StoreError> {
        let rows = self.pulse.rows(NOW, &[]).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Corrupt("a database without a clock".to_owned()))?;
        Ok(Millis(column(row, 0)?))
    }

    async fn replace_text(
        &self,
        name: &str,
        expected: Option<&str>,
        value: &str,
    ) -> Result<bool, StoreError> {
        // Repeated after its answer was lost, the statement would find its own text and say that somebody else won.
        let rows = match expected {
            Some(expected) => {
                self.chores
                    .rows_once(REPLACE, &[&name, &expected, &value])
                    .await
            }
            None => self.chores.rows_once(INSERT, &[&name, &value]).await,
        };
        count(&rows?).map(|replaced| replaced == 1)
    }

    async fn uses_key(&self, key_id: &str) -> Result<bool, StoreError> {
        let rows = self.pool.rows(USES_KEY, &[&key_id]).await?;
        rows.first().map_or(Ok(false), |row| column(row, 0))
    }

    async fn shelve(&self, key: &ShelfKey, sealed: Shelved) -> Result<(), StoreError> {
        sealed.check()?;
        let (account, mode) = (&*key.scope.account, live(&key.scope));
        let others_max = SHELVED_MAX as i64 - 1;
        let Shelved { key_id, bytes } = &sealed;
        let params: [&(dyn ToSql + Sync); 6] =
            [&account, &mode, &key.name, key_id, bytes, &others_max];
        self.shelf.rows(SHELVE, &params).await.map(|_| ())
    }

    async fn take_shelved(&self, key: &ShelfKey) -> Result<Option<Shelved>, StoreError> {
        let (account, mode) = (&*key.scope.account, live(&key.scope));
        let rows = self
            .shelf
            .rows_once(TAKE, &[&account, &mode, &key.name, &SHELVED_MS])
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let is_good: bool = column(row, 2)?;
        Ok(if is_good {
            Some(Shelved {
                key_id: column(row, 0)?,
                bytes: column(row, 1)?,
            })
        } else {
            None
        })
    }
}

/// Removes what is older than so many milliseconds, a bounded number of rows at a time.
async fn purge(shelf: &Pool, text: &str, kept_ms: i64) -> Result<usize, StoreError> {
    let mut gone = 0;
    loop {
        let rows = shelf.rows(text, &[&kept_ms, &PURGED_MAX]).await?;
        let count = count(&rows)?;
        gone += count as usize;
        if count < PURGED_MAX {
            return Ok(gone);
        }
    }
}

/// The count that a statement ends with.
fn count(rows: &[tokio_postgres::Row]) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| column(row, 0))
}

/// Tables that have outgrown what the planner knows of them. It cannot tell which of two indexes serves a key in a table that
/// it believes to be empty, keeps such a plan, and its own housekeeping looks once a minute.
const OUTGROWN: &str =
    "SELECT s.relid::regclass::text FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE s.schemaname = current_schema() AND s.n_live_tup > 200 AND s.n_live_tup > 4 * greatest(c.reltuples, 0)";

/// Lets the planner look at the tables that have outgrown what it knows.
async fn analyze(chores: &Pool) -> Result<(), StoreError> {
    for row in chores.rows(OUTGROWN, &[]).await? {
        let table: String = column(&row, 0)?;
        chores.rows(&format!("ANALYZE {table}"), &[]).await?;
    }
    Ok(())
}

impl Installation for PostgresStore {
    fn now(&self) -> StoreFuture<'_, Millis> {
        Box::pin(self.inner.now())
    }

    fn text<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<String>> {
        Box::pin(async move {
            // The ring is read when settings change, by whoever polls them: it must not wait behind a question either.
            let rows = self.inner.pulse.rows(TEXT, &[&name]).await?;
            rows.first().map(|row| column(row, 0)).transpose()
        })
    }

    fn replace_text<'a>(
        &'a self,
        name: &'a str,
        expected: Option<&'a str>,
        value: &'a str,
    ) -> StoreFuture<'a, bool> {
        Box::pin(self.inner.replace_text(name, expected, value))
    }

    fn uses_key<'a>(&'a self, key_id: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(self.inner.uses_key(key_id))
    }

    fn shelve<'a>(&'a self, key: &'a ShelfKey, sealed: Shelved) -> StoreFuture<'a, ()> {
        Box::pin(self.inner.shelve(key, sealed))
    }

    fn take_shelved<'a>(&'a self, key: &'a ShelfKey) -> StoreFuture<'a, Option<Shelved>> {
        Box::pin(self.inner.take_shelved(key))
    }

    fn purge_shelf(&self) -> StoreFuture<'_, usize> {
        Box::pin(purge(&self.inner.shelf, PURGE, SHELVED_MS))
    }

    fn tend(&self) -> StoreFuture<'_, ()> {
        Box::pin(analyze(&self.inner.chores))
    }
}

impl Tallies for PostgresStore {
    fn tally<'a>(&'a self, key: &'a TallyKey, count: Count) -> StoreFuture<'a, Tallied> {
        Box::pin(self.inner.tally(key, count))
    }

    fn purge_tallies(&self) -> StoreFuture<'_, usize> {
        Box::pin(purge(&self.inner.shelf, PURGE_TALLIES, TALLY_WINDOW_MS))
    }
}
