//! The wire object of the balance: what is available and what is pending, per currency.
//!
//! Deliberately absent: money held for disputes and everything that is not the merchant's to spend.

use crate::View;
use crate::shape::Shape;
use florin_base::Asset;
use florin_domain::ledger::LedgerAccount;
use florin_wire::Node;
use std::collections::BTreeMap;

/// The balance from the sums of the ledger accounts, debit positive, minor units. Accounts that are not the
/// merchant's are read over. Without any balance there is one entry of zero in `default`.
pub fn render_balance(
    balances: &[(LedgerAccount, Asset, i64)],
    default: Asset,
    view: &View<'_>,
) -> Node<'static> {
    let mut sums: BTreeMap<Asset, (i64, i64)> = BTreeMap::new();
    for (account, asset, amount) in balances {
        let seen = LedgerAccount::merchant_view(*amount);
        match account {
            LedgerAccount::Available => add(&mut sums.entry(*asset).or_default().0, seen),
            LedgerAccount::Pending(_) => add(&mut sums.entry(*asset).or_default().1, seen),
            LedgerAccount::Receivable | LedgerAccount::DisputeHold | LedgerAccount::FeesRevenue => {
            }
        }
    }
    if sums.is_empty() {
        sums.insert(default, (0, 0));
    }
    let available: Vec<Node<'_>> = sums
        .iter()
        .map(|(asset, sum)| entry(*asset, sum.0))
        .collect();
    let pending: Vec<Node<'_>> = sums
        .iter()
        .map(|(asset, sum)| entry(*asset, sum.1))
        .collect();
    let mut shape = Shape::hash(4);
    shape
        .put("object", "balance")
        .put("available", available)
        .put("livemode", view.live)
        .put("pending", pending);
    shape.done()
}

/// Each sum stays within the limits of the ledger, so saturation is never seen.
fn add(sum: &mut i64, amount: i64) {
    *sum = sum.saturating_add(amount);
}

fn entry(asset: Asset, amount: i64) -> Node<'static> {
    let mut types = Shape::hash(1);
    types.put("card", amount);
    let mut shape = Shape::hash(3);
    shape
        .put("amount", amount)
        .put("currency", asset.as_str().to_owned())
        .put("source_types", types.done());
    shape.done()
}
