//! Revenue and size of a business depend on permissions, so they became optional.
//!
//! Deliberately absent: the figures.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "revenue and size of a business are optional",
    objects: &["account"],
    restored: &[
        "business_profile.annual_revenue",
        "business_profile.estimated_worker_count",
    ],
    ..Change::NOTHING
};
