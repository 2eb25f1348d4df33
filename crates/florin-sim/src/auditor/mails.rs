//! Receipts by mail (I21): a payment whose buyer wants a receipt is mailed to the buyer's address once money was taken, and nothing
//! else is mailed.
//!
//! Deliberately absent: what stands in a mail, and mails that come twice: a server may take one without our hearing of it.

use super::history::{History, number, text};
use crate::evidence::{Evidence, Violation};
use florin_domain::Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// The id of a mail and its address.
type Letters = BTreeSet<(String, String)>;

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    let wanted = wanted(
        history
            .of_kind(Kind::Charge)
            .map(|((_, _, id), body)| (id.as_str(), body)),
    );
    let sent: Letters = evidence.mails.iter().cloned().collect();
    found.extend(differences(&wanted, &sent));
}

/// What has to be mailed, by the charges that took money.
fn wanted<'a>(charges: impl Iterator<Item = (&'a str, &'a Value)>) -> Letters {
    let paid = charges.filter(|(_, body)| number(body, "amount_captured") > 0);
    let addressed = paid.map(|(id, body)| {
        let address = body
            .get("echo")
            .map_or("", |echo| text(echo, "receipt_email", ""));
        (format!("receipt-{id}"), address.to_owned())
    });
    addressed
        .filter(|(_, address)| !address.is_empty())
        .collect()
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
    fn money_that_was_taken_is_told_to_who_asked() {
        let told = json!({"amount_captured": 5, "echo": {"receipt_email": "a@b.example"}});
        let open = json!({"amount_captured": 0, "echo": {"receipt_email": "a@b.example"}});
        let silent = json!({"amount_captured": 5});
        let charges = [("ch_1", &told), ("ch_2", &open), ("ch_3", &silent)];
        assert_eq!(
            wanted(charges.into_iter()),
            letter("receipt-ch_1", "a@b.example")
        );
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
