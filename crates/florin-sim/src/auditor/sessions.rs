//! Checkout sessions (I18): a session is as far as its payment, a paid one was paid once and with its total, and what is
//! expired or still open took nothing.
//!
//! Deliberately absent: what the page shows, and whether the sums of a session are right.

use super::history::{History, Key, number, status, text};
use crate::evidence::Violation;
use florin_base::Scope;
use florin_domain::Kind;
use serde_json::Value;
use std::collections::BTreeMap;

/// What pays a session.
type Payments<'a> = BTreeMap<(&'a Scope, &'a str), Vec<(&'a str, &'a Value)>>;

pub(super) fn check(history: &History, found: &mut Vec<Violation>) {
    let (intents, setups) = (
        by_session(history, Kind::PaymentIntent),
        by_session(history, Kind::SetupIntent),
    );
    for (key, session) in history.of_kind(Kind::CheckoutSession) {
        let paid = state_of(session);
        let of = (&key.0, key.2.as_str());
        let own = intents.get(&of).map_or(&[][..], Vec::as_slice);
        let wrong = match text(session, "mode", "payment") {
            "setup" => wrong_setup(session, setups.get(&of).map_or(&[][..], Vec::as_slice)),
            _ => wrong_payment(session, own),
        };
        let orphan = wrong.is_none() && names_a_stranger(session, own);
        let wrong = wrong.or(orphan.then(|| "names an intent of somebody else".to_owned()));
        found.extend(wrong.map(|wrong| told(key, paid, &wrong)));
    }
}

fn told(key: &Key, (is, paid): (&str, &str), wrong: &str) -> Violation {
    let what = format!("{} of {:?} is {is} and {paid}: {wrong}", key.2, key.0);
    Violation::new("I18", what)
}

/// How far a session is, and whether its money is there.
fn state_of(session: &Value) -> (&str, &str) {
    let is = status(Kind::CheckoutSession, session);
    (is, text(session, "paid", "unpaid"))
}

/// Intents or set-ups, by the session that they were made for.
fn by_session(history: &History, kind: Kind) -> Payments<'_> {
    let mut found: Payments<'_> = BTreeMap::new();
    for ((scope, _, id), body) in history.of_kind(kind) {
        let session = text(body, "session", "");
        if !session.is_empty() {
            let own = found.entry((scope, session)).or_default();
            own.push((id.as_str(), body));
        }
    }
    found
}

/// The intent that a session names is one of those that were made for it.
fn names_a_stranger(session: &Value, own: &Own<'_>) -> bool {
    let named = text(session, "intent", "");
    !named.is_empty() && own.iter().all(|(id, _)| *id != named)
}

/// What pays one session.
type Own<'a> = [(&'a str, &'a Value)];

/// The intents in a state.
fn of_state<'a, 'b>(own: &'a Own<'b>, state: &str) -> Vec<&'a (&'b str, &'b Value)> {
    let all = own.iter();
    all.filter(|(_, intent)| status(Kind::PaymentIntent, intent) == state)
        .collect()
}

/// What is wrong with a session that sells something.
fn wrong_payment(session: &Value, own: &Own<'_>) -> Option<String> {
    let (done, held) = (
        of_state(own, "succeeded"),
        of_state(own, "requires_capture"),
    );
    let total = session
        .get("totals")
        .map_or(0, |sums| number(sums, "total"));
    let named = text(session, "intent", "");
    match state_of(session) {
        ("complete", "paid") => match done.as_slice() {
            [(id, intent)] if *id == named && number(intent, "amount") == total => None,
            _ => Some(format!(
                "its total is {total}, it names {named:?}, and paid is {done:?}"
            )),
        },
        ("complete", "no_payment_required") => {
            (total != 0 || !done.is_empty()).then(|| format!("its total is {total}: {done:?}"))
        }
        ("complete", _) => {
            let sound =
                done.is_empty() && held.len() <= 1 && held.iter().all(|(id, _)| *id == named);
            (!sound).then(|| format!("{done:?} is paid, {held:?} is authorized"))
        }
        _ => {
            let sound = done.is_empty() && held.is_empty();
            (!sound).then(|| format!("{done:?} is paid, {held:?} is authorized"))
        }
    }
}

/// What is wrong with a session that only saves a method.
fn wrong_setup(session: &Value, own: &Own<'_>) -> Option<String> {
    let states = own
        .iter()
        .map(|(_, setup)| status(Kind::SetupIntent, setup));
    let done = states.filter(|state| *state == "succeeded").count();
    let wanted = match state_of(session) {
        ("complete", "no_payment_required") => 1,
        ("complete", _) => return Some("nothing was to be paid".to_owned()),
        _ => 0,
    };
    (done != wanted).then(|| format!("{done} set-ups succeeded, it takes {wanted}"))
}
