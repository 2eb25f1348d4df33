//! The directions in which a setup intent is used became optional where they were nullable.
//!
//! Deliberately absent: setup attempts, where they stayed nullable.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_03_25,
    name: "flow directions are optional",
    objects: &["setup_intent"],
    restored: &["flow_directions"],
    ..Change::NOTHING
};
