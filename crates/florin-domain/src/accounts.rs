//! Merchants and the keys of their API.

use crate::record::{Columns, record};
use florin_base::{Asset, Timestamp};
use serde::{Deserialize, Serialize};

record! {
    /// A merchant. Its record lives in its own scope with `live` false; both modes read it.
    pub struct Account: Account, "acct_" {
        /// Shown on pages and receipts.
        name: String,
        /// Where the merchant is reached.
        email: Option<String>,
        /// ISO 3166-1 alpha-2.
        country: String,
        /// The currency of settlement when nothing else is said.
        default_currency: Asset,
        /// The platform that this account belongs to.
        parent: Option<String>,
        /// What the installation charges for a payment.
        pricing: Pricing,
    }
}

impl Account {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![self.parent.as_deref()]
    }
}

/// Fees per method. Only cards exist now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pricing {
    /// The rate for cards.
    pub card: Rate,
}

/// A proportional and a fixed part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Hundredths of a percent of the amount.
    pub basis_points: i64,
    /// Minor units of the charge's currency.
    pub fixed: i64,
}

impl Default for Pricing {
    fn default() -> Pricing {
        Pricing {
            card: Rate {
                basis_points: 290,
                fixed: 30,
            },
        }
    }
}

impl Rate {
    /// The fee on an amount, rounded half up, never more than fits and never negative.
    pub fn fee(&self, amount: i64) -> i64 {
        let part = (i128::from(amount) * i128::from(self.basis_points) + 5_000) / 10_000;
        i64::try_from(part + i128::from(self.fixed))
            .unwrap_or(i64::MAX)
            .max(0)
    }
}

record! {
    /// A key. The key itself is never stored, only its keyed hash (as the claim `api_key`) and its last four characters.
    pub struct ApiKey: ApiKey, "mk_" {
        /// What the key may do.
        role: KeyRole,
        /// What the owner calls it.
        name: Option<String>,
        /// The last four characters, for lists and error messages.
        last4: String,
        /// Lower-case hexadecimal of the keyed SHA-256.
        hash: String,
        /// After this second the key is refused.
        expires: Option<Timestamp>,
        /// Revoked keys stay on record.
        revoked: Option<Timestamp>,
    }
}

impl ApiKey {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }

    /// True while the key opens the API.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|at| now < at)
    }
}

/// What a key may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// Everything within its scope.
    Secret,
    /// What a browser may do: make tokens and payment methods, confirm with a client secret.
    #[default]
    Publishable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_fee_is_the_documented_one() {
        let rate = Pricing::default().card;
        for (amount, fee) in [(2000, 88), (50, 31), (1000, 59), (10_050, 321), (0, 30)] {
            assert_eq!(rate.fee(amount), fee, "{amount}");
        }
        assert_eq!(
            Rate {
                basis_points: 10_000,
                fixed: 1
            }
            .fee(i64::MAX),
            i64::MAX
        );
    }
}
