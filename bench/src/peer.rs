//! How the servers differ that people would use instead of Florin.
//!
//! Shape: one table of paths and forms for each. Deliberately absent: what a peer cannot do; a scenario that
//! needs it is refused before anything is sent.

use clap::ValueEnum;

/// Whose requests a server understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// Florin, and the prototype of its shape.
    #[default]
    Florin,
    /// localstripe: payment intents, but no description and no card numbers in them.
    Localstripe,
    /// stripe-stateful-mock: charges only.
    StatefulMock,
}

/// Paths and forms of one server. `*` stands for the payment's id.
pub struct Wire {
    /// Where payments are created.
    pub payments: &'static str,
    /// One of them.
    pub payment: &'static str,
    /// The ten newest.
    pub list: &'static str,
    /// Where an authorized one is captured.
    pub capture: &'static str,
    /// Creates and confirms a payment with a ready-made test card.
    pub pay: &'static str,
    /// The same with the published test number, so that the vault seals a card each time.
    pub pay_number: Option<&'static str>,
    /// Authorizes a payment.
    pub authorize: &'static str,
    /// Refunds the whole payment, at `/v1/refunds`.
    pub refund: &'static str,
    /// The cheapest question.
    pub noop: Option<&'static str>,
    /// How the id of a payment begins; where it is empty, the first id of an answer is taken.
    pub id_prefix: &'static str,
}

static FLORIN: Wire = Wire {
    payments: "/v1/payment_intents",
    payment: "/v1/payment_intents/*",
    list: "/v1/payment_intents?limit=10",
    capture: "/v1/payment_intents/*/capture",
    pay: "amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa\
&payment_method_types[]=card&description=Order+1234&metadata[order_id]=6735",
    pay_number: Some(
        "amount=2000&currency=usd&confirm=true&payment_method_data[type]=card\
&payment_method_data[card][number]=4242424242424242&payment_method_data[card][exp_month]=12\
&payment_method_data[card][exp_year]=2034&payment_method_data[card][cvc]=123\
&payment_method_types[]=card&description=Order+1234&metadata[order_id]=6735",
    ),
    authorize: "amount=2000&currency=usd&confirm=true&capture_method=manual\
&payment_method=pm_card_visa&payment_method_types[]=card&description=Order+1234&metadata[order_id]=6735",
    refund: "payment_intent=*",
    noop: Some("/healthz"),
    id_prefix: "",
};

static LOCALSTRIPE: Wire = Wire {
    payments: "/v1/payment_intents",
    payment: "/v1/payment_intents/*",
    list: "/v1/payment_intents?limit=10",
    capture: "/v1/payment_intents/*/capture",
    pay: "amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa\
&payment_method_types[]=card&metadata[order_id]=6735",
    pay_number: None,
    authorize: "amount=2000&currency=usd&confirm=true&capture_method=manual\
&payment_method=pm_card_visa&payment_method_types[]=card&metadata[order_id]=6735",
    refund: "payment_intent=*",
    noop: None,
    // Its members are sorted by name, so the charges inside come before the payment's own id.
    id_prefix: "pi_",
};

static STATEFUL_MOCK: Wire = Wire {
    payments: "/v1/charges",
    payment: "/v1/charges/*",
    list: "/v1/charges?limit=10",
    capture: "/v1/charges/*/capture",
    pay: "amount=2000&currency=usd&source=tok_visa&description=Order+1234&metadata[order_id]=6735",
    pay_number: None,
    authorize: "amount=2000&currency=usd&source=tok_visa&capture=false&description=Order+1234\
&metadata[order_id]=6735",
    refund: "charge=*",
    noop: None,
    id_prefix: "ch_",
};

impl Peer {
    /// The paths and forms that it understands.
    pub fn wire(self) -> &'static Wire {
        match self {
            Self::Florin => &FLORIN,
            Self::Localstripe => &LOCALSTRIPE,
            Self::StatefulMock => &STATEFUL_MOCK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_for_an_id_has_its_mark() {
        for peer in Peer::value_variants() {
            let wire = peer.wire();
            for marked in [wire.payment, wire.capture, wire.refund] {
                assert_eq!(marked.matches('*').count(), 1, "{marked}");
            }
            for plain in [wire.payments, wire.list, wire.pay, wire.authorize] {
                assert!(!plain.contains('*'), "{plain}");
            }
        }
    }

    #[test]
    fn no_peer_gets_what_it_refuses() {
        let localstripe = Peer::Localstripe.wire();
        assert!(!localstripe.pay.contains("description"));
        assert!(localstripe.authorize.contains("capture_method=manual"));
        let mock = Peer::StatefulMock.wire();
        assert!(mock.pay.contains("source=tok_visa") && !mock.pay.contains("payment_method"));
        assert!(mock.authorize.contains("&capture=false&"));
    }
}
