//! A person may be the one who authorizes a representative.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Acacia2024_11_20,
    name: "persons may be authorizers",
    objects: &["person"],
    added: &["relationship.authorizer"],
    ..Change::NOTHING
};
