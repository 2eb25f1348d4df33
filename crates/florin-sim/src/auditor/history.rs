//! What was written, object by object and version by version, as JSON.
//!
//! Deliberately absent: judgement.

use crate::evidence::{Evidence, body};
use florin_base::Scope;
use florin_domain::{Kind, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One object.
pub type Key = (Scope, Kind, String);

/// One version of an object.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its body.
    pub body: Arc<Value>,
    /// The events that tell of it.
    pub events: BTreeSet<String>,
}

/// Every known version of every object.
pub struct History {
    /// By object, then by version.
    pub objects: BTreeMap<Key, BTreeMap<u64, Version>>,
    /// The last version that the store holds.
    pub last: BTreeMap<Key, (u64, Arc<Value>)>,
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

/// The status of an intent, a set-up, a charge, a refund or a checkout session.
pub fn status(kind: Kind, body: &Value) -> &str {
    let default = match kind {
        Kind::Charge => "succeeded",
        Kind::Refund => "pending",
        Kind::CheckoutSession => "open",
        _ => "requires_payment_method",
    };
    text(body, "status", default)
}

impl History {
    /// Orders the evidence.
    pub fn of(evidence: &Evidence) -> History {
        let mut objects: BTreeMap<Key, BTreeMap<u64, Version>> = BTreeMap::new();
        let mut written: BTreeMap<Key, (&Record, Arc<Value>)> = BTreeMap::new();
        for entry in &evidence.journal {
            let changes = &entry.commit.changes;
            for (write, body) in changes.writes.iter().zip(&entry.bodies) {
                let key = (
                    write.key.scope.clone(),
                    write.key.kind,
                    write.key.id.clone(),
                );
                written.insert(key.clone(), (&write.record, Arc::clone(body)));
                let version = || Version {
                    body: Arc::clone(body),
                    events: BTreeSet::new(),
                };
                objects
                    .entry(key)
                    .or_default()
                    .entry(write.version)
                    .or_insert_with(version);
            }
            for ((scope, event), told) in changes.events.iter().zip(&entry.told) {
                let Some(kind) = Kind::from_table(&event.object_kind) else {
                    continue;
                };
                let number = event.object_version.parse().unwrap_or_default();
                let seen = || Version {
                    body: Arc::clone(told),
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
            let key = (key.scope.clone(), key.kind, key.id.clone());
            // The same record has the same body, which was read before.
            let known = written
                .get(&key)
                .filter(|(record, _)| **record == held.record);
            let body = known.map_or_else(
                || Arc::new(body(&held.record)),
                |(_, body)| Arc::clone(body),
            );
            (key, (held.version, body))
        });
        History {
            last: last.collect(),
            objects,
        }
    }

    /// The last bodies of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Value)> {
        self.last
            .iter()
            .filter(move |(key, _)| key.1 == kind)
            .map(|(key, (_, body))| (key, body.as_ref()))
    }

    /// The last body of an object.
    pub fn body(&self, scope: &Scope, kind: Kind, id: &str) -> Option<&Value> {
        self.last
            .get(&(scope.clone(), kind, id.to_owned()))
            .map(|(_, body)| body.as_ref())
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
