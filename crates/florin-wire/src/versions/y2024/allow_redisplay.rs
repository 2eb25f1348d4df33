//! A payment method says whether it may be shown again in a payment flow.
//!
//! Deliberately absent: cards and sources, which got the field later.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "payment methods tell whether they may be shown again",
    objects: &["payment_method"],
    added: &["allow_redisplay"],
    ..Change::NOTHING
};
