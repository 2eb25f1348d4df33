//! A checkout session shows how its page looks, and the two kinds of names of its buyer.
//!
//! Deliberately absent: collecting those names, which Florin does not do.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_09_30,
    name: "checkout sessions show branding and two kinds of names",
    objects: &["checkout.session"],
    added: &[
        "branding_settings",
        "collected_information.business_name",
        "collected_information.individual_name",
        "customer_details.business_name",
        "customer_details.individual_name",
        "name_collection",
    ],
    ..Change::NOTHING
};
