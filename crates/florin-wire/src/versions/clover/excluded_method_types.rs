//! A setup intent and a checkout session may leave out single payment method types, as payment intents did before.
//! That of sessions is inferred to be of the same release.
//!
//! Deliberately absent: payment intents.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "setup intents and sessions exclude method types",
    objects: &["setup_intent", "checkout.session"],
    added: &["excluded_payment_method_types"],
    ..Change::NOTHING
};
