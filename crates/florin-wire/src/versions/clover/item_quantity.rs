//! A line item of a checkout session shows within which bounds the buyer may change its quantity.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2026_01_28,
    name: "line items show the bounds of their quantity",
    objects: &["item"],
    added: &["adjustable_quantity"],
    ..Change::NOTHING
};
