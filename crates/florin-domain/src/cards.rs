//! What the domain knows of a card: the public part, and a reference to the sealed number.
//!
//! Deliberately absent: card numbers and CVCs. They exist in the vault and in a processor's adapter only.

use crate::record::{Columns, record};
use florin_base::Id;
use serde::{Deserialize, Serialize};

record! {
    /// A sealed card number. Only the vault can open it, and only for a processor's adapter.
    pub struct VaultCard: VaultCard, "vc_" {
        /// The data key that sealed it.
        key_id: String,
        /// Base64 of nonce, ciphertext and tag.
        sealed: String,
    }
}

impl VaultCard {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(&self.key_id)]
    }
}

/// The part of a card that may be shown and stored in clear.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CardDetails {
    /// `visa`, `mastercard`, … or `unknown`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u8,
    /// Four digits.
    pub exp_year: u16,
    /// `credit`, `debit`, `prepaid` or `unknown`.
    pub funding: String,
    /// ISO 3166-1 alpha-2 of the issuer, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The networks that the card can run on.
    pub networks: Vec<String>,
    /// The one of them that the card holder prefers, or [`INVALID_PREFERENCE`] after one that the card does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred: Option<String>,
    /// The same for the same number, different between installations.
    pub fingerprint: String,
}

/// What is kept of a preference for a network that the card does not have.
pub const INVALID_PREFERENCE: &str = "invalid_preference";

impl CardDetails {
    /// Keeps what the card holder prefers; an empty text takes a preference back.
    pub fn prefer(&mut self, network: &str) {
        if network.is_empty() {
            self.preferred = None;
            return;
        }
        let is_known = self.networks.iter().any(|known| known == network);
        let kept = if is_known {
            network
        } else {
            INVALID_PREFERENCE
        };
        self.preferred = Some(kept.to_owned());
    }

    /// The network that a payment goes over: the one that the merchant chose for it, or that the card holder prefers, if the
    /// card has it; otherwise the first one, which is the domestic one.
    pub fn network(&self, chosen: Option<&str>) -> &str {
        let wishes = [chosen, self.preferred.as_deref()];
        let mut wishes = wishes.into_iter().flatten();
        let wished = wishes.find_map(|wish| self.networks.iter().find(|known| *known == wish));
        wished.or(self.networks.first()).unwrap_or(&self.brand)
    }

    /// What the card is called where the card holder sees it: a network that they prefer, or its brand.
    pub fn shown_as(&self) -> &str {
        let preferred = self.preferred.as_deref();
        let preferred = preferred.filter(|network| *network != INVALID_PREFERENCE);
        preferred.unwrap_or(&self.brand)
    }
}

/// Where the number is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardSource {
    /// In the vault.
    Vault(Id<VaultCard>),
    /// A published test card of the sandbox, by its name. Its number is public knowledge and not sealed.
    Published(String),
}

impl Default for CardSource {
    fn default() -> CardSource {
        CardSource::Published(String::new())
    }
}

/// The verdict on something that a card holder typed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Right.
    Pass,
    /// Wrong.
    Fail,
    /// The issuer could not say.
    Unavailable,
    /// Given, but nobody has asked yet.
    Unchecked,
    /// Not given.
    #[default]
    NotProvided,
}

impl Check {
    /// The word on the wire; `None` when nothing was given.
    pub const fn wire(self) -> Option<&'static str> {
        match self {
            Check::Pass => Some("pass"),
            Check::Fail => Some("fail"),
            Check::Unavailable => Some("unavailable"),
            Check::Unchecked => Some("unchecked"),
            Check::NotProvided => None,
        }
    }
}

/// The three checks of a card payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checks {
    /// First line of the address.
    pub line1: Check,
    /// Postal code.
    pub postal_code: Check,
    /// Card verification code.
    pub cvc: Check,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_goes_over_a_network_that_the_card_has() {
        let mut card = CardDetails {
            brand: "visa".to_owned(),
            networks: vec!["cartes_bancaires".to_owned(), "visa".to_owned()],
            ..CardDetails::default()
        };
        assert_eq!(card.network(None), "cartes_bancaires");
        assert_eq!(card.network(Some("visa")), "visa");
        assert_eq!(card.network(Some("jcb")), "cartes_bancaires");
        card.prefer("visa");
        assert_eq!((card.network(None), card.shown_as()), ("visa", "visa"));
        assert_eq!(card.network(Some("cartes_bancaires")), "cartes_bancaires");
        card.prefer("cartes_bancaires");
        assert_eq!(card.shown_as(), "cartes_bancaires");
        card.prefer("");
        assert_eq!(
            (card.preferred.as_deref(), card.network(None)),
            (None, "cartes_bancaires")
        );
        card.prefer("jcb");
        assert_eq!(card.preferred.as_deref(), Some(INVALID_PREFERENCE));
        assert_eq!(
            (card.network(None), card.shown_as()),
            ("cartes_bancaires", "visa")
        );
        card.networks.clear();
        assert_eq!(card.network(Some("visa")), "visa");
    }
}
