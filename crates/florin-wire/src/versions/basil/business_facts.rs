//! Facts about a business that lenders report: when it was registered and by whom it is owned.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_04_30,
    name: "businesses tell registration and ownership",
    objects: &["account"],
    added: &[
        "business_profile.minority_owned_business_designation",
        "company.registration_date",
    ],
    ..Change::NOTHING
};

pub(super) const PERSON: Change = Change {
    version: ApiVersion::Basil2025_04_30,
    name: "persons carry figures for lending reports",
    objects: &["person"],
    added: &["us_cfpb_data"],
    ..Change::NOTHING
};
