//! The wire object of a charge.
//!
//! Deliberately absent: its refunds, which are a list of their own and shown when they are expanded; fees of a
//! platform, transfers and reviews, which are null.

use super::{outcome, payment_method};
use crate::View;
use crate::echo::{self, member};
use crate::receipt::{self, receipt_url};
use crate::shape::{Shape, metadata};
use florin_domain::MethodType;
use florin_domain::payments::{Charge, ChargeStatus};
use florin_domain::processor::Authentication;
use florin_wire::Node;
use serde_json::{Map, Value};

/// How many members the object has.
const MEMBERS: usize = 46;

/// Renders a charge. What is given back of an authorization is no refund; before a published change it was one, and that
/// step back finds it by `capture_before`, which an authorization shows as long as it can be captured.
pub(crate) fn render<'a>(charge: &'a Charge, view: &View<'_>) -> Node<'a> {
    let decline = charge.decline.as_ref();
    let mut shape = Shape::object(&charge.id, "charge", MEMBERS);
    shape
        .put("amount", charge.amount)
        .put("amount_captured", charge.amount_captured)
        .put("amount_refunded", charge.amount_refunded)
        .null("application")
        .null("application_fee")
        .null("application_fee_amount")
        .put("balance_transaction", charge.transaction.as_deref())
        .put("billing_details", echo::billing(&charge.billing))
        .put(
            "calculated_statement_descriptor",
            member(&charge.echo, "statement_descriptor"),
        )
        .put("captured", charge.captured)
        .put("created", charge.created.0)
        .put("currency", charge.currency.as_str())
        .put("customer", charge.customer.as_deref())
        .put("description", charge.description.as_deref())
        .put("disputed", charge.dispute.is_some())
        .null("failure_balance_transaction")
        .put("failure_code", decline.map(|decline| decline.code.as_str()))
        .put(
            "failure_message",
            decline.map(|decline| decline.message.as_str()),
        )
        .put("fraud_details", fraud_details(&charge.echo))
        .put("livemode", view.live)
        .put("metadata", metadata(&charge.metadata))
        .null("on_behalf_of")
        .put("outcome", outcome::render(charge))
        .put("paid", charge.status == ChargeStatus::Succeeded)
        .put("payment_intent", charge.payment_intent.as_deref())
        .put("payment_method", charge.payment_method.as_deref())
        .put("payment_method_details", method_details(charge))
        .put("radar_options", radar_options(&charge.echo))
        .put("receipt_email", member(&charge.echo, "receipt_email"))
        .put("receipt_number", receipt_number(charge, view))
        .put("receipt_url", receipt_url(charge, view))
        .put("refunded", is_refunded(charge))
        .null("review")
        .put("shipping", echo::shipping(&charge.echo))
        .null("source")
        .null("source_transfer")
        .put(
            "statement_descriptor",
            member(&charge.echo, "statement_descriptor"),
        )
        .put(
            "statement_descriptor_suffix",
            member(&charge.echo, "statement_descriptor_suffix"),
        )
        .put("status", charge.status.word())
        .null("transfer_data")
        .put("transfer_group", member(&charge.echo, "transfer_group"));
    shape.done()
}

fn is_refunded(charge: &Charge) -> bool {
    charge.amount_refunded > 0 && charge.refundable() == 0
}

fn fraud_details(sent: &Map<String, Value>) -> Node<'_> {
    kept(echo::hash(sent, "fraud_details"), "user_report")
}

fn radar_options(sent: &Map<String, Value>) -> Node<'_> {
    kept(echo::hash(sent, "radar_options"), "session")
}

/// A hash with one member, empty when that was not sent.
fn kept<'a>(sent: Option<&'a Map<String, Value>>, name: &'static str) -> Node<'a> {
    let value = sent
        .and_then(|sent| sent.get(name))
        .filter(|value| !value.is_null());
    let mut shape = Shape::hash(1);
    shape.put_some(name, value.cloned());
    shape.done()
}

fn method_details(charge: &Charge) -> Node<'_> {
    let kind = charge.kind;
    let details = match kind.is_card() {
        true => card_details(charge),
        false => other_details(charge),
    };
    let mut shape = Shape::hash(2);
    shape.put(kind.word(), details).put("type", kind.word());
    shape.done()
}

fn other_details(charge: &Charge) -> Node<'_> {
    let transaction = charge.network_transaction_id.as_deref();
    let mut shape = Shape::hash(10);
    match charge.kind {
        MethodType::Alipay | MethodType::WechatPay => {
            shape.null("fingerprint").put("transaction_id", transaction);
        }
        MethodType::Bancontact => {
            shape
                .null("bank_code")
                .null("bank_name")
                .null("bic")
                .null("generated_sepa_debit")
                .null("generated_sepa_debit_mandate")
                .null("iban_last4")
                .null("preferred_language")
                .put("verified_name", member(&charge.billing, "name"));
        }
        MethodType::Ideal => {
            shape
                .null("bank")
                .null("bic")
                .null("generated_sepa_debit")
                .null("generated_sepa_debit_mandate")
                .null("iban_last4")
                .put("transaction_id", transaction)
                .put("verified_name", member(&charge.billing, "name"));
        }
        MethodType::Paynow | MethodType::Promptpay => {
            shape.put("reference", transaction);
        }
        MethodType::Paypal => {
            shape
                .null("country")
                .put("payer_email", member(&charge.billing, "email"))
                .null("payer_id")
                .put("payer_name", member(&charge.billing, "name"))
                .null("seller_protection")
                .put("transaction_id", transaction);
        }
        MethodType::Pix => {
            shape.put("bank_transaction_id", transaction);
        }
        MethodType::RevolutPay => {
            let mut funding = Shape::hash(1);
            funding.null("type");
            shape
                .put("funding", funding.done())
                .put("transaction_id", transaction);
        }
        MethodType::Card | MethodType::CustomerBalance => {}
    }
    shape.done()
}

/// A payment whose buyer wants a receipt has a number that stands on it.
fn receipt_number(charge: &Charge, view: &View<'_>) -> Option<String> {
    charge.receipt_email()?;
    receipt_url(charge, view)?;
    Some(receipt::number(&charge.id, view))
}

fn card_details(charge: &Charge) -> Node<'_> {
    let card = &charge.card;
    let granted = &charge.granted;
    let authorized = (charge.status == ChargeStatus::Succeeded).then_some(charge.amount);
    let network = card.network(charge.network.as_deref());
    let extended = if granted.extended && authorized.is_some() {
        "enabled"
    } else {
        "disabled"
    };
    let capture_before = charge.capture_before.filter(|_| !charge.voided);
    let mut shape = Shape::hash(29);
    shape
        .put("amount_authorized", authorized)
        .put("authorization_code", charge.authorization_code.as_deref())
        .put("brand", card.brand.as_str())
        .put_some("capture_before", capture_before.map(|at| at.0))
        .put("checks", payment_method::checks(&charge.checks))
        .put("country", card.country.as_deref())
        .null("electronic_commerce_indicator")
        .put("exp_month", card.exp_month)
        .put("exp_year", card.exp_year)
        .put("extended_authorization", status(extended))
        .put("fingerprint", card.fingerprint.as_str())
        .put("funding", card.funding.as_str())
        .put(
            "incremental_authorization",
            open_for(charge, granted.incremental),
        )
        .null("installments")
        .put("last4", card.last4.as_str())
        .null("mandate")
        .put_some("moto", granted.moto.then_some(true))
        .put("multicapture", open_for(charge, granted.multicapture))
        .put("network", network)
        .put("network_token", unused_token())
        .put(
            "network_transaction_id",
            charge.network_transaction_id.as_deref(),
        )
        .put("overcapture", overcapture(charge))
        .put("regulated_status", "unregulated")
        .put(
            "three_d_secure",
            charge.authentication.as_ref().map(authentication),
        )
        .null("transaction_link_id")
        .null("wallet");
    shape.done()
}

/// Whether something that was granted can still be done: only while money is authorized and not captured.
fn availability(charge: &Charge, granted: bool) -> &'static str {
    if granted && charge.capturable() > 0 {
        "available"
    } else {
        "unavailable"
    }
}

fn open_for(charge: &Charge, granted: bool) -> Node<'_> {
    status(availability(charge, granted))
}

fn status(word: &str) -> Node<'_> {
    let mut shape = Shape::hash(1);
    shape.put("status", word);
    shape.done()
}

fn unused_token() -> Node<'static> {
    let mut shape = Shape::hash(1);
    shape.put("used", false);
    shape.done()
}

fn overcapture(charge: &Charge) -> Node<'_> {
    let mut shape = Shape::hash(2);
    shape
        .put("maximum_amount_capturable", charge.capture_max())
        .put("status", availability(charge, charge.granted.overcapture));
    shape.done()
}

fn authentication(done: &Authentication) -> Node<'_> {
    let rejected = (done.result == "failed").then_some("rejected");
    let mut shape = Shape::hash(7);
    shape
        .put("authentication_flow", done.flow.as_deref())
        .null("electronic_commerce_indicator")
        .null("exemption_indicator")
        .put("result", done.result.as_str())
        .put("result_reason", rejected)
        .null("transaction_id")
        .put("version", done.version.as_str());
    shape.done()
}
