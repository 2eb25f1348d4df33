//! The request for an incremental authorization of a presented card left the options.
//!
//! Deliberately absent: the support flag, which took its place and is a request of its own.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "presented cards take no request for increments",
    objects: &[],
    forward: Some(Forward {
        routes: &[
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/*",
            "POST /v1/payment_intents/*/confirm",
        ],
        dropped: &["payment_method_options.card_present.request_incremental_authorization"],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
