//! A checkout session lists its discounts.
//!
//! Deliberately absent: discounts.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2025_01_27,
    name: "checkout sessions list discounts",
    objects: &["checkout.session"],
    added: &["discounts"],
    ..Change::NOTHING
};
