//! An intent, or a checkout session, tells whether the platform is the seller of record.
//!
//! Deliberately absent: such payments.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_04_22,
    name: "intents tell who is the seller of record",
    objects: &["checkout.session", "payment_intent", "setup_intent"],
    added: &["managed_payments"],
    ..Change::NOTHING
};
