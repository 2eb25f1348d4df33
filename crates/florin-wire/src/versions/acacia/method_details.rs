//! Fields that hashes of single payment method types gained month by month.
//!
//! Deliberately absent: the hashes themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2024_12_18: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "wallets show the card behind them",
    objects: &["charge"],
    added: &[
        "payment_method_details.amazon_pay.funding",
        "payment_method_details.revolut_pay.funding",
    ],
    ..Change::NOTHING
};

pub(super) const D2025_01_27: Change = Change {
    version: ApiVersion::Acacia2025_01_27,
    name: "PayPal shows the country of the payer",
    objects: &["charge", "payment_method"],
    added: &["payment_method_details.paypal.country", "paypal.country"],
    ..Change::NOTHING
};
