//! The charge: one attempt to move money from a payment method, with its authorization, captures and refunds.

use super::intent::words;
use super::{Dispute, EarlyFraudWarning, Metadata, PaymentIntent, PaymentMethod};
use crate::cards::{CardDetails, CardSource, Checks};
use crate::customers::Customer;
use crate::methods::MethodType;
use crate::processor::{Authentication, Decline, Risk};
use crate::record::{Columns, record};
use florin_base::{Asset, Id, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

words! {
    /// The states of a charge.
    ChargeStatus {
        /// Authorized or captured.
        #[default]
        Succeeded = "succeeded",
        /// Nobody knows yet.
        Pending = "pending",
        /// Declined.
        Failed = "failed",
    }
}

record! {
    /// One attempt to move money.
    pub struct Charge: Charge, "ch_" {
        /// Authorized, minor units.
        amount: i64,
        /// Taken.
        amount_captured: i64,
        /// Given back.
        amount_refunded: i64,
        /// The presentment currency.
        currency: Asset,
        /// The state.
        status: ChargeStatus,
        /// The money was taken (at least a part) or the authorization was closed.
        captured: bool,
        /// The authorization lapsed or was given back uncaptured.
        voided: bool,
        /// More captures may follow.
        open: bool,
        /// The intent behind it.
        payment_intent: Option<Id<PaymentIntent>>,
        /// Who paid.
        customer: Option<Id<Customer>>,
        /// With what.
        payment_method: Option<Id<PaymentMethod>>,
        /// What that is.
        kind: MethodType,
        /// The card as it was.
        card: CardDetails,
        /// Where its number is.
        source: CardSource,
        /// Name and address as they were.
        billing: Map<String, Value>,
        /// Free text.
        description: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// Verdicts on address and CVC.
        checks: Checks,
        /// How risky it looked.
        risk: Risk,
        /// The issuer's approval code.
        authorization_code: Option<String>,
        /// The network of a co-branded card that was asked to carry it.
        network: Option<String>,
        /// The network's id.
        network_transaction_id: Option<String>,
        /// 3-D Secure.
        authentication: Option<Authentication>,
        /// Why it failed.
        decline: Option<Decline>,
        /// Which processor.
        processor: String,
        /// Our reference at the processor.
        reference: String,
        /// The ledger transaction of the (first) capture.
        transaction: Option<String>,
        /// Its money is available as soon as it is captured.
        at_once: bool,
        /// When its (newest) money becomes available.
        available_on: Option<Timestamp>,
        /// The authorization lapses then.
        capture_before: Option<Timestamp>,
        /// Its dispute; the newest, where there are several.
        dispute: Option<Id<Dispute>>,
        /// The issuer's warning.
        fraud_warning: Option<Id<EarlyFraudWarning>>,
        /// Later calls on the authorization, for a reference per call where there is no intent.
        calls: u32,
        /// How many refunds were made: the reference of the next.
        refunds: u32,
        /// Options that were granted.
        granted: Granted,
        /// The attempt that a processor outside works on, for a charge without an intent.
        attempt: Option<String>,
        /// Descriptive members that are stored and echoed.
        echo: Map<String, Value>,
    }
}

/// What the issuer and the merchant's settings allow on this authorization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Granted {
    /// The amount may be raised.
    pub incremental: bool,
    /// More than one capture.
    pub multicapture: bool,
    /// A capture of more than was authorized.
    pub overcapture: bool,
    /// Mail or telephone order.
    pub moto: bool,
    /// A wish for a longer life was granted.
    pub extended: bool,
}

impl Charge {
    /// Where its receipt is sent.
    pub fn receipt_email(&self) -> Option<&str> {
        let sent = self.echo.get("receipt_email")?.as_str();
        sent.filter(|address| !address.is_empty())
    }

    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![self.customer.as_deref(), self.payment_intent.as_deref()]
    }

    /// Captured money that was not given back.
    pub fn refundable(&self) -> i64 {
        self.amount_captured - self.amount_refunded
    }

    /// Authorized money that can still be captured.
    pub fn capturable(&self) -> i64 {
        let live = self.status == ChargeStatus::Succeeded && self.open && !self.voided;
        if live {
            self.amount - self.amount_captured
        } else {
            0
        }
    }

    /// The most that a capture may take: an over-capture may go one fifth above.
    pub fn capture_max(&self) -> i64 {
        match self.granted.overcapture {
            true => self.amount.saturating_add(self.amount / 5),
            false => self.amount,
        }
    }
}
