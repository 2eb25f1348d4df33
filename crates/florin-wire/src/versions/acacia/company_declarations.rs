//! A company declares its directors and may be exempt from naming owners.
//!
//! Deliberately absent: the representative, who followed in a later release.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2025_01_27,
    name: "companies declare directors and exemptions",
    objects: &["account"],
    added: &[
        "company.directorship_declaration",
        "company.ownership_exemption_reason",
    ],
    ..Change::NOTHING
};
