//! Capabilities for payment method types that were published with them.
//!
//! Deliberately absent: the types, whose hashes carry their name.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2024_10_28: Change = Change {
    version: ApiVersion::Acacia2024_10_28,
    name: "capabilities of Alma and of the Korean methods",
    objects: &["account"],
    added: &[
        "capabilities.alma_payments",
        "capabilities.kakao_pay_payments",
        "capabilities.kr_card_payments",
        "capabilities.naver_pay_payments",
        "capabilities.payco_payments",
        "capabilities.samsung_pay_payments",
    ],
    ..Change::NOTHING
};

pub(super) const D2025_01_27: Change = Change {
    version: ApiVersion::Acacia2025_01_27,
    name: "capability of pay by bank",
    objects: &["account"],
    added: &["capabilities.pay_by_bank_payments"],
    ..Change::NOTHING
};
