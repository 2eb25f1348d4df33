//! The options of a bank debit may choose the day on which the money is collected.
//!
//! Deliberately absent: the day that was expected in the end, which charges show.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2025_02_24,
    name: "bank debits have a target date",
    objects: &["payment_intent"],
    added: &[
        "payment_method_options.acss_debit.target_date",
        "payment_method_options.au_becs_debit.target_date",
        "payment_method_options.bacs_debit.target_date",
        "payment_method_options.sepa_debit.target_date",
        "payment_method_options.us_bank_account.target_date",
    ],
    ..Change::NOTHING
};
