//! Payments no longer point at their invoice; invoice payments took over, since one invoice may have several.
//!
//! The field comes back as `null`, or with the value that the renderer left in it for an older reader.
//! Deliberately absent: looking for the invoice.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "payments do not point at an invoice",
    objects: &["charge", "payment_intent"],
    restored: &["invoice"],
    ..Change::NOTHING
};
