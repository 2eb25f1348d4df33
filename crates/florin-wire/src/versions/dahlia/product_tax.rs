//! A product tells how it is taxed in a hash.
//!
//! Deliberately absent: `tax_code`, which stays.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_04_22,
    name: "products tell their taxes in a hash",
    objects: &["product"],
    added: &["tax_details"],
    ..Change::NOTHING
};
