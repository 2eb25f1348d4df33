//! An intent, or a checkout session, shows the list of payment method types that it was narrowed to.
//!
//! Deliberately absent: the types that are left, which `payment_method_types` shows in every version.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_07_29,
    name: "intents show the allowed method types",
    objects: &["checkout.session", "payment_intent", "setup_intent"],
    added: &["allowed_payment_method_types"],
    ..Change::NOTHING
};
