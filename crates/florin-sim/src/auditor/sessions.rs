//! Checkout sessions (I18): a session is as far as its payment, a paid one was paid once and with its total, and what is
//! expired or still open took nothing. A link with a limit counts the sessions that were completed with it.
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
        let of = (&key.0, key.2.as_str());
        let (made, member) = match text(session, "mode", "payment") {
            "setup" => (&setups, "setup"),
            _ => (&intents, "intent"),
        };
        let own = made.get(&of).map_or(&[][..], Vec::as_slice);
        let wrong = match member {
            "setup" => wrong_setup(session, own),
            _ => wrong_payment(session, own),
        };
        let is_stranger = names_a_stranger(text(session, member, ""), own);
        let stranger = is_stranger.then(|| format!("names the {member} of somebody else"));
        let wrong = wrong.or(stranger);
        found.extend(wrong.map(|wrong| told(key, state_of(session), &wrong)));
    }
    links(history, found);
}

/// What a link has counted is what was completed while it counted.
fn links(history: &History, found: &mut Vec<Violation>) {
    let mut completed: BTreeMap<(&Scope, &str), i64> = BTreeMap::new();
    for (key, session) in history.of_kind(Kind::CheckoutSession) {
        let counts = session.get("counts").and_then(Value::as_bool) == Some(true);
        if counts && state_of(session).0 == "complete" {
            let link = text(session, "link", "");
            *completed.entry((&key.0, link)).or_default() += 1;
        }
    }
    for (key, link) in history.of_kind(Kind::PaymentLink) {
        let counted = number(link, "completed");
        let done = completed.remove(&(&key.0, key.2.as_str()));
        let done = done.unwrap_or_default();
        if counted != done {
            let what = format!("{} of {:?} counted {counted} of {done}", key.2, key.0);
            found.push(Violation::new("I18", what));
        }
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

/// What a session names is none of those that were made for it.
fn names_a_stranger(named: &str, own: &Own<'_>) -> bool {
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
            let sound = total == 0 && done.is_empty() && held.is_empty();
            (!sound).then(|| format!("its total is {total}: {done:?}, {held:?}"))
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
    let done = own
        .iter()
        .filter(|(_, setup)| status(Kind::SetupIntent, setup) == "succeeded");
    let done: Vec<&str> = done.map(|(id, _)| *id).collect();
    let named = text(session, "setup", "");
    let sound = match state_of(session) {
        ("complete", "no_payment_required") => done == [named],
        ("complete", _) => return Some("nothing was to be paid".to_owned()),
        _ => done.is_empty(),
    };
    (!sound).then(|| format!("it names {named:?}, and {done:?} succeeded"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;

    fn audited(session: Value, made: &[(Kind, &str, Value)]) -> usize {
        let scope = Scope::test("acct_1");
        let own = made.iter().cloned();
        let all = own.chain([(Kind::CheckoutSession, "cs_1", session)]);
        let last = all.map(|(kind, id, body)| {
            let key = (scope.clone(), kind, id.to_owned());
            (key, (1, Arc::new(body)))
        });
        let history = History {
            objects: BTreeMap::new(),
            last: last.collect(),
        };
        let mut found = Vec::new();
        check(&history, &mut found);
        found.len()
    }

    fn intent(id: &'static str, status: &str, amount: i64) -> (Kind, &'static str, Value) {
        let body = json!({"session": "cs_1", "status": status, "amount": amount});
        (Kind::PaymentIntent, id, body)
    }

    #[test]
    fn a_session_is_as_far_as_its_payment() {
        let sums = json!({"total": 100});
        let paid = json!({"status": "complete", "paid": "paid", "totals": sums, "intent": "pi_1"});
        let open = json!({"totals": sums, "intent": "pi_1"});
        let free = json!({"status": "complete", "paid": "no_payment_required"});
        let late = json!({"status": "complete", "totals": sums, "intent": "pi_1"});
        let one = intent("pi_1", "succeeded", 100);
        let held = intent("pi_1", "requires_capture", 100);
        let canceled = intent("pi_1", "canceled", 100);
        for (session, made, wrong) in [
            (&paid, vec![one.clone()], 0),
            (&paid, vec![], 1),
            (&paid, vec![intent("pi_1", "succeeded", 99)], 1),
            (
                &paid,
                vec![one.clone(), intent("pi_2", "succeeded", 100)],
                1,
            ),
            (&open, vec![canceled.clone()], 0),
            (&open, vec![one.clone()], 1),
            (&open, vec![held.clone()], 1),
            (&open, vec![], 1),
            (&free, vec![], 0),
            (&free, vec![one], 1),
            (&free, vec![held.clone()], 1),
            (&late, vec![held], 0),
            (
                &late,
                vec![intent("pi_2", "requires_capture", 100), canceled],
                1,
            ),
        ] {
            assert_eq!(audited(session.clone(), &made), wrong, "{session} {made:?}");
        }
    }

    #[test]
    fn a_link_counts_what_is_completed_with_it() {
        let link = |completed: i64| {
            (
                Kind::PaymentLink,
                "plink_1",
                json!({"limit": 2, "completed": completed}),
            )
        };
        let free = json!({
            "status": "complete", "paid": "no_payment_required", "link": "plink_1", "counts": true,
        });
        let open = json!({"link": "plink_1", "counts": true});
        let early = json!({
            "status": "complete", "paid": "no_payment_required", "link": "plink_1",
        });
        for (session, counted, wrong) in [
            (&free, 1, 0),
            (&free, 0, 1),
            (&free, 2, 1),
            (&open, 0, 0),
            (&open, 1, 1),
            (&early, 0, 0),
        ] {
            assert_eq!(
                audited(session.clone(), &[link(counted)]),
                wrong,
                "{session}"
            );
        }
    }

    #[test]
    fn a_set_up_is_named_by_its_session() {
        let setup = |id, status: &str| {
            let body = json!({"session": "cs_1", "status": status});
            (Kind::SetupIntent, id, body)
        };
        let done = json!({
            "mode": "setup", "status": "complete", "paid": "no_payment_required", "setup": "seti_1",
        });
        let open = json!({"mode": "setup", "setup": "seti_1"});
        for (session, made, wrong) in [
            (&done, vec![setup("seti_1", "succeeded")], 0),
            (&done, vec![setup("seti_1", "canceled")], 1),
            (&done, vec![setup("seti_2", "succeeded")], 1),
            (&open, vec![setup("seti_1", "canceled")], 0),
            (&open, vec![setup("seti_1", "succeeded")], 1),
            (&open, vec![setup("seti_2", "canceled")], 1),
        ] {
            assert_eq!(audited(session.clone(), &made), wrong, "{session} {made:?}");
        }
    }
}
