//! Secrets (I10): no card number and no signing secret is in clear in a record, an event, an answer or a saved answer.
//!
//! Only the answer that makes an endpoint shows its secret, once, and it is sealed where it is saved. What leaves for
//! endpoints is looked at on its way. Deliberately absent: logs, dumps and files, which have tests of their own.

use super::history::History;
use crate::evidence::{Evidence, Violation, shows_secret};

/// The operation that shows a signing secret.
const SHOWS: &str = "CreateEndpoint";

pub(super) fn check(evidence: &Evidence, _history: &History, found: &mut Vec<Violation>) {
    for entry in &evidence.journal {
        for id in &entry.shows {
            let what = format!("commit {} writes a secret in clear into {id}", entry.number);
            found.push(Violation::new("I10", what));
        }
    }
    for ack in evidence.acks.iter().filter(|ack| ack.operation != SHOWS) {
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
}
