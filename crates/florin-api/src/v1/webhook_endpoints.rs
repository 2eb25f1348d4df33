//! Webhook endpoints.

use super::{page, run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateEndpoint, DeleteEndpoint, UpdateEndpoint};
use florin_engine::read::{LIVING, ListQuery};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;
use florin_wire::WireError;
use florin_wire::versions::{ApiVersion, OLDEST};

/// A page of endpoints.
pub async fn list(exchange: &Exchange) -> Response {
    let query =
        ListQuery::newest(&exchange.caller.scope, Kind::WebhookEndpoint, 1).with("state", LIVING);
    page::answer(exchange, query).await
}

/// A new endpoint.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = (|| {
        let command = parse::endpoint(&exchange.params)?;
        let api_version = text(exchange, "api_version");
        if let Some(version) = &api_version {
            let known = ApiVersion::parse(version).is_ok_and(ApiVersion::is_supported);
            if !known {
                let message = format!(
                    "Invalid api_version: {version}. Use a version from {} on.",
                    OLDEST.as_str()
                );
                return Err(WireError::invalid(message).with_param("api_version").into());
            }
        }
        Ok(CreateEndpoint {
            command,
            api_version,
        })
    })();
    run(exchange, operation).await
}

/// One endpoint.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(
            &exchange.caller,
            Kind::WebhookEndpoint,
            exchange.id(),
            "webhook_endpoint",
        )
        .await
}

/// A changed endpoint.
pub async fn update(exchange: &Exchange) -> Response {
    let command = parse::endpoint(&exchange.params).map_err(Halt::from);
    run(
        exchange,
        command.map(|command| UpdateEndpoint {
            id: exchange.id().to_owned(),
            command,
        }),
    )
    .await
}

/// The end of an endpoint.
pub async fn delete(exchange: &Exchange) -> Response {
    run(
        exchange,
        Ok(DeleteEndpoint {
            id: exchange.id().to_owned(),
        }),
    )
    .await
}
