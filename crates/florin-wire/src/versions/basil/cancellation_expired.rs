//! A payment that was cancelled because its authorization ran out says `expired`; it was `automatic` before.
//!
//! Deliberately absent: the refund that such a cancellation once made, which is behaviour.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "an authorization that ran out is called expired",
    objects: &["payment_intent"],
    back: Some(say_automatic),
    ..Change::NOTHING
};

fn say_automatic(intent: &mut Map<String, Value>) {
    if let Some(reason) = intent.get_mut("cancellation_reason")
        && reason == "expired"
    {
        *reason = Value::from("automatic");
    }
}
