//! Balances, balance transactions and disputes: money as the merchant sees it.

use crate::samples::{self, NOW, VIEW, usd};
use crate::shown::{render_balance, render_dispute, render_record, render_transaction};
use florin_base::{Asset, Day};
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::payments::{Dispute, EarlyFraudWarning};
use serde_json::json;

#[test]
fn a_transaction_shows_gross_fee_and_net() {
    let value = render_transaction(&samples::transaction(Movement::Charge), &VIEW, NOW);
    assert_eq!(
        (&value["amount"], &value["fee"], &value["net"]),
        (&json!(2500), &json!(88), &json!(2412))
    );
    assert_eq!(value["fee_details"][0]["amount"], 88);
    assert_eq!(value["status"], "pending");
    let later = render_transaction(
        &samples::transaction(Movement::Charge),
        &VIEW,
        NOW.plus_seconds(10),
    );
    assert_eq!(later["status"], "available");
    let free = Transaction {
        entries: vec![(LedgerAccount::Available, 600)],
        ..samples::transaction(Movement::Refund)
    };
    let free = render_transaction(&free, &VIEW, NOW);
    assert_eq!(
        (&free["amount"], &free["fee_details"]),
        (&json!(-600), &json!([]))
    );
}

#[test]
fn each_movement_has_its_names() {
    let cases = [
        (Movement::Charge, "charge", "charge"),
        (Movement::Refund, "refund", "refund"),
        (Movement::RefundFailure, "refund_failure", "refund_failure"),
        (Movement::Dispute, "adjustment", "dispute"),
        (Movement::Release, "adjustment", "other_adjustment"),
    ];
    assert_eq!(cases.len(), Movement::ALL.len());
    for (movement, kind, category) in cases {
        let value = render_transaction(&samples::transaction(movement), &VIEW, NOW);
        assert_eq!(
            (&value["type"], &value["reporting_category"]),
            (&json!(kind), &json!(category))
        );
    }
}

#[test]
fn the_balance_turns_the_sign_and_adds_the_days() {
    let eur = Asset::parse("eur").expect("a currency");
    let balances = [
        (LedgerAccount::Available, usd(), -1000),
        (LedgerAccount::Pending(Day(1)), usd(), -300),
        (LedgerAccount::Pending(Day(2)), usd(), -40),
        (LedgerAccount::Pending(Day(2)), eur, 7),
        (LedgerAccount::FeesRevenue, usd(), -88),
        (LedgerAccount::Receivable, usd(), 1428),
    ];
    let value = render_balance(&balances, usd(), &VIEW);
    let entry = |amount, currency| json!({"amount": amount, "currency": currency, "source_types": {"card": amount}});
    assert_eq!(
        value["available"],
        json!([entry(0, "eur"), entry(1000, "usd")])
    );
    assert_eq!(
        value["pending"],
        json!([entry(-7, "eur"), entry(340, "usd")])
    );
    let nothing = render_balance(&[], eur, &VIEW);
    assert_eq!(nothing["available"], json!([entry(0, "eur")]));
    assert_eq!(nothing["available"], nothing["pending"]);
}

#[test]
fn a_dispute_shows_its_withdrawal_and_its_deadline() {
    let value = render_dispute(&samples::dispute(), &VIEW, NOW);
    assert_eq!(
        value["balance_transactions"][0]["reporting_category"],
        "dispute"
    );
    assert_eq!(
        (&value["status"], &value["is_charge_refundable"]),
        (&json!("needs_response"), &json!(false))
    );
    assert_eq!(value["evidence_details"]["past_due"], false);
    let late = render_dispute(&samples::dispute(), &VIEW, NOW.plus_seconds(101));
    assert_eq!(late["evidence_details"]["past_due"], true);
    let inquiry = Dispute {
        inquiry: true,
        transaction: None,
        ..samples::dispute()
    };
    let inquiry = render_dispute(&inquiry, &VIEW, NOW);
    assert_eq!(inquiry["balance_transactions"], json!([]));
    assert_eq!(
        (&inquiry["status"], &inquiry["is_charge_refundable"]),
        (&json!("warning_needs_response"), &json!(true))
    );
    assert_eq!(
        inquiry["payment_method_details"]["card"]["case_type"],
        "inquiry"
    );
}

#[test]
fn a_warning_shows_whether_it_can_be_acted_upon() {
    let shown = |warning: EarlyFraudWarning| render_record(&warning.into(), &VIEW);
    assert_eq!(
        shown(samples::fraud_warning()),
        json!({
            "id": "issfr_1", "object": "radar.early_fraud_warning", "actionable": true, "charge": "ch_1",
            "created": NOW.0, "fraud_type": "misc", "livemode": false, "payment_intent": "pi_1",
        })
    );
    // The warning of a direct charge has no intent to name, and no null in its place.
    let late = shown(EarlyFraudWarning {
        actionable: false,
        payment_intent: None,
        ..samples::fraud_warning()
    });
    assert_eq!(late["actionable"], false);
    assert!(late.get("payment_intent").is_none());
}
