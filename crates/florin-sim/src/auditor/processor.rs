//! The processor's book against ours: nobody is charged twice, and nobody is charged without our knowing (I2).
//!
//! Every order of a world has an amount of its own, so that the book alone tells orders apart. Deliberately absent:
//! whether the processor decided well.

use super::history::{History, Key, flag, number, status, text};
use crate::evidence::{Evidence, Violation};
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::changes::JobKind;
use florin_domain::processor::{Outcome, ProcessorRequest, Verb};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

type Payment<'a> = (&'a Scope, &'a str);

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let approved: Vec<&ProcessorRequest> = evidence
        .book
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Approved(_)))
        .map(|(request, _)| request)
        .collect();
    let reversals = reversals(history);
    let of_captures = capture_reversals(history);
    let is_reversal = |request: &&&ProcessorRequest| {
        reversals.contains(&(&request.scope, request.reference.as_str()))
    };
    let gives_all_back = |request: &&&ProcessorRequest| {
        !of_captures.contains(&(&request.scope, request.reference.as_str()))
    };
    let reversed: BTreeSet<Payment<'_>> = approved
        .iter()
        .filter(is_reversal)
        .filter(gives_all_back)
        .map(|request| payment(request))
        .collect();
    let mut voided: BTreeSet<Payment<'_>> = of_verb(&approved, Verb::Void).map(payment).collect();
    voided.extend(&reversed);
    let watched = watched(evidence, history);
    let taken: Vec<&ProcessorRequest> = approved
        .iter()
        .copied()
        .filter(|request| {
            matches!(request.verb, Verb::Authorize | Verb::Complete) && request.amount > 0
        })
        .filter(|request| !watched.contains(&(&request.scope, request.reference.as_str())))
        .collect();
    once_per_order(&taken, &voided, found);
    once_per_key(history, &taken, &voided, found);
    let mut captured = sums(&approved, Verb::Capture);
    for request in approved.iter().filter(is_reversal) {
        if of_captures.contains(&(&request.scope, request.reference.as_str())) {
            *captured.entry(payment(request)).or_default() -= request.amount;
        }
    }
    for request in &taken {
        known(history, request, &voided, found);
        let at_once = if request.terms.capture {
            request.amount
        } else {
            0
        };
        let later = captured.get(&payment(request)).copied().unwrap_or_default();
        // What was taken for something that we had called failed is not in our books, nor is what gave it back.
        if !reversed.contains(&payment(request)) {
            same_capture(history, request, at_once + later, found);
        }
    }
    refunds(evidence, history, &reversals, found);
    completed(evidence, found);
}

/// The references of calls that gave the money of a late approval back.
fn reversals(history: &History) -> BTreeSet<(&Scope, &str)> {
    let attempts = history.of_kind(Kind::Attempt);
    let reversing = attempts.filter(|(_, attempt)| attempt.pointer("/target/attempt").is_some());
    reversing.filter_map(reference).collect()
}

/// Those of them that gave back what a capture took, and left the authorization as it was.
fn capture_reversals(history: &History) -> BTreeSet<(&Scope, &str)> {
    let attempts = history.of_kind(Kind::Attempt);
    let of_captures = attempts.filter(|((scope, _, _), attempt)| {
        let reversed = attempt.pointer("/target/attempt").and_then(Value::as_str);
        let reversed = reversed.and_then(|id| history.body(scope, Kind::Attempt, id));
        let verb = reversed.and_then(|first| first.pointer("/request/verb"));
        verb.and_then(Value::as_str) == Some(Verb::Capture.name())
    });
    of_captures.filter_map(reference).collect()
}

/// The references of calls whose end was assumed, and which recovery still looks for: what shows up is given back then.
fn watched<'a>(evidence: &Evidence, history: &'a History) -> BTreeSet<(&'a Scope, &'a str)> {
    let jobs = evidence.snapshot.jobs.iter().map(|held| &held.job);
    let looked_for: BTreeSet<(&Scope, &str)> = jobs
        .filter(|job| job.kind == JobKind::Recover)
        .filter_map(|job| Some((&job.scope, job.body.get("attempt")?.as_str()?)))
        .collect();
    let attempts = history.of_kind(Kind::Attempt);
    let assumed = attempts.filter(|((scope, _, id), attempt)| {
        let is_open = attempt.get("contradiction").is_none_or(Value::is_null);
        flag(attempt, "assumed") && is_open && looked_for.contains(&(scope, id.as_str()))
    });
    assumed.filter_map(reference).collect()
}

/// The reference of an attempt's call.
fn reference<'a>((key, attempt): (&'a Key, &'a Value)) -> Option<(&'a Scope, &'a str)> {
    let reference = attempt.pointer("/request/reference")?.as_str()?;
    Some((&key.0, reference))
}

fn of_verb<'a>(
    requests: &'a [&'a ProcessorRequest],
    verb: Verb,
) -> impl Iterator<Item = &'a ProcessorRequest> + 'a {
    requests
        .iter()
        .copied()
        .filter(move |request| request.verb == verb)
}

/// The payment that a request belongs to: its authorization's reference.
fn payment(request: &ProcessorRequest) -> Payment<'_> {
    (
        &request.scope,
        request.original.as_deref().unwrap_or(&request.reference),
    )
}

fn sums<'a>(requests: &[&'a ProcessorRequest], verb: Verb) -> BTreeMap<Payment<'a>, i64> {
    let mut sums = BTreeMap::new();
    for request in requests
        .iter()
        .copied()
        .filter(|request| request.verb == verb)
    {
        *sums.entry(payment(request)).or_default() += request.amount;
    }
    sums
}

fn once_per_order(
    taken: &[&ProcessorRequest],
    voided: &BTreeSet<Payment<'_>>,
    found: &mut Vec<Violation>,
) {
    let mut orders: BTreeMap<(&Scope, i64), Vec<&str>> = BTreeMap::new();
    for request in taken
        .iter()
        .filter(|request| !voided.contains(&payment(request)))
    {
        orders
            .entry((&request.scope, request.amount))
            .or_default()
            .push(&request.reference);
    }
    for ((_, amount), references) in orders
        .into_iter()
        .filter(|(_, references)| references.len() > 1)
    {
        found.push(Violation::new(
            "I2",
            format!("the order of {amount} was authorized more than once: {references:?}"),
        ));
    }
}

fn once_per_key(
    history: &History,
    taken: &[&ProcessorRequest],
    voided: &BTreeSet<Payment<'_>>,
    found: &mut Vec<Violation>,
) {
    let taken: BTreeSet<&str> = taken
        .iter()
        .filter(|request| !voided.contains(&payment(request)))
        .map(|request| request.reference.as_str())
        .collect();
    let mut keys: BTreeMap<(&Scope, &str), Vec<&str>> = BTreeMap::new();
    for ((scope, _, _), attempt) in history.of_kind(Kind::Attempt) {
        let reference = attempt
            .pointer("/request/reference")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let key = attempt
            .pointer("/cause/idempotency_key")
            .and_then(Value::as_str);
        if let Some(key) = key.filter(|_| taken.contains(reference)) {
            keys.entry((scope, key)).or_default().push(reference);
        }
    }
    for ((_, key), references) in keys
        .into_iter()
        .filter(|(_, references)| references.len() > 1)
    {
        found.push(Violation::new(
            "I2",
            format!("the key {key} authorized more than once: {references:?}"),
        ));
    }
}

/// An approved authorization is a charge of ours, or was given back.
fn known(
    history: &History,
    request: &ProcessorRequest,
    voided: &BTreeSet<Payment<'_>>,
    found: &mut Vec<Violation>,
) {
    let (scope, reference) = payment(request);
    let charge = history.body(scope, Kind::Charge, reference);
    let is_ours = charge.is_some_and(|charge| status(Kind::Charge, charge) == "succeeded");
    if !is_ours && !voided.contains(&payment(request)) {
        let says = charge.map(|charge| status(Kind::Charge, charge));
        found.push(Violation::new(
            "I2",
            format!(
                "the processor approved {} of {}, our charge says {says:?}",
                request.reference, request.amount
            ),
        ));
    }
    let is_voided = charge.is_some_and(|charge| {
        flag(charge, "voided") && text(charge, "capture_before", "").is_empty()
    });
    // What was left of a part capture is given back without making the charge a voided one.
    let stands = |charge: &Value| {
        !flag(charge, "voided")
            && status(Kind::Charge, charge) == "succeeded"
            && (number(charge, "amount_captured") == 0 || flag(charge, "open"))
    };
    if voided.contains(&payment(request)) && !is_voided && charge.is_some_and(stands) {
        found.push(Violation::new(
            "I2",
            format!("the processor gave {reference} back, our charge does not say so"),
        ));
    }
}

fn same_capture(
    history: &History,
    request: &ProcessorRequest,
    booked: i64,
    found: &mut Vec<Violation>,
) {
    let (scope, reference) = payment(request);
    let Some(charge) = history.body(scope, Kind::Charge, reference) else {
        return;
    };
    let ours = number(charge, "amount_captured");
    if ours != booked {
        found.push(Violation::new(
            "I2",
            format!("{reference} took {ours} in our books and {booked} in the processor's"),
        ));
    }
}

/// Every refund that the processor made is ours, and every one that we call done was made.
fn refunds(
    evidence: &Evidence,
    history: &History,
    reversals: &BTreeSet<(&Scope, &str)>,
    found: &mut Vec<Violation>,
) {
    let made: BTreeMap<(&Scope, &str), (i64, bool)> = evidence
        .book
        .iter()
        .filter(|(request, _)| request.verb == Verb::Refund)
        .filter(|(request, _)| !reversals.contains(&(&request.scope, request.reference.as_str())))
        .map(|(request, outcome)| {
            let moves = matches!(outcome, Outcome::Approved(_) | Outcome::Pending { .. });
            (
                (&request.scope, request.reference.as_str()),
                (request.amount, moves),
            )
        })
        .collect();
    let mut ours = BTreeMap::new();
    for ((scope, _, id), refund) in history.of_kind(Kind::Refund) {
        ours.insert((scope, text(refund, "reference", "")), (id, refund));
    }
    for (key, (amount, _)) in made.iter().filter(|(_, (_, moves))| *moves) {
        if ours
            .get(key)
            .is_none_or(|(_, refund)| number(refund, "amount") != *amount)
        {
            found.push(Violation::new(
                "I2",
                format!("the processor gave {amount} back as {}, we did not", key.1),
            ));
        }
    }
    for (key, (id, refund)) in ours
        .iter()
        .filter(|(_, (_, refund))| status(Kind::Refund, refund) == "succeeded")
    {
        if !made.get(key).is_some_and(|(_, moves)| *moves) {
            found.push(Violation::new(
                "I2",
                format!(
                    "{id} of {} is done here and not at the processor",
                    number(refund, "amount")
                ),
            ));
        }
    }
}

/// A buyer pays what they authenticated for.
fn completed(evidence: &Evidence, found: &mut Vec<Violation>) {
    let asked: BTreeMap<Payment<'_>, i64> = evidence
        .book
        .iter()
        .filter(|(request, _)| request.verb == Verb::Authorize)
        .map(|(request, _)| ((&request.scope, request.reference.as_str()), request.amount))
        .collect();
    for (request, _) in evidence
        .book
        .iter()
        .filter(|(request, _)| request.verb == Verb::Complete)
    {
        if let Some(amount) = asked
            .get(&payment(request))
            .filter(|amount| **amount != request.amount)
        {
            let what = format!(
                "{} completes {} although the buyer was asked for {amount}",
                request.reference, request.amount
            );
            found.push(Violation::new("I2", what));
        }
    }
}
