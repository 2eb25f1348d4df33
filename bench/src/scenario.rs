//! What a client does over and over.
//!
//! Shape: a [`Scenario`] is one or two requests, the second with the id that the first one gave.
//! Deliberately absent: think time and mixes; run several generators side by side for a mix.

use clap::ValueEnum;

use crate::request::Template;
use crate::target::Target;

/// A form that creates and confirms a payment with a ready-made test card.
pub const PAY: &str = "amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa\
&payment_method_types[]=card&description=Order+1234&metadata[order_id]=6735";

/// The same with the published test number, so that the vault seals a card each time.
const PAY_NUMBER: &str = "amount=2000&currency=usd&confirm=true&payment_method_data[type]=card\
&payment_method_data[card][number]=4242424242424242&payment_method_data[card][exp_month]=12\
&payment_method_data[card][exp_year]=2034&payment_method_data[card][cvc]=123\
&payment_method_types[]=card&description=Order+1234&metadata[order_id]=6735";

const AUTHORIZE: &str = "amount=2000&currency=usd&confirm=true&capture_method=manual\
&payment_method=pm_card_visa&payment_method_types[]=card&description=Order+1234&metadata[order_id]=6735";

/// Where payments are created.
pub const INTENTS: &str = "/v1/payment_intents";

/// One round of work.
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
    /// Asks for the server's health: HTTP alone, no work behind it.
    Noop,
}

/// The requests of one round.
pub struct Steps {
    /// The only or the first request.
    pub first: Template,
    /// A request with the id from the first one's answer.
    pub second: Option<Template>,
    /// True if the first request needs the id of an existing payment.
    pub needs_id: bool,
    /// True if there must be payments before the run.
    pub needs_payments: bool,
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
            Self::Noop => "noop",
        }
    }

    /// The requests, made for one server.
    pub fn steps(self, target: &Target) -> Steps {
        let post = |body| Template::post(target, INTENTS, body);
        let (first, second) = match self {
            Self::Pay => (post(PAY), None),
            Self::PayNumber => (post(PAY_NUMBER), None),
            Self::AuthCapture => {
                let capture = Template::post(target, "/v1/payment_intents/*/capture", "");
                (post(AUTHORIZE), Some(capture))
            }
            Self::Refund => {
                let refund = Template::post(target, "/v1/refunds", "payment_intent=*");
                (post(PAY), Some(refund))
            }
            Self::Get => (Template::get(target, "/v1/payment_intents/*"), None),
            Self::List => (Template::get(target, "/v1/payment_intents?limit=10"), None),
            Self::Noop => (Template::get(target, "/healthz"), None),
        };
        Steps {
            first,
            second,
            needs_id: self == Self::Get,
            needs_payments: matches!(self, Self::Get | Self::List),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_command_line() {
        for scenario in Scenario::value_variants() {
            let value = scenario.to_possible_value().expect("a name");
            assert_eq!(value.get_name(), scenario.name());
        }
        assert_eq!(Scenario::value_variants().len(), 7);
    }
}
