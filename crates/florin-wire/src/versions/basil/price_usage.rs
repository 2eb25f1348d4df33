//! A recurring price does not say any more how usage is added up.
//!
//! Deliberately absent: usage.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "prices do not add usage up",
    objects: &["price"],
    restored: &["recurring.aggregate_usage"],
    ..Change::NOTHING
};
