//! The wire object of a balance transaction: a view of one ledger transaction.
//!
//! Deliberately absent: exchange rates; presentment and settlement currency are the same now.

use crate::View;
use crate::shape::Shape;
use florin_base::Timestamp;
use florin_domain::ledger::{Movement, Transaction};
use florin_wire::Node;

/// A transaction as of `now`: its money is pending until `available_on`. Amounts are minor units as the merchant
/// sees them.
pub fn render_transaction<'a>(
    transaction: &'a Transaction,
    _view: &View<'_>,
    now: Timestamp,
) -> Node<'a> {
    let (kind, category) = names(transaction.movement);
    let status = if transaction.available_on > now {
        "pending"
    } else {
        "available"
    };
    let mut shape = Shape::object(&transaction.id, "balance_transaction", 16);
    shape
        .put("amount", transaction.gross())
        .put("available_on", transaction.available_on.0)
        .put("balance_type", "payments")
        .put("created", transaction.created.0)
        .put("currency", transaction.asset.as_str())
        .put("description", transaction.description.as_deref())
        .null("exchange_rate")
        .put("fee", transaction.fee())
        .put("fee_details", fee_details(transaction))
        .put("net", transaction.net())
        .put("reporting_category", category)
        .put("source", transaction.source.as_str())
        .put("status", status)
        .put("type", kind);
    shape.done()
}

/// The type and the reporting category of a movement.
const fn names(movement: Movement) -> (&'static str, &'static str) {
    match movement {
        Movement::Charge => ("charge", "charge"),
        Movement::Refund => ("refund", "refund"),
        Movement::RefundFailure => ("refund_failure", "refund_failure"),
        Movement::Dispute => ("adjustment", "dispute"),
        Movement::Release => ("adjustment", "other_adjustment"),
    }
}

fn fee_details(transaction: &Transaction) -> Node<'_> {
    let fee = transaction.fee();
    if fee == 0 {
        return Node::List(Vec::new());
    }
    let description = match transaction.movement {
        Movement::Dispute => "Florin dispute fee",
        _ => "Florin processing fees",
    };
    let mut detail = Shape::hash(5);
    detail
        .put("amount", fee)
        .null("application")
        .put("currency", transaction.asset.as_str())
        .put("description", description)
        .put("type", "stripe_fee");
    Node::List(vec![detail.done()])
}
