//! Events: versions have no gaps, every event tells of a change and every change that matters has its event (I5), and
//! every endpoint hears of it (I6), one of the front door of the orders that named it.
//!
//! Deliberately absent: the types of events, which the wire's own tests compare with the published table.

use super::history::{History, Key, Step, flag, number, status, text};
use super::orders::FRONT_EVENT;
use crate::evidence::{Entry, Evidence, Receipt, Violation};
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::changes::Write;
use florin_domain::webhooks::Event;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    versions(evidence, history, found);
    unique(evidence, found);
    for kind in [
        Kind::PaymentIntent,
        Kind::Charge,
        Kind::Refund,
        Kind::SetupIntent,
        Kind::Customer,
        Kind::Dispute,
        Kind::EarlyFraudWarning,
        Kind::Product,
        Kind::Price,
        Kind::TaxRate,
        Kind::CheckoutSession,
    ] {
        for step in history.steps(kind) {
            if is_news(kind, &step) && step.after.events.is_empty() {
                found.push(Violation::new(
                    "I5",
                    format!("nobody tells of version {} of {}", step.version, step.key.2),
                ));
            }
        }
    }
    deliveries(evidence, history, found);
}

/// Each write follows the one before it, and the store holds the last one.
fn versions(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let mut known: BTreeMap<Key, u64> = BTreeMap::new();
    for entry in &evidence.journal {
        for (write, body) in entry.commit.changes.writes.iter().zip(&entry.bodies) {
            let key = (
                write.key.scope.clone(),
                write.key.kind,
                write.key.id.clone(),
            );
            let before = known.insert(key, write.version).unwrap_or_default();
            if before != write.expected || write.version <= before {
                let what = format!(
                    "commit {} writes {} from {} to {}, it was at {before}",
                    entry.number, write.key.id, write.expected, write.version
                );
                found.push(Violation::new("I5", what));
            }
            told_as_written(entry, write, body, found);
        }
    }
    for (key, (version, _)) in &history.last {
        if known.get(key) != Some(version) {
            let what = format!(
                "{} is at version {version}, the journal says {:?}",
                key.2,
                known.get(key)
            );
            found.push(Violation::new("I5", what));
        }
    }
    if known.len() != history.last.len() {
        let gone = known.keys().find(|key| !history.last.contains_key(*key));
        found.push(Violation::new(
            "I5",
            format!("a record that was written is gone: {gone:?}"),
        ));
    }
}

/// The events of a commit tell what it wrote.
fn told_as_written(entry: &Entry, write: &Write, body: &Value, found: &mut Vec<Violation>) {
    let events = entry.commit.changes.events.iter().zip(&entry.told);
    for ((_, event), told) in events.filter(|((_, event), _)| event.object == write.key.id) {
        let version: u64 = event.object_version.parse().unwrap_or_default();
        let fits = version > write.expected && version <= write.version;
        // A deletion tells of the object as it was.
        let tells_past = event.kind.ends_with(".deleted");
        let same = tells_past || version != write.version || told.as_ref() == body;
        if !fits || !same {
            let what = format!(
                "{} does not tell what commit {} wrote",
                event.id, entry.number
            );
            found.push(Violation::new("I5", what));
        }
    }
}

/// (object, version, type) is told once, and what was committed is there.
fn unique(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut told = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (scope, event) in &evidence.snapshot.events {
        ids.insert((scope.clone(), event.id.to_string()));
        if !told.insert((
            scope.clone(),
            event.object.clone(),
            event.object_version.clone(),
            event.kind.clone(),
        )) {
            found.push(Violation::new(
                "I5",
                format!(
                    "{} is told twice: {} of {}",
                    event.kind, event.object_version, event.object
                ),
            ));
        }
    }
    let written = evidence
        .journal
        .iter()
        .flat_map(|entry| &entry.commit.changes.events);
    let written: BTreeSet<_> = written
        .map(|(scope, event)| (scope.clone(), event.id.to_string()))
        .collect();
    if written != ids {
        found.push(Violation::new(
            "I5",
            format!(
                "{} events were written, {} are there",
                written.len(),
                ids.len()
            ),
        ));
    }
}

/// Changes of which a merchant must hear.
fn is_news(kind: Kind, step: &Step<'_>) -> bool {
    let after = &step.after.body;
    let Some(before) = step.before.map(|version| &version.body) else {
        return match kind {
            // A charge that was only sent is told of with its outcome.
            Kind::Charge => status(kind, after) != "pending",
            // A session is told of when the buyer is done, or when its time is over.
            Kind::CheckoutSession => status(kind, after) != "open",
            _ => true,
        };
    };
    let differs = |members: &[&str]| {
        members
            .iter()
            .any(|member| number(before, member) != number(after, member))
    };
    let flips = |member: &str| flag(before, member) != flag(after, member);
    let (was, is) = (status(kind, before), status(kind, after));
    match kind {
        Kind::PaymentIntent => {
            let silent = ["processing", "requires_confirmation"];
            differs(&["amount_received", "amount_capturable"])
                || (was != is && !silent.contains(&is))
        }
        Kind::SetupIntent => was != is && !["processing", "requires_confirmation"].contains(&is),
        Kind::Charge => {
            differs(&["amount", "amount_captured", "amount_refunded"])
                || was != is
                || flips("voided")
                || flips("open")
        }
        Kind::Refund | Kind::CheckoutSession => was != is,
        Kind::EarlyFraudWarning => flips("actionable"),
        // That it got its first price is told with the price.
        Kind::Product => !flips("priced"),
        Kind::Customer | Kind::Price | Kind::TaxRate => true,
        _ => false,
    }
}

/// An endpoint that was never deleted, switched off or moved. Its description and its secret may have changed.
fn is_steady(history: &History, scope: &Scope, id: &str) -> bool {
    let key = (scope.clone(), Kind::WebhookEndpoint, id.to_owned());
    let versions = history.objects.get(&key);
    let bodies: Vec<&Value> = versions
        .into_iter()
        .flat_map(|versions| versions.values())
        .map(|version| version.body.as_ref())
        .collect();
    let stays = |body: &&Value| {
        let same = |member: &str| {
            bodies
                .first()
                .is_some_and(|made| made.get(member) == body.get(member))
        };
        !flag(body, "deleted") && !flag(body, "disabled") && same("url") && same("enabled_events")
    };
    bodies.iter().all(stays)
}

/// An endpoint of the front door wants what becomes of the orders that named it, any other one wants everything.
fn is_wanted((id, endpoint): (&str, &Value), event: &Event, told: &Value) -> bool {
    !flag(endpoint, "front") || (event.kind == FRONT_EVENT && text(told, "told_to", "") == id)
}

/// A steady endpoint hears of everything that was committed after it was made.
fn deliveries(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let heard: BTreeSet<&Receipt> = evidence.receipts.iter().collect();
    for ((scope, _, id), endpoint) in history.of_kind(Kind::WebhookEndpoint) {
        if !is_steady(history, scope, id) {
            continue;
        }
        let url = text(endpoint, "url", "").to_owned();
        let made = evidence.journal.iter().position(|entry| {
            entry
                .commit
                .changes
                .writes
                .iter()
                .any(|write| write.key.scope == *scope && write.key.id == *id)
        });
        let Some(made) = made else { continue };
        let later = evidence.journal[made + 1..]
            .iter()
            .flat_map(|entry| entry.commit.changes.events.iter().zip(&entry.told));
        let wanted = later.filter(|((of, event), told)| {
            of == scope && is_wanted((id.as_str(), endpoint), event, told)
        });
        for ((_, event), _) in wanted {
            let receipt = Receipt {
                url: url.clone(),
                event: event.id.to_string(),
            };
            if !heard.contains(&receipt) {
                found.push(Violation::new(
                    "I6",
                    format!(
                        "{id} never heard of {} ({} of {})",
                        event.id, event.kind, event.object
                    ),
                ));
            }
        }
    }
}
