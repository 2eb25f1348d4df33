//! A mandate for several payments may be limited to an amount.
//!
//! Deliberately absent: mandates for one payment, which had an amount before.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_04_22,
    name: "mandates may be limited to an amount",
    objects: &["mandate"],
    added: &["multi_use.amount", "multi_use.currency"],
    ..Change::NOTHING
};
