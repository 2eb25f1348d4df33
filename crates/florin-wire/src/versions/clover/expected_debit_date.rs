//! A bank debit shows the day on which the money is expected to be collected.
//!
//! Deliberately absent: the day that was asked for.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_12_15,
    name: "bank debits show the expected day",
    objects: &["charge"],
    added: &[
        "payment_method_details.acss_debit.expected_debit_date",
        "payment_method_details.au_becs_debit.expected_debit_date",
        "payment_method_details.bacs_debit.expected_debit_date",
        "payment_method_details.nz_bank_account.expected_debit_date",
        "payment_method_details.sepa_debit.expected_debit_date",
        "payment_method_details.us_bank_account.expected_debit_date",
    ],
    ..Change::NOTHING
};
