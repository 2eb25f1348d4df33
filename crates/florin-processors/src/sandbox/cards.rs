//! The published test cards of the sandbox and what each one does.
//!
//! A [`TestCard`] is data: its number, its names (`pm_card_visa`, `tok_visa`), what an issuer would say about it
//! and its [`Rules`]. The rows live in one file per purpose: `brands` and `countries` succeed, `declines` are
//! refused, `risk` fails checks, `authentication` asks for 3-D Secure, `aftermath` is disputed, refunded or settled
//! in a special way. [`three_ds`] decides what a row of the 3-D Secure table does in a given payment.
//!
//! Deliberately absent: numbers that are wrong in themselves (a bad check digit, month 13, a two-digit CVC), which
//! are refused before a processor is asked; bank accounts; the cards that change a connected account; and the
//! decision whether a risk level blocks a payment, which belongs to the merchant's rules.

mod aftermath;
mod authentication;
mod brands;
mod countries;
pub mod declines;
mod declining;
mod risk;
mod rules;
pub mod three_ds;

pub use declines::Decline;
pub use rules::{
    AttachRule, BalanceRule, ChargeRule, Check, DisputeKind, DisputeRule, Eligibility, RefundRule,
    Risk, RiskSignal, Rules,
};
pub use three_ds::{Answer, ChallengeUi, Lookup, Payment, ThreeDs, When};

use std::collections::HashMap;
use std::sync::OnceLock;

/// A published test card. It has no `Debug`, like everything else that holds a card number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// The card number, digits only.
    pub number: &'static str,
    /// Its names without the prefixes `pm_card_` and `tok_`; empty when the card is known by number only.
    pub aliases: &'static [&'static str],
    /// The brand on the wire: `visa`, `mastercard`, `amex`, `discover`, `diners`, `jcb`, `unionpay`, `unknown`.
    pub brand: &'static str,
    /// `credit`, `debit` or `prepaid`.
    pub funding: &'static str,
    /// The issuer's country, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// The networks that can carry a payment, the co-branded domestic one first; empty when none is known.
    pub networks: &'static [&'static str],
    /// What happens when the card is used.
    pub rules: Rules,
}

impl TestCard {
    /// A credit card of the United States on the one network of its brand that works.
    const fn new(
        brand: &'static str,
        networks: &'static [&'static str],
        number: &'static str,
    ) -> TestCard {
        TestCard {
            number,
            aliases: &[],
            brand,
            funding: "credit",
            country: "US",
            networks,
            rules: Rules::DEFAULT,
        }
    }

    const fn visa(number: &'static str, aliases: &'static [&'static str]) -> TestCard {
        TestCard::new("visa", &["visa"], number).aliases(aliases)
    }

    const fn mastercard(number: &'static str, aliases: &'static [&'static str]) -> TestCard {
        TestCard::new("mastercard", &["mastercard"], number).aliases(aliases)
    }

    const fn aliases(self, aliases: &'static [&'static str]) -> TestCard {
        TestCard { aliases, ..self }
    }

    const fn funding(self, funding: &'static str) -> TestCard {
        TestCard { funding, ..self }
    }

    const fn country(self, country: &'static str) -> TestCard {
        TestCard { country, ..self }
    }

    const fn networks(self, networks: &'static [&'static str]) -> TestCard {
        TestCard { networks, ..self }
    }

    const fn rules(self, rules: Rules) -> TestCard {
        TestCard { rules, ..self }
    }
}

/// The card with this number; `digits` must hold digits only.
pub fn by_number(digits: &str) -> Option<&'static TestCard> {
    static INDEX: OnceLock<HashMap<&'static str, &'static TestCard>> = OnceLock::new();
    let build = || all().iter().map(|card| (card.number, card)).collect();
    INDEX.get_or_init(build).get(digits).copied()
}

/// The card with this name, given without `pm_card_`: `visa`, `chargeDeclined`, `visa_chargeDeclined`.
///
/// A few names share a number with another card and behave differently, so a caller that knows the name must not
/// go through the number; [`name_only`] lists them.
pub fn by_alias(alias: &str) -> Option<&'static TestCard> {
    static INDEX: OnceLock<HashMap<&'static str, &'static TestCard>> = OnceLock::new();
    let named = |card: &'static TestCard| card.aliases.iter().map(move |alias| (*alias, card));
    let build = || all().iter().chain(name_only()).flat_map(named).collect();
    INDEX.get_or_init(build).get(alias).copied()
}

/// The card behind a test token: `tok_visa`, `tok_us`, `tok_chargeDeclined`.
pub fn by_token(token: &str) -> Option<&'static TestCard> {
    by_alias(token.strip_prefix("tok_")?)
}

/// Every test card with a number of its own, in the order of the published tables.
pub fn all() -> &'static [TestCard] {
    static CARDS: OnceLock<Vec<TestCard>> = OnceLock::new();
    CARDS.get_or_init(|| TABLES.concat())
}

/// The cards that were published under a name but without a number; they borrow the number of their nearest kin.
pub fn name_only() -> &'static [TestCard] {
    declining::NAME_ONLY
}

static TABLES: [&[TestCard]; 6] = [
    brands::ROWS,
    countries::ROWS,
    declining::ROWS,
    risk::ROWS,
    authentication::ROWS,
    aftermath::ROWS,
];

#[cfg(test)]
mod tests;
