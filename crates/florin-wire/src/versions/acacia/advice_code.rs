//! A declined payment shows an advice that does not depend on the network.
//!
//! Deliberately absent: the advice of the network itself.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2025_01_27,
    name: "declines show an advice",
    objects: &[
        "payment_intent",
        "setup_intent",
        "setup_attempt",
        "charge",
        "error",
    ],
    added: &[
        "last_payment_error.advice_code",
        "last_setup_error.advice_code",
        "setup_error.advice_code",
        "outcome.advice_code",
        "advice_code",
    ],
    ..Change::NOTHING
};
