//! A tax rate may be an amount instead of a percentage.
//!
//! Deliberately absent: such rates.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_10_28,
    name: "tax rates may be amounts",
    objects: &["tax_rate"],
    added: &["flat_amount", "rate_type"],
    ..Change::NOTHING
};
