//! What a price or a way of shipping costs in each of its currencies, its own among them.

use super::price::{UNSPECIFIED, custom};
use crate::shape::Shape;
use florin_base::Asset;
use florin_domain::Record;
use florin_domain::catalog::{Price, ShippingRate};
use florin_wire::Node;
use serde_json::{Map, Value};

/// The map by currency; `None` for a record that costs nothing by itself.
pub fn render_currencies(record: &Record) -> Option<Value> {
    match record {
        Record::Price(price) => {
            let further = price.currencies.keys().copied();
            Some(by_currency(price.currency, further, |asset| {
                of_price(price, asset)
            }))
        }
        Record::ShippingRate(rate) => {
            let further = rate.currencies.keys().copied();
            Some(by_currency(rate.currency, further, |asset| {
                of_rate(rate, asset)
            }))
        }
        _ => None,
    }
}

fn by_currency<'a>(
    own: Asset,
    further: impl Iterator<Item = Asset>,
    render: impl Fn(Asset) -> Option<Node<'a>>,
) -> Value {
    let mut found = Map::new();
    for asset in further.chain([own]) {
        if let Some(option) = render(asset) {
            found.insert(asset.as_str().to_owned(), option.into_value());
        }
    }
    Value::Object(found)
}

fn of_price(price: &Price, asset: Asset) -> Option<Node<'static>> {
    let price = price.in_currency(asset)?;
    let whole = || price.unit_amount.map(|unit| unit.to_string());
    let decimal = price.unit_amount_decimal.clone().or_else(whole);
    let behavior = price.tax_behavior.unwrap_or_else(|| UNSPECIFIED.to_owned());
    let mut shape = Shape::hash(4);
    shape
        .put("custom_unit_amount", price.custom.as_ref().map(custom))
        .put("tax_behavior", behavior)
        .put("unit_amount", price.unit_amount)
        .put("unit_amount_decimal", decimal);
    Some(shape.done())
}

fn of_rate(rate: &ShippingRate, asset: Asset) -> Option<Node<'_>> {
    let said = match asset == rate.currency {
        true => rate.tax_behavior.as_deref(),
        false => rate.currencies.get(&asset)?.tax_behavior.as_deref(),
    };
    let mut shape = Shape::hash(2);
    shape
        .put("amount", rate.amount_in(asset)?)
        .put("tax_behavior", said.unwrap_or(UNSPECIFIED));
    Some(shape.done())
}
