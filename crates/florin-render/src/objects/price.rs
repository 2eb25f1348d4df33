//! The wire object of a price.
//!
//! What it costs in further currencies is there only when it is expanded, see [`super::currency_option`]. Deliberately absent:
//! tiers, which are null.

use crate::View;
use crate::shape::{Shape, metadata};
use florin_domain::catalog::{CustomAmount, Package, Price, Recurring};
use florin_wire::Node;

/// What is told of taxes where nothing was said.
pub(super) const UNSPECIFIED: &str = "unspecified";

/// Renders a price.
pub(crate) fn render<'a>(price: &'a Price, view: &View<'_>) -> Node<'a> {
    let whole = || price.unit_amount.map(|unit| unit.to_string());
    let decimal = price.unit_amount_decimal.clone().or_else(whole);
    let mut shape = Shape::object(&price.id, "price", 20);
    shape
        .put("active", price.active)
        .put("billing_scheme", "per_unit")
        .put("created", price.created.0)
        .put("currency", price.currency.as_str())
        .put("custom_unit_amount", price.custom.as_ref().map(custom))
        .put("livemode", view.live)
        .put("lookup_key", price.lookup_key.as_deref())
        .put("metadata", metadata(&price.metadata))
        .put("nickname", price.nickname.as_deref())
        .put("product", price.product.as_str())
        .put("recurring", price.recurring.as_ref().map(recurring))
        .put(
            "tax_behavior",
            price.tax_behavior.as_deref().unwrap_or(UNSPECIFIED),
        )
        .null("tiers_mode")
        .put("transform_quantity", price.package.map(package))
        .put("type", price.type_word())
        .put("unit_amount", price.unit_amount)
        .put("unit_amount_decimal", decimal);
    shape.done()
}

pub(super) fn custom(custom: &CustomAmount) -> Node<'static> {
    let mut shape = Shape::hash(3);
    shape
        .put("maximum", custom.maximum)
        .put("minimum", custom.minimum)
        .put("preset", custom.preset);
    shape.done()
}

fn package(package: Package) -> Node<'static> {
    let mut shape = Shape::hash(2);
    shape
        .put("divide_by", package.of)
        .put("round", if package.rounds_up { "up" } else { "down" });
    shape.done()
}

fn recurring(recurring: &Recurring) -> Node<'static> {
    let mut shape = Shape::hash(5);
    shape
        .put("interval", recurring.interval.word())
        .put("interval_count", recurring.interval_count)
        .null("meter")
        .put("trial_period_days", recurring.trial_period_days)
        .put("usage_type", "licensed");
    shape.done()
}
