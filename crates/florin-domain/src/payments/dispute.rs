//! Disputes: a card holder's objection, and the money that is withdrawn with it.

use super::{Charge, Metadata, PaymentIntent};
use crate::ledger::{Movement, Transaction, dispute_entries};
use crate::record::{Columns, record};
use florin_base::{Asset, Id, Timestamp};

record! {
    /// A card holder's objection to a charge.
    pub struct Dispute: Dispute, "dp_" {
        /// Minor units.
        amount: i64,
        /// The charge's currency.
        currency: Asset,
        /// Which charge.
        charge: Id<Charge>,
        /// Which intent.
        payment_intent: Option<Id<PaymentIntent>>,
        /// `fraudulent`, `product_not_received` …
        reason: String,
        /// The network's own code.
        network_reason_code: Option<String>,
        /// An inquiry: no money was withdrawn.
        inquiry: bool,
        /// The ledger transaction of the withdrawal.
        transaction: Option<String>,
        /// The fee of the withdrawal, minor units.
        fee: i64,
        /// Evidence is due then.
        due_by: Timestamp,
        /// The card's brand.
        brand: String,
        /// The merchant's own data.
        metadata: Metadata,
    }
}

impl Dispute {
    /// The ledger transaction of the withdrawal, as it was booked.
    pub fn withdrawal(&self) -> Option<Transaction> {
        Some(Transaction {
            id: self.transaction.clone()?,
            movement: Movement::Dispute,
            source: self.id.to_string(),
            asset: self.currency,
            created: self.created,
            available_on: self.created,
            description: None,
            entries: dispute_entries(self.amount, self.fee),
        })
    }

    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(self.charge.as_str()), self.payment_intent.as_deref()]
    }
}
