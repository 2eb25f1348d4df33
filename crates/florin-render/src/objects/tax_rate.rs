//! The wire object of a tax rate.
//!
//! Every rate is a percentage that the merchant made. Deliberately absent: the level of its place, and amounts in the place
//! of a percentage, which only the calculation of taxes knows.

use super::decimal::number;
use crate::View;
use crate::shape::{Shape, metadata};
use florin_domain::catalog::TaxRate;
use florin_wire::Node;

/// Renders a tax rate.
pub(crate) fn render<'a>(rate: &'a TaxRate, view: &View<'_>) -> Node<'a> {
    let mut shape = Shape::object(&rate.id, "tax_rate", 18);
    shape
        .put("active", rate.active)
        .put("country", rate.country.as_deref())
        .put("created", rate.created.0)
        .put("description", rate.description.as_deref())
        .put("display_name", rate.display_name.as_str())
        .put("effective_percentage", number(&rate.percentage))
        .null("flat_amount")
        .put("inclusive", rate.inclusive)
        .put("jurisdiction", rate.jurisdiction.as_deref())
        .null("jurisdiction_level")
        .put("livemode", view.live)
        .put("metadata", metadata(&rate.metadata))
        .put("percentage", number(&rate.percentage))
        .put("rate_type", "percentage")
        .put("state", rate.state.as_deref())
        .put("tax_type", rate.tax_type.as_deref());
    shape.done()
}
