//! Secrets (I10): no card number and no signing secret is in clear in a record, an event, an answer or a saved answer.
//!
//! Only the answer that makes an endpoint shows its secret, under one key, and it is sealed where it is saved. What leaves for
//! endpoints is looked at on its way. Deliberately absent: logs, dumps and files, which have tests of their own.

use super::history::History;
use crate::evidence::{Ack, Evidence, Violation, shows_secret};
use florin_base::Scope;
use serde_json::Value;
use std::collections::BTreeMap;

/// The operations that show a signing secret. A payment of the front door may make an endpoint.
const SHOW: [&str; 2] = ["CreateEndpoint", "CreateFrontPayment"];

pub(super) fn check(evidence: &Evidence, _history: &History, found: &mut Vec<Violation>) {
    for entry in &evidence.journal {
        for id in &entry.shows {
            let what = format!("commit {} writes a secret in clear into {id}", entry.number);
            found.push(Violation::new("I10", what));
        }
    }
    let hidden = |ack: &&Ack| !SHOW.contains(&ack.operation);
    for ack in evidence.acks.iter().filter(hidden) {
        if shows_secret(&String::from_utf8_lossy(&ack.body)) {
            let what = format!("the answer to {} {} shows a secret", ack.operation, ack.key);
            found.push(Violation::new("I10", what));
        }
    }
    for held in &evidence.snapshot.keys {
        let reply = held.reply.as_ref().filter(|reply| reply.key_id.is_empty());
        if reply.is_some_and(|reply| shows_secret(&String::from_utf8_lossy(&reply.body))) {
            let what = format!("the answer that is saved for {} shows a secret", held.key);
            found.push(Violation::new("I10", what));
        }
    }
    shown_once(evidence, found);
}

/// A secret is shown under the key that made its endpoint, and under no other.
fn shown_once(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut shown: BTreeMap<String, (&Scope, &str)> = BTreeMap::new();
    for ack in evidence
        .acks
        .iter()
        .filter(|ack| SHOW.contains(&ack.operation))
    {
        let told: Value = serde_json::from_slice(&ack.body).unwrap_or_default();
        let secret = told.get("webhook_secret").or_else(|| told.get("secret"));
        let Some(secret) = secret.and_then(Value::as_str) else {
            continue;
        };
        let by = (&ack.scope, ack.key.as_str());
        let first = *shown.entry(secret.to_owned()).or_insert(by);
        if first != by {
            let what = format!("a secret is shown to {first:?} and to {by:?}");
            found.push(Violation::new("I10", what));
        }
    }
}
