//! Fields that hashes of single payment method types gained month by month.
//!
//! Deliberately absent: the hashes themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2025_09_30: Change = Change {
    version: ApiVersion::Clover2025_09_30,
    name: "Klarna disputes tell why they were lost",
    objects: &["dispute"],
    added: &["payment_method_details.klarna.chargeback_loss_reason_code"],
    ..Change::NOTHING
};

pub(super) const D2025_10_29: Change = Change {
    version: ApiVersion::Clover2025_10_29,
    name: "presented cards have a capture method",
    objects: &["payment_intent"],
    added: &["payment_method_options.card_present.capture_method"],
    ..Change::NOTHING
};

pub(super) const D2025_11_17: Change = Change {
    version: ApiVersion::Clover2025_11_17,
    name: "iDEAL shows the transaction",
    objects: &["charge"],
    added: &["payment_method_details.ideal.transaction_id"],
    ..Change::NOTHING
};

pub(super) const D2026_02_25: Change = Change {
    version: ApiVersion::Clover2026_02_25,
    name: "presented cards show their reader, debits their purpose",
    objects: &["charge", "payment_intent", "payment_method"],
    added: &[
        "payment_method_details.card_present.location",
        "payment_method_details.card_present.reader",
        "payment_method_details.interac_present.location",
        "payment_method_details.interac_present.reader",
        "card.generated_from.payment_method_details.card_present.location",
        "card.generated_from.payment_method_details.card_present.reader",
        "payment_method_options.us_bank_account.transaction_purpose",
    ],
    ..Change::NOTHING
};
