//! The catalog (I20): a lookup key leads to one price at most, which holds it, and no price of a merchant's own is left under a
//! product that was deleted.
//!
//! Deliberately absent: prices that were made for one order, whose product may go, and what held in between: the end is looked at.

use super::history::{History, flag, text};
use crate::evidence::Violation;
use florin_base::Scope;
use florin_domain::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// The prices of a scope that hold a key.
type Holders<'a> = BTreeMap<(&'a Scope, &'a str), BTreeSet<&'a str>>;

pub(super) fn check(history: &History, found: &mut Vec<Violation>) {
    let mut holders: Holders<'_> = BTreeMap::new();
    let mut meant: Holders<'_> = BTreeMap::new();
    for ((scope, _, id), price) in history.of_kind(Kind::Price) {
        let key = text(price, "lookup_key", "");
        if !key.is_empty() {
            holders.entry((scope, key)).or_default().insert(id);
        }
        let product = text(price, "product", "");
        let is_gone = history
            .body(scope, Kind::Product, product)
            .is_none_or(|product| flag(product, "deleted"));
        if is_gone && !flag(price, "inline") {
            let what = format!("{id} of {scope:?} is a price of {product}, which is gone");
            found.push(Violation::new("I20", what));
        }
    }
    for ((scope, _, key), held) in history.of_kind(Kind::LookupKey) {
        let price = text(held, "price", "");
        if !price.is_empty() {
            meant.entry((scope, key)).or_default().insert(price);
        }
    }
    let keys: BTreeSet<_> = holders.keys().chain(meant.keys()).collect();
    for key in keys {
        let (held_by, leads_to) = (holders.get(key), meant.get(key));
        if held_by != leads_to {
            let what = format!("{key:?} leads to {leads_to:?} and is held by {held_by:?}");
            found.push(Violation::new("I20", what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn audited(records: &[(Kind, &str, Value)]) -> Vec<Violation> {
        let scope = Scope::test("acct_1");
        let last = records.iter().map(|(kind, id, body)| {
            let key = (scope.clone(), *kind, (*id).to_owned());
            (key, (1, Arc::new(body.clone())))
        });
        let history = History {
            objects: BTreeMap::new(),
            last: last.collect(),
        };
        let mut found = Vec::new();
        check(&history, &mut found);
        found
    }

    #[test]
    fn keys_and_products_lead_to_what_is_there() {
        let product = |deleted| (Kind::Product, "prod_1", json!({"deleted": deleted}));
        let price = |id, key| {
            let body = json!({"product": "prod_1", "lookup_key": key});
            (Kind::Price, id, body)
        };
        let key = |price| (Kind::LookupKey, "monthly", json!({"price": price}));
        let inline = json!({"product": "prod_1", "inline": true});
        for (records, wrong) in [
            (vec![product(false), price("a", "monthly"), key("a")], 0),
            (vec![product(true), (Kind::Price, "a", inline)], 0),
            (vec![(Kind::LookupKey, "monthly", json!({}))], 0),
            (vec![product(true), price("a", "")], 1),
            (vec![price("a", "")], 1),
            (vec![product(false), price("a", "monthly")], 1),
            (vec![product(false), price("a", ""), key("a")], 1),
            (vec![product(false), price("a", "monthly"), key("b")], 1),
            (
                vec![
                    product(false),
                    price("a", "monthly"),
                    price("b", "monthly"),
                    key("a"),
                ],
                1,
            ),
        ] {
            assert_eq!(audited(&records).len(), wrong, "{records:?}");
        }
    }
}
