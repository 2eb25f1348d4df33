//! A company has addresses for its administration and its main place of business.
//!
//! Deliberately absent: the registered address, which is older.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_07_29,
    name: "companies have several addresses",
    objects: &["account"],
    added: &[
        "company.administrative_address",
        "company.principal_place_of_business",
    ],
    ..Change::NOTHING
};
