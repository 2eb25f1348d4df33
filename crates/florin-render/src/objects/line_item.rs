//! The line items of a payment intent's amount: descriptive, and listed by an operation of their own.
//!
//! An item has no record; its id follows from the intent's id and its place. Deliberately absent: sums.

use crate::echo::{self, member};
use crate::shape::Shape;
use florin_domain::payments::PaymentIntent;
use florin_wire::Node;
use serde_json::{Map, Value};

/// Every line item of an intent, in the order in which the merchant sent them.
pub fn render_line_items(intent: &PaymentIntent) -> Vec<Value> {
    let details = echo::hash(&intent.echo, "amount_details");
    let items = details
        .and_then(|details| details.get("line_items"))
        .and_then(Value::as_array);
    let items = items.into_iter().flatten().filter_map(Value::as_object);
    items
        .enumerate()
        .map(|(place, item)| render(intent, place, item).into_value())
        .collect()
}

fn render<'a>(intent: &PaymentIntent, place: usize, item: &'a Map<String, Value>) -> Node<'a> {
    let tail = intent.id.strip_prefix("pi_").unwrap_or(&intent.id);
    let id = format!("uli_{tail}{place:03}");
    let tax = echo::hash(item, "tax");
    let mut shape = Shape::hash(10);
    shape
        .put("id", id)
        .put("object", "payment_intent_amount_details_line_item")
        .put("discount_amount", member(item, "discount_amount"))
        .put(
            "payment_method_options",
            member(item, "payment_method_options"),
        )
        .put("product_code", member(item, "product_code"))
        .put("product_name", member(item, "product_name"))
        .put("quantity", member(item, "quantity"))
        .put(
            "tax",
            tax.map(|tax| echo::picked(tax, &["total_tax_amount"])),
        )
        .put("unit_cost", member(item, "unit_cost"))
        .put("unit_of_measure", member(item, "unit_of_measure"));
    shape.done()
}
