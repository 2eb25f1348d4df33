//! A commit as the writer takes it: checked by itself, its rows encoded in the caller's task.

use super::params::clean;
use crate::grouping::{BalanceId, Footprint, check, deltas};
use crate::{Commit, StoreError};
use florin_domain::changes::Changes;
use florin_domain::{Kind, Record, RecordKey};
use std::collections::BTreeMap;

/// One row of a record's table.
pub struct Row {
    /// Where.
    pub key: RecordKey,
    /// The version that the table must hold; 0 for none.
    pub expected: i64,
    /// The version after the write.
    pub version: i64,
    /// When the record was made; used by the first write alone.
    pub created: i64,
    /// The key columns.
    pub columns: Vec<Option<String>>,
    /// The body.
    pub body: String,
}

/// A commit that may be tried as often as need be.
pub struct Prepared {
    /// What was asked for.
    pub commit: Commit,
    /// Its records and events.
    pub rows: Vec<Row>,
    /// What it adds to balances.
    pub deltas: BTreeMap<BalanceId, i128>,
}

impl Prepared {
    /// Checks and encodes.
    ///
    /// # Errors
    /// Those of [`check`], and `Corrupt` for a key that no table can hold.
    pub fn new(commit: Commit) -> Result<Prepared, StoreError> {
        check(&commit)?;
        check_texts(&commit)?;
        let changes = &commit.changes;
        let mut rows = Vec::with_capacity(changes.writes.len() + changes.events.len());
        for write in &changes.writes {
            rows.push(row(
                write.key.clone(),
                (write.expected, write.version),
                &write.record,
            )?);
        }
        for (scope, event) in &changes.events {
            rows.push(row(
                RecordKey::new(scope, Kind::Event, &event.id),
                (0, 1),
                &event.clone().into(),
            )?);
        }
        let deltas = deltas(&commit);
        Ok(Prepared {
            commit,
            rows,
            deltas,
        })
    }

    /// What it touches.
    pub fn footprint(&self) -> Footprint {
        Footprint::of(&self.commit)
    }
}

fn row(key: RecordKey, versions: (u64, u64), record: &Record) -> Result<Row, StoreError> {
    let columns = record
        .columns()
        .into_iter()
        .map(|column| column.map(|text| clean(text).into_owned()));
    Ok(Row {
        key,
        expected: versions.0 as i64,
        version: versions.1 as i64,
        created: record.created().0,
        columns: columns.collect(),
        body: record
            .encode()
            .map_err(|error| StoreError::Corrupt(error.to_string()))?,
    })
}

/// A zero byte in a key would fail in the middle of a group and take the neighbours along.
fn check_texts(commit: &Commit) -> Result<(), StoreError> {
    let Changes {
        writes,
        requires,
        claims,
        transactions,
        events,
        jobs,
        ..
    } = &commit.changes;
    let ids = writes.iter().map(|write| write.key.id.as_str());
    let ids = ids.chain(requires.iter().map(|require| require.key.id.as_str()));
    let ids = ids.chain(
        claims
            .iter()
            .flat_map(|claim| [claim.key.as_str(), claim.target.id.as_str()]),
    );
    let ids = ids.chain(
        transactions
            .iter()
            .flat_map(|(_, one)| [one.id.as_str(), one.source.as_str()]),
    );
    let ids = ids.chain(events.iter().map(|(_, event)| event.id.as_str()));
    let ids = ids.chain(
        jobs.iter()
            .flat_map(|job| [job.id.as_str(), job.lane.as_str()]),
    );
    let mut ids = ids.chain(
        commit
            .claim
            .iter()
            .flat_map(|claim| [claim.key.as_str(), claim.request.as_str()]),
    );
    match ids.any(|id| id.contains('\0')) {
        true => Err(StoreError::Corrupt("a key holds a zero byte".to_owned())),
        false => Ok(()),
    }
}
