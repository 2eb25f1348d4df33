//! Capabilities for payment method types that were published with them.
//!
//! Deliberately absent: the types, whose hashes carry their name.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2025_03_31: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "capabilities of Billie, Satispay and debits in New Zealand",
    objects: &["account"],
    added: &[
        "capabilities.billie_payments",
        "capabilities.nz_bank_account_becs_debit_payments",
        "capabilities.satispay_payments",
    ],
    ..Change::NOTHING
};

pub(super) const D2025_05_28: Change = Change {
    version: ApiVersion::Basil2025_05_28,
    name: "capability of Pix",
    objects: &["account"],
    added: &["capabilities.pix_payments"],
    ..Change::NOTHING
};

pub(super) const D2025_06_30: Change = Change {
    version: ApiVersion::Basil2025_06_30,
    name: "capability of crypto payments",
    objects: &["account"],
    added: &["capabilities.crypto_payments"],
    ..Change::NOTHING
};
