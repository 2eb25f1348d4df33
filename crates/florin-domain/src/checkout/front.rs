//! The simple front door: a payment is an amount, a currency and the merchant's order, and nothing else has to be known.
//!
//! It is a session like any other. An order is a record that leads to its session: whoever asks twice for one order gets one
//! payment. Deliberately absent: a state of its own; what is told is read off the session, its intent and its charge.

use super::{CheckoutSession, PaidState, SessionStatus};
use crate::payments::{Charge, IntentStatus, PaymentIntent};
use crate::record::{Columns, Versioned, record};
use crate::refusal::Refusal;
use florin_base::{Asset, Id, Timestamp};

record! {
    /// An order. Its id is the merchant's own.
    pub struct Order: Order, "order_" {
        /// The session in which it is paid.
        session: Id<CheckoutSession>,
        /// Minor units.
        amount: i64,
        /// The currency.
        currency: Asset,
    }
}

impl Order {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }
}

/// What is told of a payment at the front door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontStatus {
    /// Nobody has paid yet.
    Awaiting,
    /// The money is on its way.
    Processing,
    /// Paid.
    Paid,
    /// The last try was declined. While the page is open, another one may follow.
    Declined,
    /// The time is over.
    Expired,
    /// The merchant gave it up.
    Canceled,
    /// All of it was given back.
    Refunded,
}

impl FrontStatus {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            FrontStatus::Awaiting => "awaiting",
            FrontStatus::Processing => "processing",
            FrontStatus::Paid => "paid",
            FrontStatus::Declined => "declined",
            FrontStatus::Expired => "expired",
            FrontStatus::Canceled => "canceled",
            FrontStatus::Refunded => "refunded",
        }
    }

    /// The same in three words, for whoever only asks whether to deliver.
    pub const fn result(self) -> &'static str {
        match self {
            FrontStatus::Awaiting | FrontStatus::Processing => "waiting",
            FrontStatus::Paid => "successful",
            FrontStatus::Declined
            | FrontStatus::Expired
            | FrontStatus::Canceled
            | FrontStatus::Refunded => "declined",
        }
    }
}

impl CheckoutSession {
    /// How far it is for the front door. Without intent and charge what the session knows by itself is told.
    pub fn front_status(
        &self,
        intent: Option<&PaymentIntent>,
        charge: Option<&Charge>,
    ) -> FrontStatus {
        match self.status {
            SessionStatus::Expired if self.canceled => FrontStatus::Canceled,
            SessionStatus::Expired => FrontStatus::Expired,
            SessionStatus::Complete if self.paid == PaidState::Unpaid && self.declined => {
                FrontStatus::Declined
            }
            SessionStatus::Complete if self.paid == PaidState::Unpaid => FrontStatus::Processing,
            SessionStatus::Complete => match charge {
                Some(charge) if charge.amount_refunded >= charge.amount => FrontStatus::Refunded,
                _ => FrontStatus::Paid,
            },
            SessionStatus::Open => match intent.map(|intent| intent.status) {
                Some(IntentStatus::Processing) => FrontStatus::Processing,
                _ if self.declined => FrontStatus::Declined,
                _ => FrontStatus::Awaiting,
            },
        }
    }

    /// Whether an order can still be paid with this session, or was.
    pub fn holds_order(&self, now: Timestamp) -> bool {
        match self.status {
            SessionStatus::Open => now < self.expires,
            SessionStatus::Complete => true,
            SessionStatus::Expired => false,
        }
    }
}

/// Whether an order that is asked for is the one that stands.
///
/// # Errors
/// The order stands with another amount or currency.
pub fn check_same(held: &Versioned<Order>, amount: i64, currency: Asset) -> Result<(), Refusal> {
    let order = &held.record;
    if order.amount == amount && order.currency == currency {
        return Ok(());
    }
    Err(Refusal::OrderTaken {
        order: order.id.to_string(),
        first: order.session.to_string(),
        amount: order.amount,
        currency: order.currency,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_off_the_records() {
        use FrontStatus::*;
        let session = |status, paid| CheckoutSession {
            status,
            paid,
            ..CheckoutSession::default()
        };
        let open = session(SessionStatus::Open, PaidState::Unpaid);
        let paid = session(SessionStatus::Complete, PaidState::Paid);
        let late = session(SessionStatus::Complete, PaidState::Unpaid);
        let over = session(SessionStatus::Expired, PaidState::Unpaid);
        let declined = |session: &CheckoutSession| CheckoutSession {
            declined: true,
            ..session.clone()
        };
        let canceled = CheckoutSession {
            canceled: true,
            ..over.clone()
        };
        let intent = |status| PaymentIntent {
            status,
            ..PaymentIntent::default()
        };
        let charge = |refunded| Charge {
            amount: 100,
            amount_refunded: refunded,
            ..Charge::default()
        };
        let under_way = intent(IntentStatus::Processing);
        for (session, intent, charge, expected) in [
            (&open, None, None, Awaiting),
            (&open, Some(&under_way), None, Processing),
            (&declined(&open), None, None, Declined),
            (&declined(&open), Some(&under_way), None, Processing),
            (&paid, None, None, Paid),
            (&paid, None, Some(&charge(99)), Paid),
            (&paid, None, Some(&charge(100)), Refunded),
            (&late, None, None, Processing),
            (&declined(&late), None, None, Declined),
            (&over, None, None, Expired),
            (&canceled, None, None, Canceled),
        ] {
            assert_eq!(session.front_status(intent, charge), expected);
        }
        assert_eq!(
            [Awaiting, Paid, Declined, Refunded].map(FrontStatus::result),
            ["waiting", "successful", "declined", "declined"]
        );
    }
}
