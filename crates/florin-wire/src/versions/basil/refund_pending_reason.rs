//! A refund that waits says why.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_04_30,
    name: "pending refunds give a reason",
    objects: &["refund"],
    added: &["pending_reason"],
    ..Change::NOTHING
};
