//! A refund to a bank shows the code with which the network declined it.
//!
//! Deliberately absent: PayPal, which followed in a later release.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_11_20,
    name: "refunds show the decline code of the network",
    objects: &["refund"],
    added: &[
        "destination_details.blik.network_decline_code",
        "destination_details.swish.network_decline_code",
    ],
    ..Change::NOTHING
};
