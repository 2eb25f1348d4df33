//! Capabilities that were published month by month, most of them for payment method types.
//!
//! Deliberately absent: the types, whose hashes carry their name.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2026_03_25: Change = Change {
    version: ApiVersion::Dahlia2026_03_25,
    name: "capability of UPI",
    objects: &["account"],
    added: &["capabilities.upi_payments"],
    ..Change::NOTHING
};

pub(super) const D2026_04_22: Change = Change {
    version: ApiVersion::Dahlia2026_04_22,
    name: "capabilities of Sunbit and of app distribution",
    objects: &["account"],
    added: &[
        "capabilities.app_distribution",
        "capabilities.sunbit_payments",
    ],
    ..Change::NOTHING
};

pub(super) const D2026_05_27: Change = Change {
    version: ApiVersion::Dahlia2026_05_27,
    name: "capabilities of Bizum and Scalapay",
    objects: &["account"],
    added: &[
        "capabilities.bizum_payments",
        "capabilities.scalapay_payments",
    ],
    ..Change::NOTHING
};
