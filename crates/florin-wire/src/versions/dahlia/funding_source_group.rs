//! A payment with Link tells the group of the source that paid for it.
//!
//! Deliberately absent: the source.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_08_26,
    name: "Link tells the funding source group",
    objects: &["charge"],
    added: &[
        "payment_method_details.card.wallet.link.funding_source_group",
        "payment_method_details.link.funding_source_group",
    ],
    ..Change::NOTHING
};
