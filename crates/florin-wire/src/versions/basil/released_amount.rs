//! What is given back of an authorization is no refund any more.
//!
//! Before, a cancelled or lapsed authorization was `refunded`, and what a partial capture left was counted in
//! `amount_refunded` too. An authorization that can no longer be captured shows no `capture_before`; one with parts
//! captured that still waits for another capture says so in `multicapture`.
//! Deliberately absent: the refund object and the second balance transaction, which were records and not shapes.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "a released authorization is no refund",
    objects: &["charge"],
    back: Some(count_as_refunded),
    ..Change::NOTHING
};

fn count_as_refunded(charge: &mut Map<String, Value>) {
    let Some((released, amount)) = released(charge) else {
        return;
    };
    let number = |name: &str| charge.get(name).and_then(Value::as_i64);
    let Some(back) = number("amount_refunded").map(|before| before.saturating_add(released)) else {
        return;
    };
    if let Some(shown) = charge.get_mut("amount_refunded") {
        *shown = Value::from(back);
    }
    if let Some(shown) = charge.get_mut("refunded") {
        *shown = Value::from(back >= amount);
    }
}

/// What was given back uncaptured, if anything was, and the amount that was authorized.
fn released(charge: &Map<String, Value>) -> Option<(i64, i64)> {
    let amount = charge.get("amount")?.as_i64()?;
    let captured = charge.get("amount_captured")?.as_i64()?;
    let card = charge.get("payment_method_details")?.get("card")?;
    let waits = match captured {
        0 => card.get("capture_before").is_some(),
        _ => card.pointer("/multicapture/status")? == "available",
    };
    let ended = charge.get("status")? == "succeeded" && !waits;
    (ended && captured < amount).then_some((amount - captured, amount))
}
