//! A declined payment shows the codes of the network: why it was declined and what to do about it.
//!
//! Deliberately absent: the decline code of the wire, which is older.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "declines show the codes of the network",
    objects: &[
        "payment_intent",
        "setup_intent",
        "setup_attempt",
        "charge",
        "error",
    ],
    added: &[
        "last_payment_error.network_advice_code",
        "last_setup_error.network_advice_code",
        "setup_error.network_advice_code",
        "outcome.network_advice_code",
        "network_advice_code",
        "last_payment_error.network_decline_code",
        "last_setup_error.network_decline_code",
        "setup_error.network_decline_code",
        "outcome.network_decline_code",
        "network_decline_code",
    ],
    ..Change::NOTHING
};
