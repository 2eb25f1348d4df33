//! A commit made ready for the writer: records are encoded on the caller's thread, so that the writer only binds.

use crate::commit::{Commit, StoreError};
use crate::grouping::check;
use crate::packing::{pack, pack_reply};
use florin_base::Scope;
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
    /// The encoded record, packed.
    pub body: Vec<u8>,
}

/// A commit ready for the writer. The rows of its records and events are taken out of the changes.
pub struct Prepared {
    /// Records and events.
    pub rows: Vec<Row>,
    /// Everything else.
    pub commit: Commit,
}

impl Prepared {
    /// Checks and encodes.
    ///
    /// # Errors
    /// Those of [`check`], and `Corrupt` for a record that cannot be encoded.
    pub fn new(mut commit: Commit) -> Result<Prepared, StoreError> {
        check(&commit)?;
        if let Some(reply) = commit.claim.as_mut().and_then(|claim| claim.reply.as_mut()) {
            reply.body = pack_reply(std::mem::take(&mut reply.body), &reply.key_id, true);
        }
        let changes = &mut commit.changes;
        let mut rows = Vec::with_capacity(changes.writes.len() + changes.events.len());
        for write in changes.writes.drain(..) {
            let body = pack(write.body().map_err(unwritable)?.as_bytes());
            let versions = (write.expected, write.version);
            rows.push(row(write.key.scope, versions, &write.record, body));
        }
        for (scope, event) in changes.events.drain(..) {
            let event = Record::from(event);
            let body = pack(event.encode().map_err(unwritable)?.as_bytes());
            rows.push(row(scope, (0, 1), &event, body));
        }
        Ok(Prepared { rows, commit })
    }
}

fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn row(scope: Scope, versions: (u64, u64), record: &Record, body: Vec<u8>) -> Row {
    Row {
        kind: record.kind(),
        scope,
        id: record.id().to_owned(),
        expected: versions.0 as i64,
        version: versions.1 as i64,
        created: record.created().0,
        columns: record
            .columns()
            .into_iter()
            .map(|column| column.map(str::to_owned))
            .collect(),
        body,
    }
}
