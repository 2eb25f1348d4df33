//! The wire object of a shipping rate.
//!
//! What it costs in further currencies is there only when it is expanded, see [`super::currency_option`].

use super::price::UNSPECIFIED;
use crate::View;
use crate::shape::{Shape, metadata};
use florin_domain::catalog::{Bound, Estimate, ShippingRate};
use florin_wire::Node;

/// Renders a shipping rate.
pub(crate) fn render<'a>(rate: &'a ShippingRate, view: &View<'_>) -> Node<'a> {
    let mut amount = Shape::hash(2);
    amount
        .put("amount", rate.amount)
        .put("currency", rate.currency.as_str());
    let mut shape = Shape::object(&rate.id, "shipping_rate", 12);
    shape
        .put("active", rate.active)
        .put("created", rate.created.0)
        .put(
            "delivery_estimate",
            rate.delivery_estimate.as_ref().map(estimate),
        )
        .put("display_name", rate.display_name.as_str())
        .put("fixed_amount", amount.done())
        .put("livemode", view.live)
        .put("metadata", metadata(&rate.metadata))
        .put(
            "tax_behavior",
            rate.tax_behavior.as_deref().unwrap_or(UNSPECIFIED),
        )
        .put("tax_code", rate.tax_code.as_deref())
        .put("type", "fixed_amount");
    shape.done()
}

fn estimate(estimate: &Estimate) -> Node<'_> {
    let mut shape = Shape::hash(2);
    shape
        .put("maximum", estimate.maximum.as_ref().map(bound))
        .put("minimum", estimate.minimum.as_ref().map(bound));
    shape.done()
}

fn bound(bound: &Bound) -> Node<'_> {
    let mut shape = Shape::hash(2);
    shape
        .put("unit", bound.unit.as_str())
        .put("value", bound.value);
    shape.done()
}
