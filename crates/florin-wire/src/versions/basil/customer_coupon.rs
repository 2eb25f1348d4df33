//! A discount is no longer put on a customer by naming a coupon or a promotion code.
//!
//! There is no newer parameter for it, so both stay in an older request for the handler to read.
//! Deliberately absent: discounts, which are read as before.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "customers take no coupon",
    objects: &[],
    forward: Some(Forward {
        routes: &["POST /v1/customers", "POST /v1/customers/*"],
        retired: &["coupon", "promotion_code"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
