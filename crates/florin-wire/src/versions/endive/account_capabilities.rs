//! Capabilities for payment method types that were published with them.
//!
//! Deliberately absent: the types, whose hashes carry their name.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2026_09_30: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "capabilities of recurring BLIK, PayPay and SeQura",
    objects: &["account"],
    added: &[
        "capabilities.blik_recurring_payments",
        "capabilities.paypay_payments",
        "capabilities.sequra_payments",
    ],
    ..Change::NOTHING
};

pub(super) const D2026_10_28: Change = Change {
    version: ApiVersion::Endive2026_10_28,
    name: "capability of Wero",
    objects: &["account"],
    added: &["capabilities.wero_payments"],
    ..Change::NOTHING
};
