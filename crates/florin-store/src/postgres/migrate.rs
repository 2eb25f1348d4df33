//! The tables, made statement by statement.
//!
//! Several processes may do it at once, and one may be interrupted anywhere: a statement whose table, index or row is
//! there already counts as done, so doing it all again is always right.

use super::pool::Pool;
use super::trouble::Trouble;
use super::writer::now_ms;
use crate::StoreError;
use crate::schema::{Dialect, MIGRATIONS, statements};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, made BIGINT NOT NULL)";

/// Runs the migrations that the database does not know yet.
pub async fn migrate(pool: &Pool) -> Result<(), StoreError> {
    let session = pool.own_session().await?;
    tolerate(session.plain(TABLE).await)?;
    let known = session
        .rows(
            "SELECT coalesce(max(number), 0) FROM schema_migrations",
            &[],
        )
        .await;
    let known: i64 = known
        .and_then(|rows| rows.first().map_or(Ok(0), |row| row.try_get(0)))
        .map_err(refused)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(known.max(0) as usize) {
        for statement in statements(migration, Dialect::Postgres) {
            tolerate(session.plain(&statement).await)?;
        }
        let done = "INSERT INTO schema_migrations (number, made) VALUES ($1, $2) ON CONFLICT (number) DO NOTHING";
        session
            .rows(done, &[&(index as i64 + 1), &now_ms()])
            .await
            .map_err(refused)?;
    }
    Ok(())
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
