//! Due work: leasing it and looking at it.

use super::params::live;
use super::pool::Pool;
use super::records::{column, scope_at};
use crate::lease::{Held, LANE_JOBS_MAX, LEASE_LOOKS_MAX, LEASE_MS, Wanted};
use crate::{LeasedJob, StoreError};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use tokio_postgres::Row;

/// Looks at the oldest due jobs of each kind, picks them lane by lane, locks those that nobody else is busy with, and
/// leases them if they are still free: a job that was leased between the two is seen in its newest form and left alone.
const LEASE: &str = "WITH clock AS MATERIALIZED (
        SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
    ), looked AS MATERIALIZED (
        SELECT j.id, j.due, j.lane FROM unnest($1::text[]) AS k(kind) CROSS JOIN clock c CROSS JOIN LATERAL (
            SELECT i.id, i.due, i.lane FROM jobs i
            WHERE i.kind = k.kind AND i.due <= c.now AND i.leased_until <= c.now AND NOT (i.lane = ANY($2::text[]))
            ORDER BY i.due, i.id LIMIT $3::bigint
        ) j
    ), picked AS MATERIALIZED (
        SELECT w.id FROM (
            SELECT l.id, l.due, row_number() OVER (PARTITION BY l.lane ORDER BY l.due, l.id) AS place FROM looked l
        ) w WHERE w.place <= $4::bigint ORDER BY w.due, w.id LIMIT $5::bigint
    ), free AS MATERIALIZED (
        SELECT j.id FROM jobs j JOIN picked p ON p.id = j.id CROSS JOIN clock c
        WHERE j.due <= c.now AND j.leased_until <= c.now FOR UPDATE OF j SKIP LOCKED
    )
    UPDATE jobs SET leased_by = $6, leased_until = clock.now + $7::bigint, fence = jobs.fence + 1
    FROM free, clock WHERE jobs.id = free.id
    RETURNING jobs.id, jobs.kind, jobs.account, jobs.live, jobs.lane, jobs.due, jobs.body, jobs.fence";

/// Begins leases anew where the fence is still the one that was given out. Locks in the order of ids, as commits do.
const RENEW: &str = "WITH held AS MATERIALIZED (
        SELECT j.id FROM jobs j JOIN unnest($1::text[], $2::bigint[]) AS h(id, fence) ON j.id = h.id AND j.fence = h.fence
        WHERE j.leased_until > 0 ORDER BY j.id FOR UPDATE OF j
    )
    UPDATE jobs SET leased_until = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3::bigint
    FROM held WHERE jobs.id = held.id RETURNING jobs.id";

/// A job that is due may be leased; of those that are not due yet the index on kind and due time gives the first.
const NEXT_DUE: &str = "WITH clock AS MATERIALIZED (
        SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
    )
    SELECT min(n.next) FROM unnest($1::text[]) AS k(kind) CROSS JOIN clock c CROSS JOIN LATERAL (
        SELECT min(greatest(d.due, d.leased_until)) AS next FROM (
            SELECT j.due, j.leased_until FROM jobs j WHERE j.kind = k.kind AND j.due <= c.now
            ORDER BY j.due, j.id LIMIT $2::bigint
        ) d
        UNION ALL
        (SELECT j.due FROM jobs j WHERE j.kind = k.kind AND j.due > c.now ORDER BY j.due LIMIT 1)
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
    wanted: &Wanted,
    process: &str,
) -> Result<Vec<LeasedJob>, StoreError> {
    let kinds = names(&wanted.kinds);
    let rows = pool
        .rows(
            LEASE,
            &[
                &kinds,
                &wanted.except,
                &bounded(LEASE_LOOKS_MAX),
                &bounded(LANE_JOBS_MAX),
                &bounded(wanted.limit),
                &process,
                &LEASE_MS,
            ],
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

/// Begins held leases anew; returns the jobs that are still held.
pub async fn renew(pool: &Pool, held: &[Held]) -> Result<Vec<String>, StoreError> {
    let (ids, fences): (Vec<&str>, Vec<i64>) =
        held.iter().map(|(id, fence)| (id.as_str(), *fence)).unzip();
    let rows = pool.rows(RENEW, &[&ids, &fences, &LEASE_MS]).await?;
    rows.iter().map(|row| column(row, 0)).collect()
}

/// When the next job is due.
pub async fn next_due(pool: &Pool, kinds: &[JobKind]) -> Result<Option<Millis>, StoreError> {
    let looks = bounded(LEASE_LOOKS_MAX);
    let rows = pool.rows(NEXT_DUE, &[&names(kinds), &looks]).await?;
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
