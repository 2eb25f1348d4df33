//! Options of bank debits: a mandate for Bacs, and filters on linked accounts.
//!
//! Deliberately absent: Bacs options of a setup intent, which were published with their hash.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const MANDATE: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "mandate options of Bacs debits",
    objects: &["payment_intent"],
    added: &["payment_method_options.bacs_debit.mandate_options"],
    ..Change::NOTHING
};

pub(super) const FILTERS: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "filters on linked bank accounts",
    objects: &["payment_intent", "setup_intent"],
    added: &["payment_method_options.us_bank_account.financial_connections.filters"],
    ..Change::NOTHING
};
