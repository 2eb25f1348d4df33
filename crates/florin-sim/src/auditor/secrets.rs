//! Secrets (I10): no card number and no signing secret is in clear in a record, an event, an answer or a saved answer.
//!
//! Only the answer that makes an endpoint shows its secret, under one key, and it is sealed where it is saved. What leaves for
//! endpoints is looked at on its way. Deliberately absent: logs, dumps and files, which have tests of their own.

use super::history::History;
use crate::evidence::{Ack, Evidence, Violation, shows_secret};
use florin_base::Scope;
use serde_json::Value;
use std::collections::BTreeMap;

/// The operations that show a signing secret, and where. A payment of the front door may make an endpoint.
const SHOW: [(&str, &str); 2] = [
    ("CreateEndpoint", "secret"),
    ("CreateFrontPayment", "webhook_secret"),
];

pub(super) fn check(evidence: &Evidence, _history: &History, found: &mut Vec<Violation>) {
    for entry in &evidence.journal {
        for id in &entry.shows {
            let what = format!("commit {} writes a secret in clear into {id}", entry.number);
            found.push(Violation::new("I10", what));
        }
    }
    for ack in evidence.acks.iter().filter(|ack| tells(ack)) {
        let what = format!("the answer to {} {} shows a secret", ack.operation, ack.key);
        found.push(Violation::new("I10", what));
    }
    for held in &evidence.snapshot.keys {
        let reply = held.reply.as_ref().filter(|reply| reply.key_id.is_empty());
        if reply.is_some_and(|reply| shows_secret(&String::from_utf8_lossy(&reply.body))) {
            let what = format!("the answer that is saved for {} shows a secret", held.key);
            found.push(Violation::new("I10", what));
        }
    }
    shown_once(&evidence.acks, found);
}

/// An answer shows a secret, but for the one that it may show.
fn tells(ack: &Ack) -> bool {
    let text = String::from_utf8_lossy(&ack.body);
    let Some(secret) = shown(ack) else {
        return shows_secret(&text);
    };
    shows_secret(&text.replacen(&secret, "", 1))
}

/// The signing secret that an answer may show.
fn shown(ack: &Ack) -> Option<String> {
    let (_, member) = SHOW.iter().find(|(name, _)| *name == ack.operation)?;
    let told: Value = serde_json::from_slice(&ack.body).ok()?;
    told.get(member)?.as_str().map(str::to_owned)
}

/// A secret is shown under the key that made its endpoint, and under no other.
fn shown_once(acks: &[Ack], found: &mut Vec<Violation>) {
    let mut by_secret: BTreeMap<String, (&Scope, &str)> = BTreeMap::new();
    for ack in acks {
        let Some(secret) = shown(ack) else {
            continue;
        };
        let by = (&ack.scope, ack.key.as_str());
        let first = *by_secret.entry(secret).or_insert(by);
        if first != by {
            let what = format!("a secret is shown to {first:?} and to {by:?}");
            found.push(Violation::new("I10", what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(operation: &'static str, key: &str, body: &str) -> Ack {
        Ack {
            at_ms: 0,
            scope: Scope::test("acct_1"),
            key: key.to_owned(),
            operation,
            object: "",
            status: 200,
            body: body.as_bytes().to_vec(),
            replayed_from: None,
        }
    }

    #[test]
    fn an_answer_shows_its_own_secret_and_no_other() {
        for (operation, body, expected) in [
            ("CreateEndpoint", r#"{"secret": "whsec_1"}"#, false),
            (
                "CreateFrontPayment",
                r#"{"webhook_secret": "whsec_1"}"#,
                false,
            ),
            ("CreateFrontPayment", r#"{"secret": "whsec_1"}"#, true),
            ("UpdateEndpoint", r#"{"secret": "whsec_1"}"#, true),
            (
                "CreateEndpoint",
                r#"{"secret": "whsec_1", "a": "whsec_2"}"#,
                true,
            ),
            (
                "CreateFrontPayment",
                r#"{"webhook_secret": "whsec_1", "order_id": "4242424242424242"}"#,
                true,
            ),
        ] {
            assert_eq!(
                tells(&ack(operation, "k", body)),
                expected,
                "{operation} {body}"
            );
        }
    }

    #[test]
    fn a_secret_is_shown_under_one_key() {
        let made = ack("CreateEndpoint", "one", r#"{"secret": "whsec_1"}"#);
        let again = made.clone();
        let other = ack(
            "CreateFrontPayment",
            "two",
            r#"{"webhook_secret": "whsec_1"}"#,
        );
        let found = |acks: &[Ack]| {
            let mut found = Vec::new();
            shown_once(acks, &mut found);
            found.len()
        };
        assert_eq!(found(&[made.clone(), again]), 0);
        assert_eq!(found(&[made, other]), 1);
    }
}
