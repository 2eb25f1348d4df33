//! A setup intent may leave out single payment method types, as payment intents did before.
//!
//! Deliberately absent: payment intents.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "setup intents exclude method types",
    objects: &["setup_intent"],
    added: &["excluded_payment_method_types"],
    ..Change::NOTHING
};
