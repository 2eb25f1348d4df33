//! A dispute tells which enhanced evidence it may carry and carries it.
//!
//! Deliberately absent: the inside of the evidence.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_10_28,
    name: "disputes carry enhanced evidence",
    objects: &["dispute"],
    added: &[
        "enhanced_eligibility_types",
        "evidence.enhanced_evidence",
        "evidence_details.enhanced_eligibility",
    ],
    ..Change::NOTHING
};

pub(super) const COMPLIANCE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "enhanced evidence for compliance cases of one network",
    objects: &["dispute"],
    added: &[
        "evidence.enhanced_evidence.visa_compliance",
        "evidence_details.enhanced_eligibility.visa_compliance",
    ],
    ..Change::NOTHING
};
