//! Debits of American accounts take no wish for a settlement speed any more.
//!
//! Deliberately absent: the answer; the field was optional in it.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_03_25,
    name: "debits take no settlement speed",
    objects: &[],
    forward: Some(Forward {
        routes: &[
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/*",
            "POST /v1/payment_intents/*/confirm",
        ],
        dropped: &["payment_method_options.us_bank_account.preferred_settlement_speed"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
