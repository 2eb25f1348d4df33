//! Receipts by mail (I21): a payment whose buyer wants a receipt is mailed to the buyer's address, each refund that arrived, too, and
//! nothing else is mailed.
//!
//! Who wants one is read off the intent, or the buyer of an order of the front door; that no mail comes before the money the mail
//! server of the world says itself. Deliberately absent: what stands in a mail, mails that come twice (a server may take one without
//! our hearing of it), servers that refuse, and the end of trying after days.

use super::history::{History, number, status, text};
use crate::evidence::{Evidence, Violation};
use florin_base::Scope;
use florin_domain::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The id of a mail and its address.
type Letters = BTreeSet<(String, String)>;

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let mut wanted = Letters::new();
    let mut refunded: BTreeMap<(&Scope, &str), BTreeSet<&str>> = BTreeMap::new();
    for step in history.steps(Kind::Refund) {
        let (scope, _, id) = step.key;
        if status(Kind::Refund, &step.after.body) == "succeeded" {
            let charge = text(&step.after.body, "charge", "");
            refunded.entry((scope, charge)).or_default().insert(id);
        }
    }
    for ((scope, _, id), charge) in history.of_kind(Kind::Charge) {
        let linked = |kind, id| history.body(scope, kind, id);
        let intent = linked(Kind::PaymentIntent, text(charge, "payment_intent", ""));
        let session = intent.map(|intent| text(intent, "session", ""));
        let session = session.and_then(|id| linked(Kind::CheckoutSession, id));
        let address = address(charge, intent, session);
        if number(charge, "amount_captured") > 0 && !address.is_empty() {
            wanted.insert((format!("receipt-{id}"), address.to_owned()));
            for refund in refunded.get(&(scope, id.as_str())).into_iter().flatten() {
                wanted.insert((format!("refund-{refund}"), address.to_owned()));
            }
        }
    }
    let sent: Letters = evidence.mails.iter().cloned().collect();
    found.extend(differences(&wanted, &sent));
}

/// Where a receipt goes: what the merchant said of the payment; else, for an order of the front door, the buyer's own address.
fn address<'a>(
    charge: &'a Value,
    intent: Option<&'a Value>,
    session: Option<&'a Value>,
) -> &'a str {
    let said = |of: &'a Value| {
        of.get("echo")
            .map_or("", |echo| text(echo, "receipt_email", ""))
    };
    let terms = session.and_then(|session| session.get("terms"));
    let is_order = session.is_some_and(|session| !text(session, "order", "").is_empty());
    match (session, intent) {
        (Some(session), _) if is_order && terms.map_or("", said).is_empty() => {
            let typed = session
                .get("buyer")
                .map_or("", |buyer| text(buyer, "email", ""));
            let given = text(session, "email", "");
            if typed.is_empty() { given } else { typed }
        }
        (_, Some(intent)) => said(intent),
        _ => said(charge),
    }
}

fn differences(wanted: &Letters, sent: &Letters) -> Vec<Violation> {
    let missing = wanted
        .difference(sent)
        .map(|(id, to)| format!("{id} never reached {to}"));
    let strange = sent
        .difference(wanted)
        .map(|(id, to)| format!("{id} was mailed to {to}, who wants none"));
    let told = missing.chain(strange);
    told.map(|what| Violation::new("I21", what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn letter(id: &str, to: &str) -> Letters {
        [(id.to_owned(), to.to_owned())].into()
    }

    #[test]
    fn a_receipt_goes_where_the_payment_says() {
        let told = json!({"echo": {"receipt_email": "said@shop.example"}});
        let silent = json!({});
        let order = json!({"order": "A-17", "email": "given@buyer.example"});
        let typed = json!({"order": "A-17", "email": "given@buyer.example", "buyer": {"email": "typed@buyer.example"}});
        let terms =
            json!({"order": "A-17", "terms": {"echo": {"receipt_email": "terms@shop.example"}}});
        let plain = json!({"email": "given@buyer.example"});
        for (charge, intent, session, expected) in [
            (&told, None, None, "said@shop.example"),
            (&silent, Some(&told), None, "said@shop.example"),
            (&told, Some(&silent), None, ""),
            (&silent, Some(&silent), Some(&order), "given@buyer.example"),
            (&silent, Some(&silent), Some(&typed), "typed@buyer.example"),
            (&silent, Some(&told), Some(&terms), "said@shop.example"),
            (&silent, Some(&told), Some(&plain), "said@shop.example"),
            (&silent, Some(&silent), Some(&plain), ""),
        ] {
            assert_eq!(
                address(charge, intent, session),
                expected,
                "{charge} {intent:?} {session:?}"
            );
        }
    }

    #[test]
    fn a_mail_is_missing_strange_or_right() {
        let own = letter("receipt-ch_1", "a@b.example");
        assert!(differences(&own, &own).is_empty());
        assert_eq!(differences(&own, &Letters::new()).len(), 1);
        assert_eq!(differences(&Letters::new(), &own).len(), 1);
        assert_eq!(
            differences(&own, &letter("receipt-ch_1", "c@d.example")).len(),
            2
        );
    }
}
