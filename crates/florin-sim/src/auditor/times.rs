//! Times (I12): an object is made once, and what happens to it is dated in the order in which it happened.
//!
//! A wall clock that is set back may date a later event earlier, but by no more than it was set back. That no schedule is
//! skipped shows elsewhere: in money that is still pending, in work that is left, in endpoints that were not told.
//! Deliberately absent: the clock that never goes back, which nothing stored depends on.

use super::history::{History, Key};
use crate::evidence::{Evidence, Violation};
use florin_base::Timestamp;
use florin_domain::Kind;
use std::collections::BTreeMap;

pub(super) fn check(evidence: &Evidence, _history: &History, found: &mut Vec<Violation>) {
    let mut made: BTreeMap<Key, Timestamp> = BTreeMap::new();
    let mut told: BTreeMap<Key, Timestamp> = BTreeMap::new();
    let allowed_s = i64::try_from(evidence.fell_back_ms / 1_000).unwrap_or(i64::MAX);
    for entry in &evidence.journal {
        let changes = &entry.commit.changes;
        for write in &changes.writes {
            let key = (
                write.key.scope.clone(),
                write.key.kind,
                write.key.id.clone(),
            );
            let created = write.record.created();
            let first = *made.entry(key).or_insert(created);
            if first != created {
                let what = format!(
                    "{} was made at {} and, in version {}, at {}",
                    write.key.id, first.0, write.version, created.0
                );
                found.push(Violation::new("I12", what));
            }
        }
        for (scope, event) in &changes.events {
            let Some(kind) = Kind::from_table(&event.object_kind) else {
                continue;
            };
            let key = (scope.clone(), kind, event.object.clone());
            let latest = told.entry(key).or_insert(event.created);
            if event.created.0 < latest.0 - allowed_s {
                let what = format!(
                    "{} tells of version {} of {} at {}, an earlier version was told at {}",
                    event.id, event.object_version, event.object, event.created.0, latest.0
                );
                found.push(Violation::new("I12", what));
            }
            *latest = event.created.max(*latest);
        }
    }
}
