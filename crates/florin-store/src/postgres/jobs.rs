//! Due work: leasing it and looking at it.

use super::params::live;
use super::pool::Pool;
use super::records::{column, scope_at};
use super::{LANE_JOBS_MAX, LEASE_MS};
use crate::{LeasedJob, StoreError};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use tokio_postgres::Row;

/// Picks due jobs lane by lane, locks those that nobody else is busy with, and leases them if they are still free: a
/// job that was leased between the two is seen in its newest form and left alone.
const LEASE: &str = "WITH clock AS MATERIALIZED (
        SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
    ), picked AS MATERIALIZED (
        SELECT w.id FROM (
            SELECT j.id, j.due, row_number() OVER (PARTITION BY j.lane ORDER BY j.due, j.id) AS place
            FROM jobs j CROSS JOIN clock c WHERE j.kind = ANY($1::text[]) AND j.due <= c.now AND j.leased_until <= c.now
        ) w WHERE w.place <= $2::bigint ORDER BY w.due, w.id LIMIT $3::bigint
    ), free AS MATERIALIZED (
        SELECT j.id FROM jobs j JOIN picked p ON p.id = j.id CROSS JOIN clock c
        WHERE j.due <= c.now AND j.leased_until <= c.now FOR UPDATE OF j SKIP LOCKED
    )
    UPDATE jobs SET leased_by = $4, leased_until = clock.now + $5::bigint, fence = jobs.fence + 1
    FROM free, clock WHERE jobs.id = free.id
    RETURNING jobs.id, jobs.kind, jobs.account, jobs.live, jobs.lane, jobs.due, jobs.body, jobs.fence";

/// A job that is due may be leased; one that is not due yet cannot be, so the index on the due time gives the first.
const NEXT_DUE: &str = "WITH clock AS MATERIALIZED (
        SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
    )
    SELECT min(n.next) FROM (
        SELECT min(greatest(j.due, j.leased_until)) AS next FROM jobs j CROSS JOIN clock c
        WHERE j.kind = ANY($1::text[]) AND j.due <= c.now
        UNION ALL
        SELECT (SELECT j.due FROM jobs j WHERE j.kind = k.kind AND j.due > c.now ORDER BY j.due LIMIT 1)
        FROM unnest($1::text[]) AS k(kind) CROSS JOIN clock c
    ) n";

const OF_SCOPE: &str = "SELECT id, kind, account, live, lane, due, body FROM jobs
    WHERE account = $1 AND live = $2 ORDER BY due, id LIMIT $3";

fn names(kinds: &[JobKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name()).collect()
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn job(row: &Row) -> Result<Job, StoreError> {
    let kind: &str = column(row, 1)?;
    let body: &str = column(row, 6)?;
    Ok(Job {
        id: column(row, 0)?,
        kind: JobKind::from_name(kind)
            .ok_or_else(|| StoreError::Corrupt(format!("no kind of jobs is called {kind}")))?,
        scope: scope_at(row, 2)?,
        lane: column(row, 4)?,
        due: Millis(column(row, 5)?),
        body: serde_json::from_str(body).map_err(|error| StoreError::Corrupt(error.to_string()))?,
    })
}

/// Leases due jobs to a process.
pub async fn lease(
    pool: &Pool,
    kinds: &[JobKind],
    limit: usize,
    process: &str,
) -> Result<Vec<LeasedJob>, StoreError> {
    let kinds = names(kinds);
    let rows = pool
        .rows(
            LEASE,
            &[&kinds, &LANE_JOBS_MAX, &bounded(limit), &process, &LEASE_MS],
        )
        .await?;
    let leased = rows.iter().map(|row| {
        Ok(LeasedJob {
            job: job(row)?,
            fence: column(row, 7)?,
        })
    });
    let mut leased = leased.collect::<Result<Vec<LeasedJob>, StoreError>>()?;
    leased.sort_by(|a, b| (a.job.due, &a.job.id).cmp(&(b.job.due, &b.job.id)));
    Ok(leased)
}

/// When the next job is due.
pub async fn next_due(pool: &Pool, kinds: &[JobKind]) -> Result<Option<Millis>, StoreError> {
    let rows = pool.rows(NEXT_DUE, &[&names(kinds)]).await?;
    let next = rows
        .first()
        .map(|row| column::<Option<i64>>(row, 0))
        .transpose()?;
    Ok(next.flatten().map(Millis))
}

/// The jobs of a scope.
pub async fn of_scope(pool: &Pool, scope: &Scope, limit: usize) -> Result<Vec<Job>, StoreError> {
    let rows = pool
        .rows(OF_SCOPE, &[&&*scope.account, &live(scope), &bounded(limit)])
        .await?;
    rows.iter().map(job).collect()
}
