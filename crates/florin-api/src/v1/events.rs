//! Events, for thirty days.

use super::page;
use crate::pipeline::Exchange;
use florin_engine::read::{ListQuery, Sieve};
use florin_engine::{Kind, Response};
use florin_render::event_types::EVENT_TYPES;
use florin_wire::WireError;
use serde_json::Value;

/// A page of events, perhaps of some types only.
pub async fn list(exchange: &Exchange) -> Response {
    let params = &exchange.params;
    let one = params.text("type").map(|kind| vec![kind.to_owned()]);
    let many = params.list("types").map(|types| {
        types
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    });
    if one.is_some() && many.is_some() {
        let message = "You may only specify one of these parameters: type, types.";
        return exchange.fail(&WireError::invalid(message).with_param("types"));
    }
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::Event, 1);
    if let Some(wanted) = one.or(many) {
        query.filters.push((
            "type",
            wanted.iter().flat_map(|kind| matching(kind)).collect(),
        ));
    }
    if let Some(succeeded) = params.flag("delivery_success") {
        return page::sifted(exchange, query, Sieve::Delivered(succeeded)).await;
    }
    page::answer(exchange, query).await
}

/// The types that a pattern such as `charge.*` names.
fn matching(pattern: &str) -> Vec<String> {
    match pattern.strip_suffix('*') {
        Some(front) => EVENT_TYPES
            .iter()
            .filter(|kind| kind.starts_with(front))
            .map(|kind| (*kind).to_owned())
            .collect(),
        None => vec![pattern.to_owned()],
    }
}

/// One event.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, Kind::Event, exchange.id(), "id")
        .await
}
