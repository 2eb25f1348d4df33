//! Money: every transaction sums to zero (I3); balances are sums of entries, and what charges and refunds say is what
//! was booked for them (I4).
//!
//! Deliberately absent: fees' amounts, which are the merchant's price list and not a law.

use super::history::{History, flag, number, status, text};
use crate::evidence::{Evidence, Violation};
use florin_base::{Asset, Scope};
use florin_domain::Kind;
use florin_domain::changes::JobKind;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_store::Balance;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Source<'a> = (&'a Scope, &'a str);

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let mut by_source: BTreeMap<Source<'_>, Vec<&Transaction>> = BTreeMap::new();
    for (scope, transaction) in &evidence.snapshot.transactions {
        by_source
            .entry((scope, transaction.source.as_str()))
            .or_default()
            .push(transaction);
        let sum: i128 = transaction
            .entries
            .iter()
            .map(|(_, amount)| i128::from(*amount))
            .sum();
        if sum != 0 || transaction.entries.len() < 2 {
            found.push(Violation::new(
                "I3",
                format!(
                    "{} sums to {sum}: {:?}",
                    transaction.id, transaction.entries
                ),
            ));
        }
    }
    balances(evidence, found);
    for ((scope, _, id), charge) in history.of_kind(Kind::Charge) {
        let booked = by_source
            .get(&(scope, id.as_str()))
            .map(Vec::as_slice)
            .unwrap_or_default();
        charge_amounts(id, charge, found);
        booked_for_charge(id, charge, booked, found);
        refunded(history, (scope, id), charge, found);
        disputed(history, (scope, id), charge, found);
    }
    for ((scope, _, id), refund) in history.of_kind(Kind::Refund) {
        let booked = by_source
            .get(&(scope, id.as_str()))
            .map(Vec::as_slice)
            .unwrap_or_default();
        booked_for_refund(id, refund, booked, found);
    }
    for ((scope, _, id), dispute) in history.of_kind(Kind::Dispute) {
        let booked = by_source
            .get(&(scope, id.as_str()))
            .map(Vec::as_slice)
            .unwrap_or_default();
        booked_for_dispute(id, dispute, booked, found);
    }
    warnings(history, found);
    orphans(history, &by_source, found);
}

/// A release looks for the last time so long after its day began, in milliseconds; a little later it is late.
const RELEASED_WITHIN_MS: i64 = 25 * 3_600_000 + 120_000;

/// The release of a day is still to come: what was booked into a day that had begun, because a clock fell back, waits for it.
fn is_released_later(evidence: &Evidence, scope: &Scope, balance: &Balance) -> bool {
    let LedgerAccount::Pending(day) = balance.account else {
        return false;
    };
    let until = day.start().millis().plus_ms(RELEASED_WITHIN_MS);
    evidence.now <= until
        && evidence.snapshot.jobs.iter().any(|held| {
            let job = &held.job;
            job.kind == JobKind::Release
                && job.scope == *scope
                && job.due <= until
                && job.body["day"] == json!(day.0)
                && job.body["asset"] == json!(balance.asset)
        })
}

/// Stored balances against sums of entries, both ways; nothing of a past day may still be pending.
fn balances(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut sums: BTreeMap<(&Scope, LedgerAccount, Asset), i128> = BTreeMap::new();
    for (scope, transaction) in &evidence.snapshot.transactions {
        for (account, amount) in &transaction.entries {
            *sums
                .entry((scope, *account, transaction.asset))
                .or_default() += i128::from(*amount);
        }
    }
    for (scope, balance) in &evidence.snapshot.balances {
        let sum = sums
            .remove(&(scope, balance.account, balance.asset))
            .unwrap_or_default();
        if sum != i128::from(balance.amount) {
            let name = balance.account.name();
            let what = format!(
                "{scope:?} {name} {}: the row says {}, the entries {sum}",
                balance.asset, balance.amount
            );
            found.push(Violation::new("I4", what));
        }
        let is_over = matches!(balance.account, LedgerAccount::Pending(day) if day.start().millis() <= evidence.now);
        if is_over && balance.amount != 0 && !is_released_later(evidence, scope, balance) {
            let what = format!(
                "{scope:?} {} of {} is still pending: {}",
                balance.asset,
                balance.account.name(),
                balance.amount
            );
            found.push(Violation::new("I4", what));
        }
    }
    for ((scope, account, asset), sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        found.push(Violation::new(
            "I4",
            format!("{scope:?} {} {asset} has no row for {sum}", account.name()),
        ));
    }
}

fn charge_amounts(id: &str, charge: &Value, found: &mut Vec<Violation>) {
    let (amount, captured, refunded) = (
        number(charge, "amount"),
        number(charge, "amount_captured"),
        number(charge, "amount_refunded"),
    );
    let over = charge
        .get("granted")
        .is_some_and(|granted| flag(granted, "overcapture"));
    let most = if over { amount + amount / 5 } else { amount };
    if !(0..=most).contains(&captured) {
        found.push(Violation::new(
            "I4",
            format!("{id} took {captured} of {most} that were authorized"),
        ));
    }
    if !(0..=captured).contains(&refunded) {
        found.push(Violation::new(
            "I4",
            format!("{id} gave back {refunded} of {captured} that it took"),
        ));
    }
    let state = status(Kind::Charge, charge);
    if captured > 0 && (state != "succeeded" || flag(charge, "voided")) {
        found.push(Violation::new(
            "I4",
            format!("{id} took {captured} and is {state}"),
        ));
    }
}

/// The debit of the processor's account in some movements of a source.
fn owed(booked: &[&Transaction], movement: Movement) -> i64 {
    let entries = booked
        .iter()
        .filter(|made| made.movement == movement)
        .flat_map(|made| &made.entries);
    entries
        .filter(|(account, _)| *account == LedgerAccount::Receivable)
        .map(|(_, amount)| amount)
        .sum()
}

fn booked_for_charge(
    id: &str,
    charge: &Value,
    booked: &[&Transaction],
    found: &mut Vec<Violation>,
) {
    let (captured, owed) = (
        number(charge, "amount_captured"),
        owed(booked, Movement::Charge),
    );
    if captured != owed {
        found.push(Violation::new(
            "I4",
            format!("{id} took {captured}, but {owed} is booked for it"),
        ));
    }
}

fn refunded(history: &History, of: Source<'_>, charge: &Value, found: &mut Vec<Violation>) {
    let (scope, id) = of;
    let refunds = history
        .of_kind(Kind::Refund)
        .filter(|((owner, _, _), refund)| owner == scope && text(refund, "charge", "") == id);
    let alive = refunds
        .filter(|(_, refund)| !matches!(status(Kind::Refund, refund), "failed" | "canceled"));
    let sum: i64 = alive.map(|(_, refund)| number(refund, "amount")).sum();
    let said = number(charge, "amount_refunded");
    if sum != said {
        found.push(Violation::new(
            "I4",
            format!("{id} says that {said} was given back, its refunds say {sum}"),
        ));
    }
}

fn booked_for_refund(
    id: &str,
    refund: &Value,
    booked: &[&Transaction],
    found: &mut Vec<Violation>,
) {
    let amount = number(refund, "amount");
    let returned = match status(Kind::Refund, refund) {
        "failed" | "canceled" => amount,
        _ => 0,
    };
    let (out, back) = (
        -owed(booked, Movement::Refund),
        owed(booked, Movement::RefundFailure),
    );
    if out != amount || back != returned {
        let what = format!(
            "{id} of {amount} is booked as {out} out and {back} back, expected {returned} back"
        );
        found.push(Violation::new("I4", what));
    }
}

/// All disputes of a charge together object to no more than it took, and the charge points at the newest.
fn disputed(history: &History, of: Source<'_>, charge: &Value, found: &mut Vec<Violation>) {
    let (scope, id) = of;
    let disputes: Vec<(&str, i64)> = history
        .of_kind(Kind::Dispute)
        .filter(|((owner, _, _), dispute)| owner == scope && text(dispute, "charge", "") == id)
        .map(|((_, _, dispute), body)| (dispute.as_str(), number(body, "amount")))
        .collect();
    let (sum, captured) = (
        disputes.iter().map(|(_, amount)| amount).sum::<i64>(),
        number(charge, "amount_captured"),
    );
    if sum > captured || disputes.iter().any(|(_, amount)| *amount <= 0) {
        let what = format!("{id} took {captured}, its disputes are {disputes:?}");
        found.push(Violation::new("I4", what));
    }
    let newest = disputes.iter().map(|(dispute, _)| *dispute).max();
    let named = text(charge, "dispute", "");
    if newest.unwrap_or_default() != named {
        let what = format!("{id} names the dispute {named:?}, the newest is {newest:?}");
        found.push(Violation::new("I4", what));
    }
}

/// A dispute holds its amount back; an inquiry holds nothing.
fn booked_for_dispute(
    id: &str,
    dispute: &Value,
    booked: &[&Transaction],
    found: &mut Vec<Violation>,
) {
    let entries = booked.iter().flat_map(|made| &made.entries);
    let held: i64 = entries
        .filter(|(account, _)| *account == LedgerAccount::DisputeHold)
        .map(|(_, amount)| -amount)
        .sum();
    let expected = match flag(dispute, "inquiry") {
        true => 0,
        false => number(dispute, "amount"),
    };
    if held != expected {
        let what = format!("{id} holds {held} back, expected {expected}");
        found.push(Violation::new("I4", what));
    }
}

/// A warning can be acted upon as long as its charge is neither disputed nor given back in full.
fn warnings(history: &History, found: &mut Vec<Violation>) {
    for ((scope, _, id), warning) in history.of_kind(Kind::EarlyFraudWarning) {
        let Some(charge) = history.body(scope, Kind::Charge, text(warning, "charge", "")) else {
            found.push(Violation::new("I4", format!("{id} warns of no charge")));
            continue;
        };
        let left = number(charge, "amount_captured") - number(charge, "amount_refunded");
        let expected = left > 0 && text(charge, "dispute", "").is_empty();
        if flag(warning, "actionable") != expected {
            let what = format!("{id} should say that it is actionable: {expected}");
            found.push(Violation::new("I4", what));
        }
    }
}

/// A movement's source must exist.
fn orphans(
    history: &History,
    by_source: &BTreeMap<Source<'_>, Vec<&Transaction>>,
    found: &mut Vec<Violation>,
) {
    for ((scope, source), booked) in by_source {
        for transaction in booked {
            let kind = match transaction.movement {
                Movement::Charge => Kind::Charge,
                Movement::Refund | Movement::RefundFailure => Kind::Refund,
                Movement::Dispute => Kind::Dispute,
                Movement::Release => continue,
            };
            if history.body(scope, kind, source).is_none() {
                found.push(Violation::new(
                    "I4",
                    format!(
                        "{} is booked for {source}, which is not there",
                        transaction.id
                    ),
                ));
            }
        }
    }
}
