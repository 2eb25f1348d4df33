//! Enhanced evidence for compliance cases of the second network.
//!
//! Deliberately absent: the first network, which came in an earlier release.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_06_24,
    name: "enhanced evidence for compliance cases of a second network",
    objects: &["dispute"],
    added: &[
        "evidence.enhanced_evidence.mastercard_compliance",
        "evidence_details.enhanced_eligibility.mastercard_compliance",
    ],
    ..Change::NOTHING
};
