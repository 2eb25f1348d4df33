//! Rejecting an account for fraud asks for the kind of fraud.
//!
//! An older request that says `fraud` knows no more, so it becomes the kind for all other fraud.
//! Deliberately absent: the rejection.

use serde_json::{Map, Value};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "accounts are rejected for a kind of fraud",
    objects: &[],
    forward: Some(Forward {
        routes: &["POST /v1/accounts/*/reject"],
        apply: Some(name_kind),
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

fn name_kind(params: &mut Map<String, Value>) {
    if let Some(reason) = params.get_mut("reason")
        && reason == "fraud"
    {
        *reason = Value::from("fraud_other");
    }
}
