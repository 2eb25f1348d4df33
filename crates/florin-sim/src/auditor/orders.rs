//! Orders at the front door (I19): an order leads to at most one payment that is paid or can be, of its amount; its endpoint
//! hears of every turn (I5), and of nothing else (I6).
//!
//! Deliberately absent: whether a payment is as far as its money; `sessions` holds that for every session.

use super::history::{History, Step, flag, number, status, text};
use crate::evidence::{Evidence, Receipt, Violation};
use florin_base::{Millis, Scope};
use florin_domain::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the front door tells.
pub(super) const FRONT_EVENT: &str = "florin.payment.updated";

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    one_payment(evidence, history, found);
    same_order(history, found);
    told(history, found);
    overheard(evidence, history, found);
}

/// Somebody has paid it, or still can.
fn holds(session: &Value, now: Millis) -> bool {
    match status(Kind::CheckoutSession, session) {
        "complete" => text(session, "paid", "unpaid") != "unpaid" || !flag(session, "declined"),
        "open" => now.0 < number(session, "expires") * 1_000,
        _ => false,
    }
}

fn one_payment(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let mut holding: BTreeMap<(&Scope, &str), Vec<&str>> = BTreeMap::new();
    for ((scope, _, id), session) in history.of_kind(Kind::CheckoutSession) {
        let order = text(session, "order", "");
        if !order.is_empty() && holds(session, evidence.now) {
            let of_order = holding.entry((scope, order)).or_default();
            of_order.push(id.as_str());
        }
    }
    for ((scope, order), sessions) in holding {
        let named = history.body(scope, Kind::Order, order);
        let named = named.map_or("", |named| text(named, "session", ""));
        if sessions != [named] {
            let what =
                format!("{order} of {scope:?} leads to {named:?} and is held by {sessions:?}");
            found.push(Violation::new("I19", what));
        }
    }
}

/// An order and its payment are of one name and one amount.
fn same_order(history: &History, found: &mut Vec<Violation>) {
    for ((scope, _, id), order) in history.of_kind(Kind::Order) {
        let named = text(order, "session", "");
        let session = history.body(scope, Kind::CheckoutSession, named);
        let amount = number(order, "amount");
        let is_same = session.is_some_and(|session| {
            let sums = session.get("totals");
            let total = sums.map_or(0, |sums| number(sums, "total"));
            text(session, "order", "") == id && total == amount
        });
        if !is_same {
            let what = format!("{id} of {scope:?} is for {amount}, its payment {named} is not");
            found.push(Violation::new("I19", what));
        }
    }
}

/// Every turn of an order is told at the front door, and nothing that is no order.
fn told(history: &History, found: &mut Vec<Violation>) {
    for step in history.steps(Kind::CheckoutSession) {
        let is_order = !text(&step.after.body, "order", "").is_empty();
        let is_told = step.after.events.contains(FRONT_EVENT);
        let wrong = match (is_order, is_told) {
            (false, true) => "is no order, and the front door tells of it",
            (true, false) if is_turn(&step) => "is an order, and the front door is silent",
            _ => continue,
        };
        let what = format!("version {} of {} {wrong}", step.version, step.key.2);
        found.push(Violation::new("I5", what));
    }
}

/// It ended, or a try was declined.
fn is_turn(step: &Step<'_>) -> bool {
    let after = &step.after.body;
    let mut kinds = step.after.events.iter();
    let is_news = kinds.any(|kind| kind.starts_with("checkout.session."));
    let turns = step.before.is_some_and(|before| {
        let (was, is) = (&before.body, after);
        status(Kind::CheckoutSession, was) != status(Kind::CheckoutSession, is)
            || (flag(is, "declined") && !flag(was, "declined"))
    });
    is_news || turns
}

/// What an endpoint of the front door heard was about an order that named it.
fn overheard(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let endpoints = history.of_kind(Kind::WebhookEndpoint);
    let fronts = endpoints.filter(|(_, endpoint)| flag(endpoint, "front"));
    let fronts: BTreeSet<&str> = fronts
        .map(|(_, endpoint)| text(endpoint, "url", ""))
        .collect();
    if fronts.is_empty() {
        return;
    }
    let mut meant: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in &evidence.journal {
        let events = entry.commit.changes.events.iter().zip(&entry.told);
        for ((scope, event), told) in events.filter(|((_, event), _)| event.kind == FRONT_EVENT) {
            let endpoint = text(told, "told_to", "");
            if let Some(endpoint) = history.body(scope, Kind::WebhookEndpoint, endpoint) {
                meant.insert(event.id.as_str(), text(endpoint, "url", ""));
            }
        }
    }
    let heard = evidence.receipts.iter();
    for receipt in heard.filter(|receipt| is_strange(receipt, &fronts, &meant)) {
        let what = format!(
            "{} heard of {}, which is not its",
            receipt.url, receipt.event
        );
        found.push(Violation::new("I6", what));
    }
}

/// An address of the front door got what was meant for another one, or for none.
fn is_strange(receipt: &Receipt, fronts: &BTreeSet<&str>, meant: &BTreeMap<&str, &str>) -> bool {
    let url = receipt.url.as_str();
    fronts.contains(url) && meant.get(receipt.event.as_str()) != Some(&url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_for_another_address_is_strange() {
        let fronts = BTreeSet::from(["https://a.example", "https://b.example"]);
        let meant = BTreeMap::from([("evt_1", "https://a.example")]);
        for (url, event, expected) in [
            ("https://a.example", "evt_1", false),
            ("https://b.example", "evt_1", true),
            ("https://a.example", "evt_2", true),
            ("https://all.example", "evt_2", false),
        ] {
            let receipt = Receipt {
                url: url.to_owned(),
                event: event.to_owned(),
            };
            assert_eq!(
                is_strange(&receipt, &fronts, &meant),
                expected,
                "{url} {event}"
            );
        }
    }
}
