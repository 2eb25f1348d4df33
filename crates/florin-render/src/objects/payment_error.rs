//! The last failure of an intent or a set-up, with the whole payment method that failed.
//!
//! Deliberately absent: the log link, because the failure outlives the request that had it.

use super::payment_method;
use crate::View;
use crate::shape::Shape;
use florin_domain::MethodType;
use florin_domain::payments::PaymentError;
use florin_wire::Node;

/// Renders a failure; null when there is none.
pub(super) fn render<'a>(error: Option<&'a PaymentError>, view: &View<'_>) -> Node<'a> {
    let Some(error) = error else {
        return Node::Null;
    };
    let decline = &error.decline;
    let method = error.method.as_deref().zip(error.method_id.as_deref());
    let method = method
        .map(|(method, id)| payment_method::render_as(method, id, error.method_created, view));
    let kind = error.method.as_deref().map(|method| method.kind);
    let is_card = kind.is_none_or(MethodType::is_card);
    let kind = kind.map(MethodType::word);
    let mut shape = Shape::hash(12);
    shape
        .put_some("advice_code", decline.advice_code.as_deref())
        .put_some("charge", error.charge.as_deref())
        .put("code", decline.code.as_str())
        .put_some("decline_code", decline.decline_code.as_deref())
        .put(
            "doc_url",
            format!("{}/docs/errors#{}", view.base_url, decline.code),
        )
        .put("message", decline.message.as_str())
        .put_some(
            "network_advice_code",
            decline.network_advice_code.as_deref(),
        )
        .put_some(
            "network_decline_code",
            decline.network_decline_code.as_deref(),
        )
        .put_some("param", decline.param.as_deref())
        .put_some("payment_method", method)
        .put_some("payment_method_type", kind)
        .put(
            "type",
            if is_card {
                "card_error"
            } else {
                "invalid_request_error"
            },
        );
    shape.done()
}
