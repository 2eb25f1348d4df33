//! Fields that hashes of single payment method types gained month by month.
//!
//! Deliberately absent: the hashes themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2024_04_10: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "options of presented cards and wallets, optional birth date",
    objects: &["payment_intent", "payment_method"],
    added: &[
        "payment_method_options.card_present.routing",
        "payment_method_options.revolut_pay.capture_method",
        "payment_method_options.revolut_pay.setup_future_usage",
    ],
    restored: &["klarna.dob"],
    ..Change::NOTHING
};

pub(super) const D2024_06_20: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "payer and transaction of deferred payments",
    objects: &["charge"],
    added: &[
        "payment_method_details.affirm.transaction_id",
        "payment_method_details.blik.buyer_id",
        "payment_method_details.klarna.payer_details",
    ],
    ..Change::NOTHING
};
