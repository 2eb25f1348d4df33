//! Customer sessions: a form in a browser may show the saved cards of one customer for a while.

use crate::pipeline::Exchange;
use florin_engine::Response;
use florin_render::parse;

/// A new session.
pub async fn create(exchange: &Exchange) -> Response {
    let wish = parse::customer_session(&exchange.params);
    let (engine, caller) = (&exchange.engine, &exchange.caller);
    engine.open_customer_session(caller, wish).await
}
