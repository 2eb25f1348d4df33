//! How a charge ended: what the network said, how risky it looked, and a sentence for the merchant.
//!
//! Deliberately absent: the rule that matched, because there are no rules yet.

use crate::shape::Shape;
use florin_domain::payments::{Charge, ChargeStatus};
use florin_domain::processor::{Decline, Risk};
use florin_wire::Node;

/// Renders the outcome; null while nobody knows it.
pub(super) fn render(charge: &Charge) -> Node<'_> {
    match (charge.status, &charge.decline) {
        (ChargeStatus::Pending, _) => Node::Null,
        (_, Some(decline)) => declined(decline),
        (_, None) => authorized(charge.risk),
    }
}

fn authorized(risk: Risk) -> Node<'static> {
    let reason = (risk == Risk::Elevated).then_some("elevated_risk_level");
    let (level, score) = risk.wire();
    let mut shape = Shape::hash(9);
    shape
        .null("advice_code")
        .null("network_advice_code")
        .null("network_decline_code")
        .put("network_status", "approved_by_network")
        .put("reason", reason)
        .put("risk_level", level)
        .put("risk_score", score)
        .put("seller_message", "Payment complete.")
        .put("type", "authorized");
    shape.done()
}

fn declined(decline: &Decline) -> Node<'_> {
    let (status, kind) = match decline.blocked {
        true => ("not_sent_to_network", "blocked"),
        false => ("declined_by_network", "issuer_declined"),
    };
    let (level, score) = decline.risk.wire();
    let mut shape = Shape::hash(9);
    shape
        .put("advice_code", decline.advice_code.as_deref())
        .put(
            "network_advice_code",
            decline.network_advice_code.as_deref(),
        )
        .put(
            "network_decline_code",
            decline.network_decline_code.as_deref(),
        )
        .put("network_status", status)
        .put("reason", reason(decline))
        .put("risk_level", level)
        .put("risk_score", score)
        .put("seller_message", seller_message(decline))
        .put("type", kind);
    shape.done()
}

fn reason(decline: &Decline) -> &str {
    match (decline.blocked, decline.risk) {
        (true, Risk::Highest) => "highest_risk_level",
        (true, Risk::Elevated) => "elevated_risk_level",
        (true, Risk::Normal) => "rule",
        (false, _) => decline.decline_code.as_deref().unwrap_or(&decline.code),
    }
}

/// What the merchant, not the buyer, is told.
fn seller_message(decline: &Decline) -> &'static str {
    if decline.blocked {
        return "Florin blocked this payment because it looked too risky; the bank was not asked.";
    }
    match reason(decline) {
        "insufficient_funds" => {
            "The bank declined the payment: the account does not hold enough money."
        }
        "lost_card" => "The bank declined the payment: the card was reported lost.",
        "stolen_card" => "The bank declined the payment: the card was reported stolen.",
        "expired_card" => "The bank declined the payment: the card has expired.",
        "incorrect_cvc" => "The bank declined the payment: the security code is wrong.",
        "card_velocity_exceeded" => {
            "The bank declined the payment: the card was used too often or for too much."
        }
        "authentication_required" => {
            "The bank declined the payment: the card holder has to authenticate."
        }
        "processing_error" => "The bank could not process the payment.",
        _ => "The bank declined the payment without giving a reason.",
    }
}
