//! A company declares its representative.
//!
//! Deliberately absent: the person.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "companies declare their representative",
    objects: &["account"],
    added: &["company.representative_declaration"],
    ..Change::NOTHING
};
