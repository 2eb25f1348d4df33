//! The wire object of an early fraud warning.
//!
//! Deliberately absent: a status; whether it can be acted upon is a member of its own.

use crate::View;
use crate::shape::Shape;
use florin_domain::payments::EarlyFraudWarning;
use florin_wire::Node;

pub(crate) fn render<'a>(warning: &'a EarlyFraudWarning, view: &View<'_>) -> Node<'a> {
    let mut shape = Shape::object(&warning.id, "radar.early_fraud_warning", 8);
    shape
        .put("actionable", warning.actionable)
        .put("charge", &*warning.charge)
        .put("created", warning.created.0)
        .put("fraud_type", warning.fraud_type.as_str())
        .put("livemode", view.live);
    // The description has the member only where there is an intent: a direct charge leaves it out.
    if let Some(intent) = &warning.payment_intent {
        shape.put("payment_intent", &**intent);
    }
    shape.done()
}
