//! Leasing due work, and keeping leases. Both are the writer's; a lost lease is found at the commit of the job's effects.

use super::apply::{job_of, statement};
use super::open::failed;
use super::writer::finish;
use crate::lease::{Held, LANE_JOBS_MAX, LEASE_LOOKS_MAX, LEASE_MS, Wanted};
use crate::{LeasedJob, StoreError};
use florin_base::Millis;
use florin_domain::changes::JobKind;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// Leases due jobs of some kinds, in (due, id) order over all of them.
pub fn lease(
    connection: &mut Connection,
    process: &str,
    wanted: &Wanted,
    now: Millis,
) -> Result<Vec<LeasedJob>, StoreError> {
    let transaction = connection.transaction().map_err(failed)?;
    let leased = chosen(&transaction, wanted, now)?;
    for job in &leased {
        let text = "UPDATE jobs SET leased_by = ?, leased_until = ?, fence = ? WHERE id = ?";
        let values = params![process, now.0 + LEASE_MS, job.fence, job.job.id];
        statement(&transaction, text)?
            .execute(values)
            .map_err(failed)?;
    }
    finish(transaction)?;
    Ok(leased)
}

/// Of the due jobs of each kind the oldest, and of those as many as one lane may have.
fn chosen(
    connection: &Connection,
    wanted: &Wanted,
    now: Millis,
) -> Result<Vec<LeasedJob>, StoreError> {
    let mut found = Vec::new();
    for kind in &wanted.kinds {
        found.extend(due(connection, *kind, wanted, now)?);
    }
    found.sort_by(|a, b| (a.job.due, &a.job.id).cmp(&(b.job.due, &b.job.id)));
    let mut lanes: HashMap<String, usize> = HashMap::new();
    found.retain(|leased| {
        let lane = lanes.entry(leased.job.lane.clone()).or_default();
        *lane += 1;
        *lane <= LANE_JOBS_MAX
    });
    found.truncate(wanted.limit);
    Ok(found)
}

fn due(
    connection: &Connection,
    kind: JobKind,
    wanted: &Wanted,
    now: Millis,
) -> Result<Vec<LeasedJob>, StoreError> {
    let text = "SELECT id, kind, account, live, lane, due, body, fence FROM jobs
         WHERE kind = ? AND due <= ? AND leased_until <= ? ORDER BY due, id";
    let mut select = statement(connection, text)?;
    let values = params![kind.name(), now.0, now.0];
    let mut rows = select.query(values).map_err(failed)?;
    let mut lanes: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    let mut looked = 0;
    while found.len() < wanted.limit && looked < LEASE_LOOKS_MAX {
        let Some(row) = rows.next().map_err(failed)? else {
            break;
        };
        let job = job_of(row).map_err(failed)?;
        if wanted.except.contains(&job.lane) {
            continue;
        }
        looked += 1;
        let lane = lanes.entry(job.lane.clone()).or_default();
        *lane += 1;
        if *lane <= LANE_JOBS_MAX {
            let fence: i64 = row.get(7).map_err(failed)?;
            found.push(LeasedJob {
                job,
                fence: fence + 1,
            });
        }
    }
    Ok(found)
}

/// Begins leases anew where the fence is still the one that was given out.
pub fn renew(
    connection: &mut Connection,
    held: &[Held],
    now: Millis,
) -> Result<Vec<String>, StoreError> {
    let transaction = connection.transaction().map_err(failed)?;
    let mut ours = Vec::new();
    for (id, fence) in held {
        let text =
            "UPDATE jobs SET leased_until = ? WHERE id = ? AND fence = ? AND leased_until > 0";
        let values = params![now.0 + LEASE_MS, id, fence];
        let changed = statement(&transaction, text)?
            .execute(values)
            .map_err(failed)?;
        if changed == 1 {
            ours.push(id.clone());
        }
    }
    finish(transaction)?;
    Ok(ours)
}
