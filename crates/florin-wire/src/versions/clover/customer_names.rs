//! A customer has a name as a business and a name as a person.
//!
//! Deliberately absent: `name`, which stays.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_09_30,
    name: "customers have two kinds of names",
    objects: &["customer"],
    added: &["business_name", "individual_name"],
    ..Change::NOTHING
};
