//! Capabilities for payment method types that were published with them.
//!
//! Deliberately absent: the types, whose hashes carry their name.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2024_04_10: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "capabilities of bank transfers, Multibanco and TWINT",
    objects: &["account"],
    added: &[
        "capabilities.gb_bank_transfer_payments",
        "capabilities.jp_bank_transfer_payments",
        "capabilities.multibanco_payments",
        "capabilities.mx_bank_transfer_payments",
        "capabilities.sepa_bank_transfer_payments",
        "capabilities.twint_payments",
        "capabilities.us_bank_transfer_payments",
    ],
    ..Change::NOTHING
};
