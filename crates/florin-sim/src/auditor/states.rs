//! States: only legal transitions, finished stays finished (I7), and nothing is left half done (I8).
//!
//! The tables are the auditor's own. Deliberately absent: who may cause a transition.

use super::history::{History, Step, flag, number, status, text};
use crate::evidence::{Evidence, Violation};
use florin_domain::Kind;

type Table = &'static [(&'static str, &'static [&'static str])];

const INTENT: Table = &[
    (
        "requires_payment_method",
        &[
            "requires_confirmation",
            "requires_action",
            "processing",
            "requires_capture",
            "succeeded",
            "canceled",
        ],
    ),
    (
        "requires_confirmation",
        &[
            "requires_payment_method",
            "requires_action",
            "processing",
            "requires_capture",
            "succeeded",
            "canceled",
        ],
    ),
    (
        "requires_action",
        &[
            "requires_payment_method",
            "requires_confirmation",
            "processing",
            "requires_capture",
            "succeeded",
            "canceled",
        ],
    ),
    (
        "processing",
        &[
            "requires_payment_method",
            "requires_action",
            "requires_capture",
            "succeeded",
            // The outcome of giving an authorization back was awaited.
            "canceled",
        ],
    ),
    (
        "requires_capture",
        // While the outcome of a capture, a raise or a void is awaited.
        &["processing", "succeeded", "canceled"],
    ),
    ("succeeded", &[]),
    ("canceled", &[]),
];

const SETUP: Table = &[
    (
        "requires_payment_method",
        &[
            "requires_confirmation",
            "requires_action",
            "processing",
            "succeeded",
            "canceled",
        ],
    ),
    (
        "requires_confirmation",
        &[
            "requires_payment_method",
            "requires_action",
            "processing",
            "succeeded",
            "canceled",
        ],
    ),
    (
        "requires_action",
        &[
            "requires_payment_method",
            "requires_confirmation",
            "processing",
            "succeeded",
            "canceled",
        ],
    ),
    (
        "processing",
        &["requires_payment_method", "requires_action", "succeeded"],
    ),
    ("succeeded", &[]),
    ("canceled", &[]),
];

const CHARGE: Table = &[
    ("pending", &["succeeded", "failed"]),
    ("succeeded", &[]),
    ("failed", &[]),
];

const REFUND: Table = &[
    ("pending", &["succeeded", "failed", "canceled"]),
    ("succeeded", &["failed"]),
    ("failed", &[]),
    ("canceled", &[]),
];

const SESSION: Table = &[
    ("open", &["complete", "expired"]),
    ("complete", &[]),
    ("expired", &[]),
];

const TABLES: [(Kind, Table); 5] = [
    (Kind::PaymentIntent, INTENT),
    (Kind::SetupIntent, SETUP),
    (Kind::Charge, CHARGE),
    (Kind::Refund, REFUND),
    (Kind::CheckoutSession, SESSION),
];

pub(super) fn check(_evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    for (kind, table) in TABLES {
        for step in history.steps(kind) {
            transition(kind, table, &step, found);
        }
    }
    for step in history.steps(Kind::Charge) {
        let Some(before) = step.before else { continue };
        let takes_back =
            number(&before.body, "amount_captured") > number(&step.after.body, "amount_captured");
        let reopens = flag(&before.body, "voided") && !flag(&step.after.body, "voided");
        if takes_back || reopens {
            found.push(Violation::new(
                "I7",
                format!("{} goes back in version {}", step.key.2, step.version),
            ));
        }
    }
    unfinished(history, found);
    left_behind(history, found);
}

fn transition(kind: Kind, table: Table, step: &Step<'_>, found: &mut Vec<Violation>) {
    let Some(before) = step.before else { return };
    let (was, is) = (status(kind, &before.body), status(kind, &step.after.body));
    let next = table
        .iter()
        .find(|(state, _)| *state == was)
        .map(|(_, next)| *next)
        .unwrap_or_default();
    if was != is && !next.contains(&is) {
        found.push(Violation::new(
            "I7",
            format!(
                "{} goes from {was} to {is} in version {}",
                step.key.2, step.version
            ),
        ));
    }
}

/// When nothing is under way any more, nothing says that it is.
fn unfinished(history: &History, found: &mut Vec<Violation>) {
    for ((_, _, id), attempt) in history.of_kind(Kind::Attempt) {
        if text(attempt, "state", "processing") == "processing" {
            found.push(Violation::new("I8", format!("{id} is still open")));
        }
    }
    for kind in [Kind::PaymentIntent, Kind::SetupIntent] {
        for ((_, _, id), held) in history.of_kind(kind) {
            if status(kind, held) == "processing"
                || held
                    .get("attempt")
                    .is_some_and(|attempt| !attempt.is_null())
            {
                found.push(Violation::new(
                    "I8",
                    format!(
                        "{id} is {} and waits for {:?}",
                        status(kind, held),
                        held.get("attempt")
                    ),
                ));
            }
        }
    }
    for kind in [Kind::Charge, Kind::Refund] {
        for ((_, _, id), held) in history.of_kind(kind) {
            if status(kind, held) == "pending"
                || held
                    .get("attempt")
                    .is_some_and(|attempt| !attempt.is_null())
            {
                found.push(Violation::new("I8", format!("{id} is still pending")));
            }
        }
    }
}

/// What belongs together ends together.
fn left_behind(history: &History, found: &mut Vec<Violation>) {
    for ((scope, _, id), method) in history.of_kind(Kind::PaymentMethod) {
        let customer = text(method, "customer", "");
        if customer.is_empty() {
            continue;
        }
        let owner = history.body(scope, Kind::Customer, customer);
        if owner.is_none_or(|owner| flag(owner, "deleted")) || flag(method, "detached") {
            found.push(Violation::new(
                "I7",
                format!("{id} is attached to {customer}, which is gone, or was detached before"),
            ));
        }
    }
    for ((scope, _, id), intent) in history.of_kind(Kind::PaymentIntent) {
        let charge = history.body(scope, Kind::Charge, text(intent, "latest_charge", ""));
        let captured = charge.map_or(0, |charge| number(charge, "amount_captured"));
        let state = status(Kind::PaymentIntent, intent);
        let received = number(intent, "amount_received");
        if (state == "succeeded" && captured == 0) || (charge.is_some() && captured != received) {
            found.push(Violation::new(
                "I7",
                format!("{id} is {state} and received {received}, its charge took {captured}"),
            ));
        }
    }
}
