//! A checkout session repeats how the merchant calls the place from which it was made.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_03_25,
    name: "checkout sessions name their integration",
    objects: &["checkout.session"],
    added: &["integration_identifier"],
    ..Change::NOTHING
};
