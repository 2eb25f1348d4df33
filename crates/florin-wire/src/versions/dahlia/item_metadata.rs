//! A line item of a checkout session has data of the merchant's own.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_03_25,
    name: "line items have metadata",
    objects: &["item"],
    added: &["metadata"],
    ..Change::NOTHING
};
