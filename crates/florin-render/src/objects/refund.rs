//! The wire object of a refund.
//!
//! Deliberately absent: transfers that are reversed, and references of banks for what is no card.

use crate::View;
use crate::receipt;
use crate::shape::{Shape, empty, metadata};
use florin_domain::MethodType;
use florin_domain::payments::{Refund, RefundStatus};
use florin_wire::Node;

/// Renders a refund.
pub(crate) fn render<'a>(refund: &'a Refund, view: &View<'_>) -> Node<'a> {
    let pending = (refund.status == RefundStatus::Pending).then_some("processing");
    let mail = refund
        .echo
        .get("instructions_email")
        .filter(|value| !value.is_null());
    let is_told = refund.status == RefundStatus::Succeeded && refund.receipt_email.is_some();
    let number = is_told.then(|| receipt::number(&refund.id, view));
    let mut shape = Shape::object(&refund.id, "refund", 23);
    shape
        .put("amount", refund.amount)
        .put("balance_transaction", refund.transaction.as_deref())
        .put("charge", &*refund.charge)
        .put("created", refund.created.0)
        .put("currency", refund.currency.as_str())
        .put("customer", refund.customer.as_deref())
        .null("customer_account")
        .put("destination_details", destination(refund))
        .put_some(
            "failure_balance_transaction",
            refund.failure_transaction.as_deref(),
        )
        .put_some("failure_reason", refund.failure_reason.as_deref())
        .put_some("instructions_email", mail)
        .put("metadata", metadata(&refund.metadata))
        .put("payment_intent", refund.payment_intent.as_deref())
        .put("payment_method", refund.payment_method.as_deref())
        .put_some("pending_reason", pending)
        .put("reason", refund.reason.as_deref())
        .put("receipt_number", number)
        .null("source_transfer_reversal")
        .put("status", refund.status.word())
        .null("transfer_reversal");
    shape.done()
}

/// Where the money goes back to: the way that it came.
fn destination(refund: &Refund) -> Node<'_> {
    let kind = refund.kind;
    let mut shape = Shape::hash(2);
    match kind {
        MethodType::Card => {
            shape.put("card", to_card(refund));
        }
        MethodType::Paypal => {
            let mut inner = Shape::hash(3);
            inner
                .null("network_decline_code")
                .null("reference")
                .null("reference_status");
            shape.put("paypal", inner.done());
        }
        MethodType::RevolutPay => {
            shape.put("revolut", empty());
        }
        MethodType::Alipay | MethodType::Paynow | MethodType::Pix | MethodType::WechatPay => {
            shape.put(kind.word(), empty());
        }
        MethodType::Bancontact
        | MethodType::CustomerBalance
        | MethodType::Ideal
        | MethodType::Promptpay => {}
    }
    let word = match kind {
        MethodType::RevolutPay => "revolut",
        kind => kind.word(),
    };
    shape.put("type", word);
    shape.done()
}

fn to_card(refund: &Refund) -> Node<'_> {
    let kind = if refund.status == RefundStatus::Pending {
        "pending"
    } else {
        "refund"
    };
    let mut card = Shape::hash(3);
    card.put("reference_status", "pending")
        .put("reference_type", "acquirer_reference_number")
        .put("type", kind);
    card.done()
}
