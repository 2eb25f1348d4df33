//! A disabled account tells whether the platform or the payment provider rejected it.
//!
//! Deliberately absent: capabilities, whose reasons did not change.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "rejections by the platform are told apart",
    objects: &["account"],
    back: Some(say_rejected),
    ..Change::NOTHING
};

fn say_rejected(account: &mut Map<String, Value>) {
    for name in ["requirements", "future_requirements"] {
        let requirements = account.get_mut(name);
        if let Some(reason) = requirements.and_then(|all| all.get_mut("disabled_reason"))
            && let Some(older) = older_reason(reason)
        {
            *reason = Value::from(older);
        }
    }
}

fn older_reason(reason: &Value) -> Option<&'static str> {
    match reason.as_str()? {
        "rejected.platform_fraud" => Some("rejected.fraud"),
        "rejected.platform_terms_of_service" => Some("rejected.terms_of_service"),
        "rejected.platform_other" => Some("rejected.other"),
        _ => None,
    }
}
