//! The acceptance of terms by a person became nullable; before, it was a hash of nulls.
//!
//! Deliberately absent: the acceptance itself.

use serde_json::{Map, Value, json};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "the acceptance of terms by a person is nullable",
    objects: &["person"],
    back: Some(fill_in_acceptance),
    ..Change::NOTHING
};

fn fill_in_acceptance(person: &mut Map<String, Value>) {
    let acceptances = person.get_mut("additional_tos_acceptances");
    if let Some(account) = acceptances.and_then(|all| all.get_mut("account"))
        && account.is_null()
    {
        *account = json!({"date": null, "ip": null, "user_agent": null});
    }
}
