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
    /// The same for the same number, different between installations.
    pub fingerprint: String,
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
