//! A commit made ready for the writer: records are encoded on the caller's thread, so that the writer only binds.

use crate::commit::{Commit, StoreError};
use florin_base::Scope;
use florin_domain::changes::Write;
use florin_domain::{Kind, Record};

/// One row to write.
pub struct Row {
    /// Which table.
    pub kind: Kind,
    /// Account and mode.
    pub scope: Scope,
    /// The id.
    pub id: String,
    /// The version that must be there; 0: none.
    pub expected: i64,
    /// The version after the write.
    pub version: i64,
    /// Seconds.
    pub created: i64,
    /// Key columns.
    pub columns: Vec<Option<String>>,
    /// The encoded record.
    pub body: String,
}

/// A commit ready for the writer. The rows of its records and events are taken out of the changes.
pub struct Prepared {
    /// Records and events.
    pub rows: Vec<Row>,
    /// Everything else.
    pub commit: Commit,
}

impl Prepared {
    /// Encodes a commit and asserts what the domain promises.
    pub fn new(mut commit: Commit) -> Result<Prepared, StoreError> {
        let changes = &mut commit.changes;
        if let Some((_, bad)) = changes
            .transactions
            .iter()
            .find(|(_, transaction)| !transaction.is_balanced())
        {
            return Err(StoreError::Corrupt(format!(
                "ledger transaction {} does not balance",
                bad.id
            )));
        }
        let mut rows = Vec::with_capacity(changes.writes.len() + changes.events.len());
        for write in changes.writes.drain(..) {
            rows.push(row_of_write(write)?);
        }
        for (scope, event) in changes.events.drain(..) {
            rows.push(row(scope, 0, 1, Record::from(event))?);
        }
        Ok(Prepared { rows, commit })
    }
}

fn row_of_write(write: Write) -> Result<Row, StoreError> {
    if write.version <= write.expected {
        return Err(StoreError::Corrupt(format!(
            "{:?} was staged and never saved",
            write.key
        )));
    }
    row(write.key.scope, write.expected, write.version, write.record)
}

fn row(scope: Scope, expected: u64, version: u64, record: Record) -> Result<Row, StoreError> {
    let body = record
        .encode()
        .map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Row {
        kind: record.kind(),
        scope,
        id: record.id().to_owned(),
        expected: expected as i64,
        version: version as i64,
        created: record.created().0,
        columns: record
            .columns()
            .into_iter()
            .map(|column| column.map(str::to_owned))
            .collect(),
        body,
    })
}
