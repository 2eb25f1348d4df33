//! The tables, made statement by statement, also while other processes serve.
//!
//! One process at a time leads: it holds a row by the database's clock and renews it while a statement runs. It may be
//! interrupted anywhere: a statement whose table, index or row is there already counts as done, so doing it all again is
//! always right. Where somebody may write already, indexes are built without holding them up. Deliberately absent: one
//! transaction around a migration, which some databases cannot do for changes of tables.

use super::jitter::pause;
use super::pool::Pool;
use super::session::Session;
use super::target::{Role, Target};
use super::trouble::Trouble;
use crate::StoreError;
use crate::schema::{Dialect, FINISHED, MIGRATIONS, finishing, statements};
use std::borrow::Cow;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

/// How long a leader leads without renewing, in milliseconds.
const LEADER_MS: i64 = 15_000;
/// How often a leader renews, in milliseconds.
const RENEW_MS: u64 = 5_000;
/// How long a follower waits before it looks again, in milliseconds.
const LOOK_MS: u64 = 200;
/// A change of a table waits so long for its lock, in milliseconds.
const LOCK_WAIT_MS: u64 = 1_000;
/// Between two tries to get it pass so many milliseconds.
const LOCK_PAUSE_MS: u64 = 1_000;
/// How often it is tried.
const LOCK_TRIES_MAX: u32 = 300;
/// How many migrations a database may be ahead of this release: the next release may start while this one serves.
pub const NEWER_MAX: usize = 1;

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, made BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS schema_leaders (name TEXT PRIMARY KEY, run TEXT NOT NULL, until BIGINT NOT NULL)",
];

const KNOWN: &str = "SELECT coalesce(max(number), 0) FROM schema_migrations";

/// Gives a row when this process leads from now on.
const LEAD: &str = "INSERT INTO schema_leaders (name, run, until)
    VALUES ('migrate', $1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + $2::bigint)
    ON CONFLICT (name) DO UPDATE SET run = excluded.run, until = excluded.until
    WHERE schema_leaders.run = excluded.run
        OR schema_leaders.until < floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
    RETURNING run";

const STEP_DOWN: &str = "DELETE FROM schema_leaders WHERE name = 'migrate' AND run = $1";

/// Says up to which migration no older release serves.
const FINISH: &str = "INSERT INTO installation (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
    WHERE installation.value::bigint < excluded.value::bigint";

const DONE: &str = "INSERT INTO schema_migrations (number, made)
    VALUES ($1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) ON CONFLICT (number) DO NOTHING";

/// Names an index that an interrupted build left behind: it is there and serves nobody.
const IS_BROKEN: &str = "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relname = $1 AND NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace";

/// Whether exactly the migrations of this release were run. Anything else, a database that does not say included, is for
/// [`migrate`] to find out.
pub async fn is_done(pool: &Pool) -> bool {
    let rows = pool.rows(KNOWN, &[]).await.unwrap_or_default();
    let known = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok());
    known == Some(MIGRATIONS.len() as i64)
}

/// Runs the migrations that the database does not know yet.
///
/// # Errors
/// `Corrupt` when the database belongs to a release that is too new for this one; those of the database.
pub async fn migrate(target: &Target, run: &str) -> Result<(), StoreError> {
    apply(target, run, MIGRATIONS).await
}

/// Takes away what only older releases use, and says so in the database: from now on none of them may serve.
///
/// # Errors
/// As [`migrate`].
pub async fn finish(target: &Target, run: &str) -> Result<(), StoreError> {
    let leader = Leader::new(target, run).await?;
    while !leader.leads().await? {
        pause(LOOK_MS).await;
    }
    let outcome = leader.finish(MIGRATIONS).await;
    outcome.and(leader.step_down().await)
}

/// As [`migrate`], for any list of migrations.
///
/// # Errors
/// As [`migrate`].
pub async fn apply(target: &Target, run: &str, migrations: &[&str]) -> Result<(), StoreError> {
    let leader = Leader::new(target, run).await?;
    loop {
        let known = leader.known().await?;
        if known > migrations.len() + NEWER_MAX {
            return Err(StoreError::Corrupt(format!(
                "the database has schema {known}, this release knows {}; start a newer release",
                migrations.len()
            )));
        }
        if known >= migrations.len() {
            return Ok(());
        }
        if leader.leads().await? {
            let outcome = leader.complete(migrations).await;
            return outcome.and(leader.step_down().await);
        }
        pause(LOOK_MS).await;
    }
}

/// A process that leads, or would like to.
struct Leader {
    session: Session,
    /// Renews while the other connection is busy.
    keeper: Session,
    /// The process, and which of its migrations: two of one process must not lead together.
    run: String,
}

/// Migrations that this process began.
static BEGUN: AtomicU64 = AtomicU64::new(0);

impl Leader {
    async fn new(target: &Target, run: &str) -> Result<Leader, StoreError> {
        let leader = Leader {
            session: target.session(Role::Migration).await?,
            keeper: target.session(Role::Migration).await?,
            run: format!("{run}/{}", BEGUN.fetch_add(1, Ordering::Relaxed)),
        };
        for table in TABLES {
            tolerate(leader.session.plain(table).await)?;
        }
        Ok(leader)
    }

    async fn step_down(&self) -> Result<(), StoreError> {
        let down = self.session.rows(STEP_DOWN, &[&self.run]).await;
        down.map(|_| ()).map_err(refused)
    }

    /// Runs what waited for the end of older releases.
    async fn finish(&self, migrations: &[&str]) -> Result<(), StoreError> {
        for statement in migrations.iter().flat_map(|text| finishing(text)) {
            let statement = statement.replacen("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1);
            self.change(&statement).await?;
        }
        let number = migrations.len().to_string();
        let params: [&(dyn ToSql + Sync); 2] = [&FINISHED, &number];
        let said = self.session.rows(FINISH, &params).await;
        said.map(|_| ()).map_err(refused)
    }

    async fn known(&self) -> Result<usize, StoreError> {
        let rows = self.session.rows(KNOWN, &[]).await.map_err(refused)?;
        let known: i64 = rows
            .first()
            .map_or(Ok(0), |row| row.try_get(0))
            .map_err(refused)?;
        Ok(usize::try_from(known).unwrap_or(0))
    }

    async fn leads(&self) -> Result<bool, StoreError> {
        let rows = self.keeper.rows(LEAD, &[&self.run, &LEADER_MS]).await;
        match rows {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(error) if Trouble::of(&error) == Trouble::Again => Ok(false),
            Err(error) => Err(refused(error)),
        }
    }

    async fn complete(&self, migrations: &[&str]) -> Result<(), StoreError> {
        let known = self.known().await?;
        for (index, migration) in migrations.iter().enumerate().skip(known) {
            for statement in statements(migration, Dialect::Postgres) {
                // A database that is made anew has nobody who writes.
                let statement = match known {
                    0 => Cow::Borrowed(&*statement),
                    _ => self.online(&statement).await?,
                };
                self.change(&statement).await?;
            }
            let number = index as i64 + 1;
            let done = self.session.rows(DONE, &[&number]).await;
            done.map_err(refused)?;
        }
        match known {
            // Nobody ever served what was not there.
            0 => self.finish(migrations).await,
            _ => Ok(()),
        }
    }

    /// Changes the tables. Whoever waits for a table's lock holds up all who come after him, so it is asked for again and
    /// again, and only for a moment. An index that is built beside the writers waits for them as long as it takes.
    async fn change(&self, statement: &str) -> Result<(), StoreError> {
        let wait_ms = match statement.contains(" CONCURRENTLY ") {
            true => 0,
            false => LOCK_WAIT_MS,
        };
        let patience = format!("SET lock_timeout = {wait_ms}");
        self.session.plain(&patience).await.map_err(refused)?;
        for _ in 0..LOCK_TRIES_MAX {
            let outcome = self.leading(self.session.plain(statement)).await?;
            let is_locked = |error: &Error| error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
            if !outcome.as_ref().is_err_and(is_locked) {
                return tolerate(outcome);
            }
            pause(LOCK_PAUSE_MS).await;
        }
        Err(StoreError::Unavailable(
            "a table is held by somebody else, such as a backup; run this again when that has ended".to_owned(),
        ))
    }

    /// Renews while something runs.
    async fn leading<T>(&self, running: impl Future<Output = T>) -> Result<T, StoreError> {
        let mut running = pin!(running);
        loop {
            tokio::select! {
                done = &mut running => return Ok(done),
                () = pause(RENEW_MS) => {}
            }
            if !self.leads().await? {
                return Err(StoreError::Unavailable(
                    "another process took over the migration".to_owned(),
                ));
            }
        }
    }

    /// A statement that does not hold up those who write; what an interrupted run left behind goes first.
    async fn online<'s>(&self, statement: &'s str) -> Result<Cow<'s, str>, StoreError> {
        let Some((index, concurrent)) = concurrent(statement) else {
            return Ok(Cow::Borrowed(statement));
        };
        let broken = self.session.rows(IS_BROKEN, &[&index]).await;
        if !broken.map_err(refused)?.is_empty() {
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}");
            self.leading(self.session.plain(&drop))
                .await?
                .map_err(refused)?;
        }
        Ok(Cow::Owned(concurrent))
    }
}

/// The name of the index that a statement makes, and the statement that makes it concurrently.
fn concurrent(statement: &str) -> Option<(&str, String)> {
    ["CREATE INDEX ", "CREATE UNIQUE INDEX "]
        .into_iter()
        .find_map(|begin| {
            let rest = statement.strip_prefix(begin)?;
            let name = rest.split_whitespace().next()?;
            Some((name, format!("{begin}CONCURRENTLY {rest}")))
        })
}

fn refused(error: Error) -> StoreError {
    Trouble::of(&error).answer()
}

/// Another process, or an earlier run of this one, was here first.
fn tolerate(outcome: Result<(), Error>) -> Result<(), StoreError> {
    let Err(error) = outcome else { return Ok(()) };
    let there = [
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_COLUMN,
        SqlState::UNIQUE_VIOLATION,
    ];
    match error.code().is_some_and(|code| there.contains(code)) {
        true => Ok(()),
        false => Err(refused(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_indexes_are_made_concurrently() {
        let unique = "CREATE UNIQUE INDEX a_by_b ON a (b)";
        let made = "CREATE UNIQUE INDEX CONCURRENTLY a_by_b ON a (b)";
        assert_eq!(concurrent(unique), Some(("a_by_b", made.to_owned())));
        let plain = concurrent("CREATE INDEX a_by_c ON a (c)").map(|(name, _)| name);
        assert_eq!(plain, Some("a_by_c"));
        assert_eq!(concurrent("CREATE TABLE a (b BIGINT)"), None);
    }
}
