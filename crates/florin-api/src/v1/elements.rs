//! What Florin's own browser script asks for before it shows a form: what is paid, and with what.
//!
//! A browser knows the client secret of one intent, or only what the shop says that it will ask for later. With the
//! client secret of a customer session it knows saved cards, too.

use crate::pipeline::Exchange;
use florin_engine::Response;
use florin_engine::elements::Asked;

/// The session of a form.
pub async fn session(exchange: &Exchange) -> Response {
    let params = &exchange.params;
    let deferred = "deferred_intent";
    let text = |name: &str| params.text(&format!("{deferred}.{name}"));
    let asked = match params.text("client_secret") {
        Some(secret) => Asked::Secret(secret),
        None => Asked::Deferred {
            mode: text("mode").unwrap_or("payment"),
            amount: params.int(&format!("{deferred}.amount")),
            currency: text("currency"),
        },
    };
    exchange
        .engine
        .elements_session(
            &exchange.caller,
            asked,
            (params.text("customer_session"), params.text("locale")),
        )
        .await
}
