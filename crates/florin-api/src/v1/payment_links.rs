//! Payment links.

use super::checkout_sessions::{items, lines, optional, shipping};
use super::{page, run};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateLink, LinkTerms, UpdateLink};
use florin_engine::read::ListQuery;
use florin_engine::{Halt, Kind, NewLink, Response};
use florin_render::parse;

/// A page of links.
pub async fn list(exchange: &Exchange) -> Response {
    let mut query = ListQuery::newest(&exchange.caller.scope, Kind::PaymentLink, 1);
    if let Some(wanted) = parse::wanted_activity(&exchange.params) {
        query = query.with("active", wanted);
    }
    page::answer(exchange, query).await
}

/// A new link.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let sent = &exchange.params;
        let params = parse::of_link(sent);
        let mut asked = params.typed().clone();
        // What is sold is kept by its ids.
        asked.remove("line_items");
        asked.remove("shipping_options");
        Ok(CreateLink {
            session: parse::create_session(&params, exchange.caller.version)?,
            items: items(&params)?,
            optional: optional(&params),
            shipping: shipping(&params)?,
            link: NewLink {
                asked,
                told: params.echoed().clone(),
                patch: parse::link_patch(sent)?,
            },
        })
    }
    .await;
    run(exchange, operation).await
}

/// One link.
pub async fn retrieve(exchange: &Exchange) -> Response {
    let (engine, caller) = (&exchange.engine, &exchange.caller);
    let id = exchange.id();
    engine
        .retrieve(caller, Kind::PaymentLink, id, "payment_link")
        .await
}

/// A changed link.
pub async fn update(exchange: &Exchange) -> Response {
    let id = exchange.id().to_owned();
    let operation: Result<_, Halt> = async {
        let (asked, told) = parse::link_terms(&exchange.params);
        let lines = lines(&exchange.params)?.unwrap_or_default();
        let terms = LinkTerms { asked, told, lines };
        let patch = parse::link_patch(&exchange.params)?;
        Ok(UpdateLink { id, patch, terms })
    }
    .await;
    run(exchange, operation).await
}

/// What a link sells.
pub async fn line_items(exchange: &Exchange) -> Response {
    match page::page(&exchange.params) {
        Ok(page) => {
            let (caller, id) = (&exchange.caller, exchange.id());
            exchange.engine.link_lines(caller, id, &page).await
        }
        Err(error) => exchange.fail(&error),
    }
}
