//! The wire object of a product.
//!
//! Deliberately absent: the attributes of goods, which the newest version does not know any more.

use super::decimal::number;
use crate::View;
use crate::echo;
use crate::shape::{Shape, metadata, texts};
use florin_domain::Kind;
use florin_domain::catalog::Product;
use florin_wire::Node;
use serde_json::{Map, Value};

/// Renders a product; of a deleted one only the id is left.
pub(crate) fn render<'a>(product: &'a Product, view: &View<'_>) -> Node<'a> {
    if product.deleted {
        return crate::deleted(Kind::Product, &product.id).into();
    }
    let echo = &product.echo;
    let features = echo.get("marketing_features").map(Node::from);
    let dimensions = echo::hash(echo, "package_dimensions").map(dimensions);
    let taxes = echo::hash(echo, "tax_details");
    let kind = if product.is_good { "good" } else { "service" };
    let mut shape = Shape::object(&product.id, "product", 20);
    shape
        .put("active", product.active)
        .put("created", product.created.0)
        .put("default_price", product.default_price.as_deref())
        .put("description", product.description.as_deref())
        .put("images", texts(&product.images))
        .put("livemode", view.live)
        .put(
            "marketing_features",
            features.unwrap_or_else(|| Node::List(Vec::new())),
        )
        .put("metadata", metadata(&product.metadata))
        .put("name", product.name.as_str())
        .put("package_dimensions", dimensions)
        .put("shippable", product.shippable)
        .put(
            "statement_descriptor",
            product.statement_descriptor.as_deref(),
        )
        .put("tax_code", product.tax_code.as_deref())
        .put(
            "tax_details",
            taxes.map(|sent| echo::picked(sent, &["performance_location", "tax_code"])),
        )
        .put("type", kind)
        .put("unit_label", product.unit_label.as_deref())
        .put("updated", product.updated.0)
        .put("url", product.url.as_deref());
    shape.done()
}

/// How large and heavy it is to send: kept as decimal texts.
fn dimensions(sent: &Map<String, Value>) -> Node<'_> {
    let mut shape = Shape::hash(4);
    for name in ["height", "length", "weight", "width"] {
        let held = sent.get(name).and_then(Value::as_str);
        shape.put(name, held.map(number));
    }
    shape.done()
}
