//! Answers: what was acknowledged is in the store (I1), and one key has one answer, byte for byte (I9).
//!
//! An answer whose outcome the engine did not know is told, but not saved; only such a one may differ from the later
//! saved one. Deliberately absent: answers that report no change.

use super::history::{History, flag, number, status, text};
use crate::evidence::{Ack, Evidence, Violation};
use crate::scene::{FRONT, kind_of};
use florin_base::Scope;
use florin_domain::Kind;
use florin_store::memory::HeldKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Answers are saved for at least so long, in milliseconds.
const KEPT_MS: u64 = 24 * 3_600_000;

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let keys: BTreeMap<(&Scope, &str), &HeldKey> = evidence
        .snapshot
        .keys
        .iter()
        .map(|held| ((&held.scope, held.key.as_str()), held))
        .collect();
    let unheard = keys_of_unheard(evidence, history);
    for ack in evidence
        .acks
        .iter()
        .filter(|ack| matches!(ack.status, 200 | 402))
    {
        let saved = keys.get(&(&ack.scope, ack.key.as_str()));
        // Answers are kept by the wall clock, which may have jumped ahead.
        let is_forgotten = evidence.elapsed_ms + evidence.jumped_ms - ack.at_ms > KEPT_MS;
        let is_told_early = is_forgotten
            || ack.replayed_from.is_none()
                && unheard.contains(&(ack.scope.clone(), ack.key.clone()));
        reply(ack, saved.copied(), is_told_early, found);
        if ack.status == 200 {
            object(ack, history, found);
        }
    }
    open_keys(evidence, found);
}

/// Keys behind calls whose outcome the engine did not hear, or did not wait for.
fn keys_of_unheard(evidence: &Evidence, history: &History) -> BTreeSet<(Scope, String)> {
    let attempts = history.of_kind(Kind::Attempt);
    let unheard = attempts.filter(|(_, attempt)| {
        let reference = attempt
            .pointer("/request/reference")
            .and_then(Value::as_str)
            .unwrap_or_default();
        evidence.unheard.contains(reference) || number(attempt, "asked") > 0
    });
    let keys = unheard.filter_map(|((scope, _, _), attempt)| {
        let key = attempt
            .pointer("/cause/idempotency_key")
            .and_then(Value::as_str)?;
        Some((scope.clone(), key.to_owned()))
    });
    keys.collect()
}

fn reply(ack: &Ack, saved: Option<&HeldKey>, is_told_early: bool, found: &mut Vec<Violation>) {
    let reply = saved.and_then(|saved| saved.reply.as_ref());
    let Some(reply) = reply else {
        // A refusal before any change is told and not saved.
        if ack.status == 200 && !is_told_early {
            let what = format!(
                "{} {} {:?} was answered with 200, and nothing is saved for it",
                ack.operation, ack.key, ack.scope
            );
            found.push(Violation::new("I1", what));
        }
        return;
    };
    let is_sealed = !reply.key_id.is_empty();
    if !is_told_early && !is_sealed && (reply.status, &reply.body) != (ack.status, &ack.body) {
        let what = format!(
            "{} {} was answered with {} and with {}, or with other bytes",
            ack.operation, ack.key, ack.status, reply.status
        );
        found.push(Violation::new("I9", what));
    }
    if let Some(from) = &ack.replayed_from
        && saved.is_some_and(|saved| saved.request != *from)
    {
        found.push(Violation::new(
            "I9",
            format!(
                "{} {} replays another request's answer",
                ack.operation, ack.key
            ),
        ));
    }
}

/// When nothing is under way, every key that was taken has its answer.
fn open_keys(evidence: &Evidence, found: &mut Vec<Violation>) {
    for held in evidence
        .snapshot
        .keys
        .iter()
        .filter(|held| held.reply.is_none())
    {
        found.push(Violation::new(
            "I8",
            format!("{} waits for {:?} for ever", held.key, held.attempt),
        ));
    }
}

/// An acknowledged object is there, and stands no further back than it was told.
fn object(ack: &Ack, history: &History, found: &mut Vec<Violation>) {
    let told: Value = serde_json::from_slice(&ack.body).unwrap_or_default();
    let (name, id) = (text(&told, "object", ""), text(&told, "id", ""));
    let kind = kind_of(name).filter(|_| name == ack.object);
    let Some(kind) = kind else {
        let what = format!(
            "{} {} is answered with a {name:?} instead of a {:?}",
            ack.operation, ack.key, ack.object
        );
        found.push(Violation::new("I9", what));
        return;
    };
    let Some(held) = history.body(&ack.scope, kind, id) else {
        found.push(Violation::new(
            "I1",
            format!(
                "{id} was acknowledged and is not in the store of {:?}",
                ack.scope
            ),
        ));
        return;
    };
    if told.get("deleted") == Some(&Value::Bool(true)) && !flag(held, "deleted") {
        found.push(Violation::new(
            "I1",
            format!("{id} was told to be deleted and is there"),
        ));
    }
    if name == FRONT {
        return front(&told, held, found);
    }
    let is = status(kind, held);
    let was = text(&told, "status", "");
    let is_final = match kind {
        Kind::PaymentIntent | Kind::SetupIntent => matches!(was, "succeeded" | "canceled"),
        Kind::Charge => matches!(was, "succeeded" | "failed"),
        Kind::Refund => matches!(was, "failed" | "canceled"),
        Kind::CheckoutSession => matches!(was, "complete" | "expired"),
        _ => false,
    };
    let falls = ["amount_received", "amount_captured"]
        .iter()
        .any(|member| number(&told, member) > number(held, member));
    if (is_final && was != is) || falls {
        found.push(Violation::new(
            "I1",
            format!("{id} was told to be {was}, now it is {is}, or it holds less than was told"),
        ));
    }
}

/// What the front door told of a payment that is over still holds.
fn front(told: &Value, held: &Value, found: &mut Vec<Violation>) {
    let (id, was) = (text(told, "id", ""), text(told, "status", ""));
    let is = status(Kind::CheckoutSession, held);
    let paid = text(held, "paid", "unpaid");
    let stands = match was {
        "paid" | "refunded" => is == "complete" && paid != "unpaid",
        "canceled" => is == "expired" && flag(held, "canceled"),
        _ => true,
    };
    if !stands {
        let what = format!("{id} was told to be {was}, now it is {is} and {paid}");
        found.push(Violation::new("I1", what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_front_door_told_still_holds() {
        let paid = json!({"status": "complete", "paid": "paid"});
        let late = json!({"status": "complete"});
        let canceled = json!({"status": "expired", "canceled": true});
        let expired = json!({"status": "expired"});
        for (was, held, wrong) in [
            ("paid", &paid, 0),
            ("refunded", &paid, 0),
            ("awaiting", &expired, 0),
            ("canceled", &canceled, 0),
            ("paid", &late, 1),
            ("paid", &expired, 1),
            ("refunded", &canceled, 1),
            ("canceled", &expired, 1),
            ("canceled", &paid, 1),
        ] {
            let told = json!({"id": "cs_1", "status": was});
            let mut found = Vec::new();
            front(&told, held, &mut found);
            assert_eq!(found.len(), wrong, "{was} {held}");
        }
    }
}
