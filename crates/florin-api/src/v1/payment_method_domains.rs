//! Domains of a merchant's pages, on which wallets may be offered.

use super::{page, run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateDomain, UpdateDomain};
use florin_engine::read::ListQuery;
use florin_engine::{Kind, Response};

const KIND: Kind = Kind::PaymentMethodDomain;
/// What an id in an address is called.
const PARAM: &str = "payment_method_domain";

/// A page of domains.
pub async fn list(exchange: &Exchange) -> Response {
    let mut query = ListQuery::newest(&exchange.caller.scope, KIND, 1);
    if let Some(name) = exchange.params.text("domain_name") {
        query = query.with("domain_name", &name.to_ascii_lowercase());
    }
    if let Some(enabled) = exchange.params.flag("enabled") {
        query = query.with("enabled", &enabled.to_string());
    }
    page::answer(exchange, query).await
}

/// A domain, new or as it was registered before.
pub async fn create(exchange: &Exchange) -> Response {
    let operation = CreateDomain {
        name: text(exchange, "domain_name").unwrap_or_default(),
        enabled: exchange.params.flag("enabled").unwrap_or(true),
    };
    run(exchange, Ok(operation)).await
}

/// One domain.
pub async fn retrieve(exchange: &Exchange) -> Response {
    exchange
        .engine
        .retrieve(&exchange.caller, KIND, exchange.id(), PARAM)
        .await
}

/// A domain that is enabled or disabled.
pub async fn update(exchange: &Exchange) -> Response {
    let operation = UpdateDomain {
        id: exchange.id().to_owned(),
        enabled: exchange.params.flag("enabled"),
    };
    run(exchange, Ok(operation)).await
}

/// The domain as it is: nothing that Florin offers has to be verified by somebody else.
pub async fn validate(exchange: &Exchange) -> Response {
    retrieve(exchange).await
}
