//! What a client does over and over.
//!
//! Shape: a [`Scenario`] is one kind of [`Round`], or several with weights; a round is one or two requests, the
//! second with the id that the first one gave. Deliberately absent: think time.

use clap::ValueEnum;

use crate::request::Template;
use crate::target::Target;

/// What a shop does in a hundred rounds.
const MIX: [(Scenario, u64); 5] = [
    (Scenario::Pay, 60),
    (Scenario::Get, 20),
    (Scenario::Refund, 10),
    (Scenario::List, 5),
    (Scenario::AuthCapture, 5),
];

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Creates and confirms a payment with a ready-made payment method.
    Pay,
    /// Creates and confirms a payment with a card number.
    PayNumber,
    /// Authorizes a payment, then captures it.
    AuthCapture,
    /// Pays, then refunds the whole amount.
    Refund,
    /// Reads one of many payments.
    Get,
    /// Lists the ten newest payments.
    List,
    /// Of 100 rounds 60 pay, 20 get, 10 refund, 5 list, 5 auth-capture.
    Mixed,
    /// Asks for the server's health: HTTP alone, no work behind it.
    Noop,
}

/// The requests of one round.
pub struct Round {
    /// The only or the first request.
    pub first: Template,
    /// A request with the id from the first one's answer.
    pub second: Option<Template>,
    /// True if the first request needs the id of an existing payment.
    pub needs_id: bool,
    /// How often it comes, compared to the other rounds.
    pub weight: u64,
}

impl Scenario {
    /// The name on the command line and in the results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::PayNumber => "pay-number",
            Self::AuthCapture => "auth-capture",
            Self::Refund => "refund",
            Self::Get => "get",
            Self::List => "list",
            Self::Mixed => "mixed",
            Self::Noop => "noop",
        }
    }

    /// Whether there must be payments before the run.
    pub fn needs_payments(self) -> bool {
        matches!(self, Self::Get | Self::List | Self::Mixed)
    }

    /// The rounds, made for one merchant of one server.
    ///
    /// # Errors
    /// The server has nothing like it.
    pub fn rounds(self, target: &Target) -> Result<Vec<Round>, String> {
        let alone = [(self, 1_u64)];
        let parts: &[(Self, u64)] = match self {
            Self::Mixed => &MIX,
            _ => &alone,
        };
        let rounds = parts.iter().map(|(part, weight)| {
            part.round(target, *weight)
                .ok_or_else(|| format!("{} is nothing that this peer can do.", part.name()))
        });
        rounds.collect()
    }

    fn round(self, target: &Target, weight: u64) -> Option<Round> {
        let wire = target.peer.wire();
        let post = |body| Template::post(target, wire.payments, body);
        let (first, second) = match self {
            Self::Pay => (post(wire.pay), None),
            Self::PayNumber => (post(wire.pay_number?), None),
            Self::AuthCapture => {
                let capture = Template::post(target, wire.capture, "");
                (post(wire.authorize), Some(capture))
            }
            Self::Refund => {
                let refund = Template::post(target, "/v1/refunds", wire.refund);
                (post(wire.pay), Some(refund))
            }
            Self::Get => (Template::get(target, wire.payment), None),
            Self::List => (Template::get(target, wire.list), None),
            Self::Noop => (Template::get(target, wire.noop?), None),
            // A mix holds no mixes.
            Self::Mixed => return None,
        };
        Some(Round {
            first,
            second,
            needs_id: self == Self::Get,
            weight,
        })
    }
}

/// The round that a random number chooses.
pub fn choose(rounds: &[Round], number: u64) -> Option<&Round> {
    let whole: u64 = rounds.iter().map(|round| round.weight).sum();
    let mut left = number % whole.max(1);
    rounds.iter().find(|round| {
        let is_here = left < round.weight;
        left = left.saturating_sub(round.weight);
        is_here
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Peer;

    fn target() -> Target {
        Target::parse("http://localhost:1", "sk_test_1").expect("target")
    }

    #[test]
    fn the_names_are_those_of_the_command_line() {
        for scenario in Scenario::value_variants() {
            let value = scenario.to_possible_value().expect("a name");
            assert_eq!(value.get_name(), scenario.name());
        }
        assert_eq!(Scenario::value_variants().len(), 8);
    }

    #[test]
    fn a_mix_comes_out_as_its_weights_say() {
        let rounds = Scenario::Mixed.rounds(&target()).expect("rounds");
        let mut hits = [0_u64; 5];
        for number in 0..200 {
            let chosen = choose(&rounds, number).expect("a round");
            let place = rounds.iter().position(|round| std::ptr::eq(round, chosen));
            hits[place.expect("one of them")] += 1;
        }
        assert_eq!(hits, [120, 40, 20, 10, 10]);
        assert!(choose(&[], 1).is_none());
    }

    #[test]
    fn peers_refuse_what_they_cannot_do() {
        for peer in [Peer::Localstripe, Peer::StatefulMock] {
            let target = target().with_peer(peer);
            assert!(Scenario::Noop.rounds(&target).is_err());
            assert!(Scenario::PayNumber.rounds(&target).is_err());
            assert_eq!(Scenario::Mixed.rounds(&target).map(|all| all.len()), Ok(5));
        }
    }
}
