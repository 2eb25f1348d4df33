//! The update of a payment method takes no hash for PayTo any more.
//!
//! Deliberately absent: payments with it.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "PayTo methods are not updated",
    objects: &[],
    forward: Some(Forward {
        routes: &["POST /v1/payment_methods/*"],
        dropped: &["payto"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
