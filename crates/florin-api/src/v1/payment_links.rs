//! Payment links.

use super::checkout_sessions::{element, items, optional, shipping};
use super::{page, run};
use crate::pipeline::Exchange;
use florin_engine::operations::{CreateLink, LinkLine, LinkTerms, UpdateLink};
use florin_engine::read::ListQuery;
use florin_engine::{Halt, Kind, NewLink, Response};
use florin_render::parse;
use florin_wire::Params;

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
    let patch = parse::link_patch(&exchange.params).map_err(Halt::from);
    let (asked, told) = parse::link_terms(&exchange.params);
    let terms = LinkTerms {
        asked,
        told,
        lines: lines(&exchange.params),
    };
    let update = patch.map(|patch| UpdateLink { id, patch, terms });
    run(exchange, update).await
}

/// How many of what is sold, as a request names the lines.
fn lines(params: &Params) -> Vec<LinkLine> {
    let sent = params.list("line_items").into_iter().flatten();
    let lines = sent.map(|value| {
        let line = element(value);
        let quantity = line.int("quantity");
        let adjustable = line
            .has("adjustable_quantity")
            .then(|| parse::adjustable(&line, quantity.unwrap_or_default()));
        LinkLine {
            id: line.text("id").unwrap_or_default().to_owned(),
            quantity,
            adjustable,
            says_most: line.has("adjustable_quantity.maximum"),
        }
    });
    lines.collect()
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
