//! What was written, object by object and version by version, as JSON.
//!
//! Deliberately absent: judgement.

use crate::evidence::Evidence;
use florin_base::Scope;
use florin_domain::{Kind, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One object.
pub type Key = (Scope, Kind, String);

/// One version of an object.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its body.
    pub body: Value,
    /// The events that tell of it.
    pub events: BTreeSet<String>,
}

/// Every known version of every object.
pub struct History {
    /// By object, then by version.
    pub objects: BTreeMap<Key, BTreeMap<u64, Version>>,
    /// The last version that the store holds.
    pub last: BTreeMap<Key, (u64, Value)>,
}

/// The body of a record, as the store keeps it.
pub fn body(record: &Record) -> Value {
    record
        .encode()
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// A text member; a body leaves out what has its default.
pub fn text<'a>(body: &'a Value, member: &str, default: &'a str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or(default)
}

/// A number member, 0 when it is left out.
pub fn number(body: &Value, member: &str) -> i64 {
    body.get(member).and_then(Value::as_i64).unwrap_or_default()
}

/// A flag, false when it is left out.
pub fn flag(body: &Value, member: &str) -> bool {
    body.get(member)
        .and_then(Value::as_bool)
        .unwrap_or_default()
}

/// The status of an intent, a set-up, a charge or a refund.
pub fn status(kind: Kind, body: &Value) -> &str {
    let default = match kind {
        Kind::Charge => "succeeded",
        Kind::Refund => "pending",
        _ => "requires_payment_method",
    };
    text(body, "status", default)
}

impl History {
    /// Orders the evidence.
    pub fn of(evidence: &Evidence) -> History {
        let mut objects: BTreeMap<Key, BTreeMap<u64, Version>> = BTreeMap::new();
        for entry in &evidence.journal {
            let changes = &entry.commit.changes;
            for write in &changes.writes {
                let key = (
                    write.key.scope.clone(),
                    write.key.kind,
                    write.key.id.clone(),
                );
                let version = Version {
                    body: body(&write.record),
                    events: BTreeSet::new(),
                };
                objects
                    .entry(key)
                    .or_default()
                    .entry(write.version)
                    .or_insert(version);
            }
            for (scope, event) in &changes.events {
                let Some(kind) = Kind::from_table(&event.object_kind) else {
                    continue;
                };
                let number = event.object_version.parse().unwrap_or_default();
                let seen = || Version {
                    body: serde_json::from_str(event.snapshot.json()).unwrap_or_default(),
                    events: BTreeSet::new(),
                };
                let versions = objects
                    .entry((scope.clone(), kind, event.object.clone()))
                    .or_default();
                versions
                    .entry(number)
                    .or_insert_with(seen)
                    .events
                    .insert(event.kind.clone());
            }
        }
        let last = evidence.snapshot.records.iter().map(|(key, held)| {
            (
                (key.scope.clone(), key.kind, key.id.clone()),
                (held.version, body(&held.record)),
            )
        });
        History {
            objects,
            last: last.collect(),
        }
    }

    /// The last bodies of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Value)> {
        self.last
            .iter()
            .filter(move |(key, _)| key.1 == kind)
            .map(|(key, (_, body))| (key, body))
    }

    /// The last body of an object.
    pub fn body(&self, scope: &Scope, kind: Kind, id: &str) -> Option<&Value> {
        self.last
            .get(&(scope.clone(), kind, id.to_owned()))
            .map(|(_, body)| body)
    }

    /// Every known version with the known one before it, of one kind.
    pub fn steps(&self, kind: Kind) -> impl Iterator<Item = Step<'_>> {
        let objects = self.objects.iter().filter(move |(key, _)| key.1 == kind);
        objects.flat_map(|(key, versions)| {
            let before = std::iter::once(None).chain(versions.values().map(Some));
            before
                .zip(versions)
                .map(move |(before, (version, after))| Step {
                    key,
                    version: *version,
                    before,
                    after,
                })
        })
    }
}

/// One change of an object.
pub struct Step<'a> {
    /// The object.
    pub key: &'a Key,
    /// The version after the change.
    pub version: u64,
    /// The known version before.
    pub before: Option<&'a Version>,
    /// The version after.
    pub after: &'a Version,
}
