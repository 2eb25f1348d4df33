//! A commit as the writer takes it: checked by itself, its rows encoded in the caller's task.

use super::params::clean;
use crate::grouping::{BalanceId, Footprint, check, deltas};
use crate::packing::{pack, pack_reply};
use crate::{Commit, StoreError};
use florin_domain::changes::Changes;
use florin_domain::{Kind, Record, RecordKey};
use std::borrow::Cow;
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
    /// The body as text; empty when it is packed.
    pub body: String,
    /// The body, packed; none as long as an older release may read it.
    pub packed: Option<Vec<u8>>,
}

/// A commit that may be tried as often as need be.
pub struct Prepared {
    /// What was asked for, without its events, which are rows.
    pub commit: Commit,
    /// Its records and events.
    pub rows: Vec<Row>,
    /// What it adds to balances.
    pub deltas: BTreeMap<BalanceId, i128>,
}

impl Prepared {
    /// Checks and encodes. With `packs` no older release reads the rows.
    ///
    /// # Errors
    /// Those of [`check`], and `Corrupt` for a key that no table can hold.
    pub fn new(mut commit: Commit, packs: bool) -> Result<Prepared, StoreError> {
        check(&commit)?;
        check_texts(&commit)?;
        if let Some(reply) = commit.claim.as_mut().and_then(|claim| claim.reply.as_mut()) {
            reply.body = pack_reply(std::mem::take(&mut reply.body), &reply.key_id, packs);
        }
        let changes = &mut commit.changes;
        let mut rows = Vec::with_capacity(changes.writes.len() + changes.events.len());
        for write in &changes.writes {
            let body = write.body().map_err(unwritable)?;
            let versions = (write.expected, write.version);
            rows.push(row(
                write.key.clone(),
                versions,
                (&write.record, body),
                packs,
            ));
        }
        for (scope, event) in changes.events.drain(..) {
            let key = RecordKey::new(&scope, Kind::Event, &event.id);
            let event = Record::from(event);
            let body = event.encode().map_err(unwritable)?;
            rows.push(row(key, (0, 1), (&event, body.into()), packs));
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

fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn row(
    key: RecordKey,
    versions: (u64, u64),
    (record, body): (&Record, Cow<'_, str>),
    packs: bool,
) -> Row {
    let (body, packed) = match packs {
        true => (String::new(), Some(pack(body.as_bytes()))),
        false => (body.into_owned(), None),
    };
    let columns = record
        .columns()
        .into_iter()
        .map(|column| column.map(|text| clean(text).into_owned()));
    Row {
        key,
        expected: versions.0 as i64,
        version: versions.1 as i64,
        created: record.created().0,
        columns: columns.collect(),
        body,
        packed,
    }
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
