//! What accounts gained with the payment methods of Japan and with new proofs.
//!
//! Deliberately absent: the proofs themselves, which are files.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2026_09_30: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "accounts carry Japanese disclosures and PayPay settings",
    objects: &["account"],
    added: &[
        "business_profile.specified_commercial_transactions_act_url",
        "settings.paypay_payments",
    ],
    ..Change::NOTHING
};

pub(super) const D2026_10_28: Change = Change {
    version: ApiVersion::Endive2026_10_28,
    name: "companies have a physical address",
    objects: &["account"],
    added: &["company.physical_address"],
    ..Change::NOTHING
};
