//! The simple front door: a payment is an amount, a currency and the merchant's order, and nothing else has to be known.
//!
//! It is a session like any other. An order is a record that leads to its session: whoever asks twice for one order gets one
//! payment. Deliberately absent: a state of its own; what is told is read off the session, its intent and its charge.

use super::{CheckoutSession, PaidState, SessionStatus};
use crate::payments::{Charge, IntentStatus, PaymentIntent, words};
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

/// A payment that is asked for at the front door.
#[derive(Clone, Debug)]
pub struct FrontWish {
    /// Minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Asset,
    /// The merchant's order.
    pub order: String,
    /// What is sold, for people.
    pub description: Option<String>,
    /// The types; empty lets Florin choose.
    pub types: Vec<String>,
    /// Where the buyer goes, paid or not.
    pub return_url: Option<String>,
    /// Where the merchant's server is told.
    pub webhook_url: Option<String>,
    /// The buyer's address.
    pub email: Option<String>,
    /// The language of the page.
    pub locale: Option<String>,
}

impl Order {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }
}

words! {
    /// What is told of a payment at the front door.
    FrontStatus {
        /// Nobody has paid yet.
        #[default]
        Awaiting = "awaiting",
        /// The money is on its way.
        Processing = "processing",
        /// Paid.
        Paid = "paid",
        /// The last try was declined. While the page is open, another one may follow.
        Declined = "declined",
        /// The time is over.
        Expired = "expired",
        /// The merchant gave it up.
        Canceled = "canceled",
        /// All of it was given back.
        Refunded = "refunded",
    }
}

impl FrontStatus {
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
            SessionStatus::Complete if self.has_failed() && self.canceled => FrontStatus::Canceled,
            SessionStatus::Complete if self.has_failed() => FrontStatus::Declined,
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
        self.status != SessionStatus::Expired && !self.is_due(now) && !self.has_failed()
    }

    /// The buyer was done, but the money that was to come later did not.
    pub fn has_failed(&self) -> bool {
        self.status == SessionStatus::Complete && self.paid == PaidState::Unpaid && self.declined
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

    #[test]
    fn an_order_is_held_while_it_may_be_paid_or_was() {
        let session = |status, paid, declined| CheckoutSession {
            status,
            paid,
            declined,
            expires: Timestamp(100),
            ..CheckoutSession::default()
        };
        for (session, now, expected) in [
            (
                session(SessionStatus::Open, PaidState::Unpaid, true),
                99,
                true,
            ),
            (
                session(SessionStatus::Open, PaidState::Unpaid, false),
                100,
                false,
            ),
            (
                session(SessionStatus::Complete, PaidState::Paid, false),
                200,
                true,
            ),
            (
                session(SessionStatus::Complete, PaidState::Unpaid, false),
                200,
                true,
            ),
            (
                session(SessionStatus::Complete, PaidState::Unpaid, true),
                99,
                false,
            ),
            (
                session(SessionStatus::Expired, PaidState::Unpaid, false),
                99,
                false,
            ),
        ] {
            assert_eq!(session.holds_order(Timestamp(now)), expected, "{session:?}");
        }
    }
}
