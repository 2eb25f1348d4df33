//! A payment intent may leave out single payment method types.
//!
//! Deliberately absent: setup intents, which followed in a later release.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_08_27,
    name: "payment intents exclude method types",
    objects: &["payment_intent"],
    added: &["excluded_payment_method_types"],
    ..Change::NOTHING
};
