//! The wire object of a dispute.
//!
//! Deliberately absent: evidence, which cannot be sent yet, so that every member of it is null.

use super::balance_transaction::render_transaction;
use crate::View;
use crate::shape::{Shape, empty, metadata, texts};
use florin_base::Timestamp;
use florin_domain::payments::Dispute;
use florin_wire::Node;

/// The members of the evidence hash beside `enhanced_evidence`.
const EVIDENCE: [&str; 27] = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

/// A dispute as of `now`.
pub fn render_dispute<'a>(dispute: &'a Dispute, view: &View<'_>, now: Timestamp) -> Node<'a> {
    let moved = dispute
        .withdrawal()
        .map(|moved| render_transaction(&moved, view, now).into_value().into());
    build(
        dispute,
        moved.into_iter().collect(),
        now > dispute.due_by,
        view,
    )
}

/// A dispute as of the time when it was opened.
pub(crate) fn render<'a>(dispute: &'a Dispute, view: &View<'_>) -> Node<'a> {
    render_dispute(dispute, view, dispute.created)
}

fn build<'a>(
    dispute: &'a Dispute,
    moved: Vec<Node<'a>>,
    past_due: bool,
    view: &View<'_>,
) -> Node<'a> {
    let status = if dispute.inquiry {
        "warning_needs_response"
    } else {
        "needs_response"
    };
    let mut shape = Shape::object(&dispute.id, "dispute", 18);
    shape
        .put("amount", dispute.amount)
        .put("balance_transactions", moved)
        .put("charge", &*dispute.charge)
        .put("created", dispute.created.0)
        .put("currency", dispute.currency.as_str())
        .put("enhanced_eligibility_types", texts::<&str>(&[]))
        .put("evidence", evidence())
        .put("evidence_details", evidence_details(dispute, past_due))
        .null("intended_submission_method")
        .put("is_charge_refundable", dispute.inquiry)
        .put("livemode", view.live)
        .put("metadata", metadata(&dispute.metadata))
        .put("payment_intent", dispute.payment_intent.as_deref())
        .put("payment_method_details", method_details(dispute))
        .put("reason", dispute.reason.as_str())
        .put("status", status);
    shape.done()
}

fn evidence() -> Node<'static> {
    let mut shape = Shape::hash(EVIDENCE.len() + 1);
    for name in EVIDENCE {
        if name == "product_description" {
            shape.put("enhanced_evidence", empty());
        }
        shape.null(name);
    }
    shape.done()
}

fn evidence_details(dispute: &Dispute, past_due: bool) -> Node<'_> {
    let mut shape = Shape::hash(6);
    shape
        .put("due_by", dispute.due_by.0)
        .put("enhanced_eligibility", empty())
        .put("has_evidence", false)
        .put("past_due", past_due)
        .put("submission_count", 0)
        .put("submission_method", "not_submitted");
    shape.done()
}

fn method_details(dispute: &Dispute) -> Node<'_> {
    let case = if dispute.inquiry {
        "inquiry"
    } else {
        "chargeback"
    };
    let mut card = Shape::hash(4);
    card.put("brand", dispute.brand.as_str())
        .put("case_type", case)
        .put("network", dispute.brand.as_str())
        .put(
            "network_reason_code",
            dispute.network_reason_code.as_deref(),
        );
    let mut shape = Shape::hash(2);
    shape.put("card", card.done()).put("type", "card");
    shape.done()
}
