//! Configurations of payment methods: which types are switched on.

use super::{page, run};
use crate::pipeline::Exchange;
use florin_engine::Response;
use florin_engine::operations::{CreateConfiguration, UpdateConfiguration};
use florin_render::parse;

/// All of them, the default one first.
pub async fn list(exchange: &Exchange) -> Response {
    let (engine, caller) = (&exchange.engine, &exchange.caller);
    match page::page(&exchange.params) {
        Ok(asked) => {
            let active = exchange.params.flag("active");
            engine.method_configurations(caller, active, &asked).await
        }
        Err(error) => caller.error(&error),
    }
}

/// One beside the default one.
pub async fn create(exchange: &Exchange) -> Response {
    let patch = parse::configuration(&exchange.params);
    run(exchange, Ok(CreateConfiguration { patch })).await
}

/// One of them.
pub async fn retrieve(exchange: &Exchange) -> Response {
    let (engine, caller) = (&exchange.engine, &exchange.caller);
    engine.method_configuration(caller, exchange.id()).await
}

/// One of them with types switched on or off.
pub async fn update(exchange: &Exchange) -> Response {
    let (id, patch) = (
        exchange.id().to_owned(),
        parse::configuration(&exchange.params),
    );
    run(exchange, Ok(UpdateConfiguration { id, patch })).await
}
