//! Points: records, unique keys, idempotency keys, the epoch.

use super::params::{Param, live, scopes, texts};
use super::pool::Pool;
use crate::StoreError;
use crate::commit::{Reply, SavedClaim};
use crate::packing;
use crate::schema::FINISHED;
use florin_base::{Scope, Timestamp};
use florin_domain::{Kind, Record, RecordKey, Versioned};
use futures_util::future::try_join_all;
use std::collections::HashMap;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// A column of a row.
///
/// # Errors
/// `Corrupt` when it holds something else.
pub fn column<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, StoreError> {
    row.try_get(at)
        .map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Reads a body.
///
/// # Errors
/// `Corrupt` when this release cannot.
pub fn decode(kind: Kind, id: &str, row: &Row, at: usize) -> Result<Versioned<Record>, StoreError> {
    let (version, created): (i64, i64) = (column(row, at)?, column(row, at + 1)?);
    let body = packing::text(column(row, at + 3)?, column(row, at + 2)?)
        .map_err(|why| StoreError::Corrupt(why.0))?;
    let record = Record::decode(kind, id, Timestamp(created), &body);
    let record = record.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Versioned {
        version: version as u64,
        record,
    })
}

/// Records by their keys, one statement per kind, all sent at once.
pub async fn get(
    pool: &Pool,
    keys: &[RecordKey],
) -> Result<Vec<Option<Versioned<Record>>>, StoreError> {
    let mut kinds: Vec<Kind> = keys.iter().map(|key| key.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let pages = try_join_all(kinds.into_iter().map(|kind| of_kind(pool, kind, keys))).await?;
    let mut found: HashMap<usize, Versioned<Record>> = pages.into_iter().flatten().collect();
    Ok((0..keys.len()).map(|at| found.remove(&at)).collect())
}

/// Asks for the records of a kind by their keys.
pub fn by_keys(kind: Kind) -> String {
    format!(
        "SELECT k.place, t.version, t.created, t.body, t.packed
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[]) AS k(account, live, id, place)
         JOIN {} t ON t.account = k.account AND t.live = k.live AND t.id = k.id",
        kind.table()
    )
}

async fn of_kind(
    pool: &Pool,
    kind: Kind,
    keys: &[RecordKey],
) -> Result<Vec<(usize, Versioned<Record>)>, StoreError> {
    // No table holds a zero byte, and PostgreSQL refuses even to look for one.
    let wanted = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| key.kind == kind && !key.id.contains('\0'));
    let wanted: Vec<(usize, &RecordKey)> = wanted.collect();
    let text = by_keys(kind);
    let [accounts, lives] = scopes(wanted.iter().map(|(_, key)| &key.scope));
    let ids = texts(wanted.iter().map(|(_, key)| key.id.as_str()));
    let places = Param::new(
        wanted
            .iter()
            .map(|(at, _)| *at as i64)
            .collect::<Vec<i64>>(),
    );
    let params = [
        accounts.as_sql(),
        lives.as_sql(),
        ids.as_sql(),
        places.as_sql(),
    ];
    let rows = pool.rows(&text, &params).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let place = column::<i64>(row, 0)? as usize;
        let key = keys
            .get(place)
            .ok_or_else(|| StoreError::Corrupt("a row that nobody asked for".to_owned()))?;
        found.push((place, decode(kind, &key.id, row, 1)?));
    }
    Ok(found)
}

/// Who holds a unique key.
pub async fn find(
    pool: &Pool,
    scope: Option<&Scope>,
    space: &str,
    key: &str,
) -> Result<Option<RecordKey>, StoreError> {
    if key.contains('\0') {
        return Ok(None);
    }
    let rows = match scope {
        Some(scope) => {
            let text = "SELECT account, live, kind, id FROM claims
                WHERE account = $1 AND live = $2 AND space = $3 AND name = $4";
            pool.rows(text, &[&&*scope.account, &live(scope), &space, &key])
                .await?
        }
        None => {
            let text =
                "SELECT account, live, kind, id FROM global_claims WHERE space = $1 AND name = $2";
            pool.rows(text, &[&space, &key]).await?
        }
    };
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let scope = scope_at(row, 0)?;
    let table: &str = column(row, 2)?;
    let kind = Kind::from_table(table)
        .ok_or_else(|| StoreError::Corrupt(format!("no kind of records is called {table}")))?;
    Ok(Some(RecordKey {
        scope,
        kind,
        id: column(row, 3)?,
    }))
}

/// The scope in two neighbouring columns.
///
/// # Errors
/// `Corrupt` when they hold something else.
pub fn scope_at(row: &Row, at: usize) -> Result<Scope, StoreError> {
    let account: &str = column(row, at)?;
    Ok(Scope {
        account: account.into(),
        live: column::<i64>(row, at + 1)? != 0,
    })
}

/// What is known of an idempotency key.
pub async fn saved(
    pool: &Pool,
    scope: &Scope,
    key: &str,
) -> Result<Option<SavedClaim>, StoreError> {
    if key.contains('\0') {
        return Ok(None);
    }
    let text = "SELECT k.hash, k.request, k.attempt, r.status, r.key_id, r.body FROM idempotency_keys k
        LEFT JOIN idempotency_replies r ON r.account = k.account AND r.live = k.live AND r.request = k.request
        WHERE k.account = $1 AND k.live = $2 AND k.name = $3";
    let rows = pool
        .rows(text, &[&&*scope.account, &live(scope), &key])
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let hash: &[u8] = column(row, 0)?;
    let hash = hash
        .try_into()
        .map_err(|_| StoreError::Corrupt("a hash of another length".to_owned()))?;
    let reply = match column::<Option<i64>>(row, 3)? {
        Some(status) => Some(Reply {
            status: status as u16,
            key_id: column(row, 4)?,
            body: packing::unpack_reply(column(row, 5)?, column(row, 4)?)
                .map_err(|why| StoreError::Corrupt(why.0))?,
        }),
        None => None,
    };
    Ok(Some(SavedClaim {
        hash,
        request: column(row, 1)?,
        attempt: column(row, 2)?,
        reply,
    }))
}

/// The epoch of settings, and up to which migration no older release serves any more.
pub async fn epoch(pool: &Pool) -> Result<(u64, usize), StoreError> {
    let text = "SELECT epoch, (SELECT value FROM installation WHERE name = $1)
        FROM epochs WHERE name = 'settings'";
    let rows = pool.rows(text, &[&FINISHED]).await?;
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Corrupt("the epoch is missing".to_owned()))?;
    let finished = column::<Option<&str>>(row, 1)?.and_then(|number| number.parse().ok());
    Ok((column::<i64>(row, 0)? as u64, finished.unwrap_or(0)))
}

/// Drops idempotency keys answered longer ago than this, by the database's clock, with their replies, in one statement.
/// Keys that wait for an attempt stay; an answer that came late is kept as long as any other, so its own time counts.
pub async fn prune(pool: &Pool, kept_ms: i64, limit: usize) -> Result<usize, StoreError> {
    let text = "WITH c AS MATERIALIZED (
            SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1::bigint AS before
        ), old AS (
            SELECT account, live, name FROM idempotency_keys o
            WHERE made < (SELECT before FROM c) AND (attempt IS NULL OR EXISTS (
                SELECT 1 FROM idempotency_replies w
                WHERE w.account = o.account AND w.live = o.live AND w.request = o.request AND w.made < (SELECT before FROM c)))
            ORDER BY made, account, live, name LIMIT $2
        ), gone AS (
            DELETE FROM idempotency_keys k USING old
            WHERE k.account = old.account AND k.live = old.live AND k.name = old.name
            RETURNING k.account, k.live, k.request
        ), replies AS (
            DELETE FROM idempotency_replies r USING gone
            WHERE r.account = gone.account AND r.live = gone.live AND r.request = gone.request
        )
        SELECT count(*) FROM gone";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = pool.rows(text, &[&kept_ms, &limit]).await?;
    rows.first().map_or(Ok(0), |row| {
        column::<i64>(row, 0).map(|count| count as usize)
    })
}
