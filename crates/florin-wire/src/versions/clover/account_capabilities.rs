//! Capabilities for payment method types that were published with them.
//!
//! Deliberately absent: the types, whose hashes carry their name.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2025_09_30: Change = Change {
    version: ApiVersion::Clover2025_09_30,
    name: "capability of MB WAY",
    objects: &["account"],
    added: &["capabilities.mb_way_payments"],
    ..Change::NOTHING
};

pub(super) const D2025_12_15: Change = Change {
    version: ApiVersion::Clover2025_12_15,
    name: "capability of PayTo",
    objects: &["account"],
    added: &["capabilities.payto_payments"],
    ..Change::NOTHING
};
