//! An event names the context that it comes from.
//!
//! Deliberately absent: the `account` of an event, which is older.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_04_30,
    name: "events name their context",
    objects: &["event"],
    added: &["context"],
    ..Change::NOTHING
};
