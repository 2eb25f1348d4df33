//! Checkout sessions.

use super::{page, run, text};
use crate::pipeline::Exchange;
use florin_engine::operations::{
    CreateSession, ExpireSession, ItemWish, LineWish, PriceWish, ProductWish, ShippingWish,
    UpdateSession,
};
use florin_engine::{Halt, Kind, Response};
use florin_render::parse;
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

/// A page of sessions.
pub async fn list(exchange: &Exchange) -> Response {
    let filters = [
        ("customer", "customer"),
        ("payment_intent", "payment_intent"),
        ("status", "status"),
        ("payment_link", "payment_link"),
        ("customer_details.email", "email"),
    ];
    page::list(exchange, Kind::CheckoutSession, &filters).await
}

/// A new session.
pub async fn create(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let params = &exchange.params;
        Ok(CreateSession {
            command: parse::create_session(params, exchange.caller.version)?,
            items: items(params)?,
            optional: optional(params),
            shipping: shipping(params)?,
            customer: text(exchange, "customer"),
        })
    }
    .await;
    run(exchange, operation).await
}

/// One element of a list of objects, read like a request of its own.
pub(super) fn element(value: &Value) -> Params {
    let served = value.as_object().cloned().unwrap_or_default();
    Params::new(served, Map::new())
}

/// What is sold, as a request names it.
pub fn items(params: &Params) -> Result<Vec<ItemWish>, WireError> {
    let sent = params.list("line_items").into_iter().flatten().enumerate();
    sent.map(|(at, value)| item(&element(value), at)).collect()
}

/// What is offered beside it.
pub fn optional(params: &Params) -> Vec<ItemWish> {
    parse::offered(params)
        .iter()
        .map(ItemWish::of_link)
        .collect()
}

fn item(item: &Params, at: usize) -> Result<ItemWish, WireError> {
    let named = |name: &str| format!("line_items[{at}][{name}]");
    let price = price(item, at)?.ok_or_else(|| WireError::missing(&named("price")))?;
    let quantity = item
        .int("quantity")
        .ok_or_else(|| WireError::missing(&named("quantity")))?;
    let rates = item.list("tax_rates").into_iter().flatten();
    Ok(ItemWish {
        price,
        quantity,
        adjustable: parse::adjustable(item, quantity),
        tax_rates: rates.filter_map(Value::as_str).map(str::to_owned).collect(),
        metadata: parse::metadata(item)?,
    })
}

/// What a position costs: a price that exists, or one for this order.
fn price(item: &Params, at: usize) -> Result<Option<PriceWish>, WireError> {
    let named = format!("line_items[{at}][price_data]");
    match (item.text("price"), item.object("price_data")) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: price, price_data.";
            Err(WireError::invalid(message).with_param(named))
        }
        (Some(id), None) => Ok(Some(PriceWish::Known(id.to_owned()))),
        (None, Some(_)) => inline_price(item, &named).map(Some),
        (None, None) => Ok(None),
    }
}

/// The positions of an order after a change, or what changes of those of a link, as a request names them.
pub fn lines(params: &Params) -> Result<Option<Vec<LineWish>>, WireError> {
    let Some(sent) = params.list("line_items") else {
        return Ok(None);
    };
    let wishes = sent
        .iter()
        .enumerate()
        .map(|(at, value)| line(&element(value), at));
    wishes.collect::<Result<_, _>>().map(Some)
}

fn line(item: &Params, at: usize) -> Result<LineWish, WireError> {
    let missing = |name: &str| WireError::missing(&format!("line_items[{at}][{name}]"));
    let (id, price) = (item.text("id").map(str::to_owned), price(item, at)?);
    let quantity = item.int("quantity");
    if id.is_none() {
        price.as_ref().ok_or_else(|| missing("price"))?;
        quantity.ok_or_else(|| missing("quantity"))?;
    }
    let is_said = item.has("adjustable_quantity");
    let rates = item.list("tax_rates").into_iter().flatten();
    let rates: Vec<String> = rates.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(LineWish {
        id,
        price,
        quantity,
        adjustable: is_said.then(|| parse::adjusts(item)),
        tax_rates: item.has("tax_rates").then_some(rates),
        metadata: parse::metadata(item)?,
    })
}

fn inline_price(item: &Params, named: &str) -> Result<PriceWish, WireError> {
    let new = parse::price_data(item, "price_data", named)?;
    let product = match (
        item.text("price_data.product"),
        item.object("price_data.product_data"),
    ) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: product, product_data.";
            return Err(WireError::invalid(message).with_param(format!("{named}[product_data]")));
        }
        (Some(id), None) => ProductWish::Known(id.to_owned()),
        (None, Some(_)) => {
            let named = format!("{named}[product_data]");
            let product = parse::product_data(item, "price_data.product_data", &named)?;
            ProductWish::Inline(Box::new(product))
        }
        (None, None) => return Err(WireError::missing(&format!("{named}[product_data]"))),
    };
    Ok(PriceWish::Inline(Box::new(new), product))
}

/// The ways of shipping, as a request names them.
pub fn shipping(params: &Params) -> Result<Vec<ShippingWish>, WireError> {
    let sent = params.list("shipping_options").into_iter().flatten();
    sent.enumerate()
        .map(|(at, value)| option(&element(value), at))
        .collect()
}

fn option(option: &Params, at: usize) -> Result<ShippingWish, WireError> {
    let named = |name: &str| format!("shipping_options[{at}][{name}]");
    match (
        option.text("shipping_rate"),
        option.object("shipping_rate_data"),
    ) {
        (Some(id), None) => Ok(ShippingWish::Known(id.to_owned())),
        (None, Some(_)) => {
            let path = "shipping_rate_data";
            let rate = parse::shipping_rate_data(option, path, &named(path))?;
            Ok(ShippingWish::Inline(Box::new(rate)))
        }
        (Some(_), Some(_)) => {
            let message =
                "You may only specify one of these parameters: shipping_rate, shipping_rate_data.";
            Err(WireError::invalid(message).with_param(named("shipping_rate_data")))
        }
        (None, None) => Err(WireError::missing(&named("shipping_rate"))),
    }
}

/// One session.
pub async fn retrieve(exchange: &Exchange) -> Response {
    let (caller, id) = (&exchange.caller, exchange.id());
    let kind = Kind::CheckoutSession;
    exchange.engine.retrieve(caller, kind, id, "session").await
}

/// A changed session.
pub async fn update(exchange: &Exchange) -> Response {
    let operation: Result<_, Halt> = async {
        let params = &exchange.params;
        let changes = params.has("shipping_options");
        Ok(UpdateSession {
            id: exchange.id().to_owned(),
            command: parse::update_session(params)?,
            shipping: changes.then(|| shipping(params)).transpose()?,
            lines: lines(params)?,
        })
    }
    .await;
    run(exchange, operation).await
}

/// Ends a session before its time.
pub async fn expire(exchange: &Exchange) -> Response {
    let id = exchange.id().to_owned();
    run(exchange, Ok(ExpireSession { id })).await
}

/// What a session sells.
pub async fn line_items(exchange: &Exchange) -> Response {
    match page::page(&exchange.params) {
        Ok(page) => {
            let (caller, id) = (&exchange.caller, exchange.id());
            exchange.engine.session_lines(caller, id, &page).await
        }
        Err(error) => exchange.fail(&error),
    }
}
