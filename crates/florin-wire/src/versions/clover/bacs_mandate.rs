//! A Bacs mandate names the payee as the payer reads it.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2026_02_25,
    name: "Bacs mandates name the payee",
    objects: &["mandate"],
    added: &[
        "payment_method_details.bacs_debit.display_name",
        "payment_method_details.bacs_debit.service_user_number",
    ],
    ..Change::NOTHING
};
