//! A dispute tells how its evidence is to be submitted, how it was, and may be appealed.
//!
//! Deliberately absent: the automatic evidence.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_10_28,
    name: "disputes tell how evidence is submitted",
    objects: &["dispute"],
    added: &[
        "evidence.appeal",
        "evidence_details.submission_method",
        "intended_submission_method",
    ],
    ..Change::NOTHING
};
