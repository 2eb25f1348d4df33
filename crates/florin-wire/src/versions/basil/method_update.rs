//! The update of a payment method takes no hash for Naver Pay any more.
//!
//! Deliberately absent: payments with it.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "Naver Pay methods are not updated",
    objects: &[],
    forward: Some(Forward {
        routes: &["POST /v1/payment_methods/*"],
        dropped: &["naver_pay"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
