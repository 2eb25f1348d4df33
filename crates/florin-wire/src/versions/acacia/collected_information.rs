//! A checkout session shows what its page collected, and which cards it does not take.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2025_02_24,
    name: "checkout sessions show what was collected",
    objects: &["checkout.session"],
    added: &[
        "collected_information",
        "payment_method_options.card.restrictions",
    ],
    ..Change::NOTHING
};
