//! A checkout session tells what its page may change, and what else it offers.
//!
//! Deliberately absent: offers beside the line items.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "checkout sessions tell what their page may change",
    objects: &["checkout.session"],
    added: &["optional_items", "permissions"],
    ..Change::NOTHING
};
