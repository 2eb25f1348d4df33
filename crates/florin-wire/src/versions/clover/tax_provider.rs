//! The tax hash of a customer names who computes the tax.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "customers name their tax provider",
    objects: &["customer"],
    added: &["tax.provider"],
    ..Change::NOTHING
};
