//! Customer sessions: a form in a browser may show the saved cards of one customer for a while.

use super::text;
use crate::pipeline::Exchange;
use florin_engine::Response;
use florin_engine::customer_sessions::{CustomerSession, SHOWN};
use serde_json::Value;

/// A new session.
pub async fn create(exchange: &Exchange) -> Response {
    let params = &exchange.params;
    let element = |name: &str| format!("components.payment_element.{name}");
    let feature = |name: &str| element(&format!("features.payment_method_{name}"));
    let is_on = |name: &str| params.text(&feature(name)) == Some("enabled");
    let filters = params.list(&feature("allow_redisplay_filters"));
    let filters = filters.map_or_else(
        || vec!["always".to_owned()],
        |list| {
            let words = list.iter().filter_map(Value::as_str);
            words.map(str::to_owned).collect()
        },
    );
    let limit = params.int(&feature("redisplay_limit"));
    let wish = CustomerSession {
        customer: text(exchange, "customer").unwrap_or_default(),
        enabled: params.flag(&element("enabled")).unwrap_or_default(),
        shows: is_on("redisplay"),
        limit: limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(SHOWN),
        filters,
        saves: is_on("save"),
        usage: text(exchange, &feature("save_usage")),
        removes: is_on("remove"),
        ..CustomerSession::default()
    };
    let (engine, caller) = (&exchange.engine, &exchange.caller);
    engine.open_customer_session(caller, wish).await
}
