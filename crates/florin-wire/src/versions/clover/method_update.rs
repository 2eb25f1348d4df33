//! The update of a payment method takes no hash for Link and for pay by bank any more; both were empty.
//!
//! Deliberately absent: payments with them.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_09_30,
    name: "Link and pay by bank methods are not updated",
    objects: &[],
    forward: Some(Forward {
        routes: &["POST /v1/payment_methods/*"],
        dropped: &["link", "pay_by_bank"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
