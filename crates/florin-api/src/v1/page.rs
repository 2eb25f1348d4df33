//! The parameters that every list shares: `limit`, cursors, `created`.

use crate::pipeline::Exchange;
use florin_base::Timestamp;
use florin_engine::read::{Created, ListQuery, Page, Sieve};
use florin_engine::{Kind, Response};
use florin_wire::{Params, WireError};
use serde_json::Value;

/// Objects on a page when nothing is said.
const LIMIT_DEFAULT: usize = 10;

/// Reads them.
pub fn page(params: &Params) -> Result<Page, WireError> {
    let (after, before) = (params.text("starting_after"), params.text("ending_before"));
    if after.is_some() && before.is_some() {
        let message = "Only one of starting_after and ending_before can be given.";
        return Err(WireError::invalid(message).with_param("ending_before"));
    }
    Ok(Page {
        limit: params
            .int("limit")
            .map_or(LIMIT_DEFAULT, |limit| limit.clamp(1, 100) as usize),
        starting_after: after.map(str::to_owned),
        ending_before: before.map(str::to_owned),
        created: created(params.get("created")),
    })
}

/// A range of creation times; a single number means that very second.
fn created(value: Option<&Value>) -> Created {
    let edge = |name: &str| {
        value
            .and_then(|range| range.get(name))
            .and_then(Value::as_i64)
    };
    if let Some(exact) = value.and_then(Value::as_i64) {
        return Created {
            from: Some(Timestamp(exact)),
            to: Some(Timestamp(exact)),
        };
    }
    let from = [edge("gte"), edge("gt").map(|at| at.saturating_add(1))]
        .into_iter()
        .flatten()
        .max();
    let to = [edge("lte"), edge("lt").map(|at| at.saturating_sub(1))]
        .into_iter()
        .flatten()
        .min();
    Created {
        from: from.map(Timestamp),
        to: to.map(Timestamp),
    }
}

/// A list of a kind with filters on key columns: (parameter, column).
pub async fn list(exchange: &Exchange, kind: Kind, filters: &[(&str, &'static str)]) -> Response {
    let mut query = ListQuery::newest(&exchange.caller.scope, kind, 1);
    for (param, column) in filters {
        if let Some(wanted) = exchange.params.text(param) {
            query = query.with(column, wanted);
        }
    }
    answer(exchange, query).await
}

/// A list of a prepared query.
pub async fn answer(exchange: &Exchange, query: ListQuery) -> Response {
    match page(&exchange.params) {
        Ok(page) => {
            exchange
                .engine
                .list(&exchange.caller, &exchange.url, query, &page)
                .await
        }
        Err(error) => exchange.fail(&error),
    }
}

/// A list of what a sieve keeps of a prepared query.
pub async fn sifted(exchange: &Exchange, query: ListQuery, sieve: Sieve) -> Response {
    match page(&exchange.params) {
        Ok(page) => {
            exchange
                .engine
                .list_sifted(&exchange.caller, &exchange.url, (query, sieve), &page)
                .await
        }
        Err(error) => exchange.fail(&error),
    }
}

/// A list of payment methods, perhaps only of those that may be shown again in one way.
pub async fn methods(exchange: &Exchange, query: ListQuery) -> Response {
    match exchange.params.text("allow_redisplay") {
        Some(wanted) => sifted(exchange, query, Sieve::Redisplay(wanted.to_owned())).await,
        None => answer(exchange, query).await,
    }
}

/// A list that is known to be empty: its filter can match nothing that exists now.
pub fn empty(exchange: &Exchange) -> Response {
    exchange.engine.empty_list(&exchange.caller, &exchange.url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ranges_include_or_exclude_their_ends() {
        let range = |value: Value| {
            let created = created(Some(&value));
            (created.from.map(|at| at.0), created.to.map(|at| at.0))
        };
        assert_eq!(range(json!(5)), (Some(5), Some(5)));
        assert_eq!(range(json!({"gt": 5, "lt": 9})), (Some(6), Some(8)));
        assert_eq!(range(json!({"gte": 5, "lte": 9})), (Some(5), Some(9)));
        assert_eq!(range(json!({"gt": 5, "gte": 5})), (Some(6), None));
    }
}
