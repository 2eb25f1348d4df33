//! The balance and its transactions: views of the ledger.

use super::page;
use crate::pipeline::Exchange;
use florin_base::Asset;
use florin_engine::Response;
use florin_engine::read::{Movement, TransactionQuery};
use florin_wire::WireError;

/// The balance.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange.engine.balance(&exchange.caller).await
}

/// One balance transaction.
pub async fn retrieve_transaction(exchange: &Exchange) -> Response {
    exchange
        .engine
        .balance_transaction(&exchange.caller, exchange.id())
        .await
}

/// The movements that a type of the wire stands for; releases are internal and never listed.
fn movements(kind: Option<&str>) -> Vec<Movement> {
    let listed = [
        Movement::Charge,
        Movement::Refund,
        Movement::RefundFailure,
        Movement::Dispute,
    ];
    match kind {
        None => listed.to_vec(),
        Some("adjustment") => vec![Movement::Dispute],
        Some(name) => Movement::from_name(name)
            .filter(|found| listed.contains(found) && *found != Movement::Dispute)
            .into_iter()
            .collect(),
    }
}

/// A page of balance transactions.
pub async fn list(exchange: &Exchange) -> Response {
    let params = &exchange.params;
    let movements = movements(params.text("type"));
    if movements.is_empty() || params.has("payout") {
        return page::empty(exchange);
    }
    let mut query = TransactionQuery::newest(&exchange.caller.scope, 1);
    query.movements = movements;
    query.source = params.text("source").map(str::to_owned);
    if let Some(currency) = params.text("currency") {
        query.asset = Asset::parse(currency);
        if query.asset.is_none() {
            return exchange.fail(&WireError::invalid("Invalid currency.").with_param("currency"));
        }
    }
    match page::page(params) {
        Ok(page) => {
            exchange
                .engine
                .balance_transactions(&exchange.caller, query, &page)
                .await
        }
        Err(error) => exchange.fail(&error),
    }
}
