//! The options of a bank debit may choose how references of mandates begin.
//!
//! Deliberately absent: mandates.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "references of mandates have a prefix",
    objects: &["payment_intent", "setup_intent"],
    added: &[
        "payment_method_options.bacs_debit.mandate_options.reference_prefix",
        "payment_method_options.sepa_debit.mandate_options.reference_prefix",
    ],
    ..Change::NOTHING
};
