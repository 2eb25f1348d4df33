//! The right to see card data, and what an opened card is.
//!
//! The layout of a sealed card has a fixed length, so that sealed bytes do not tell how long a number is. Deliberately absent:
//! any other way from sealed bytes to digits.

use crate::card::{CardNumber, Cvc, Expiry, NUMBER_LEN_MAX};
use crate::seal::{SealContext, SealedCard, SealedCvc, VaultError};
use crate::vault::Vault;
use zeroize::Zeroizing;

const CARD_LAYOUT: u8 = 1;
/// Layout, month, year (two bytes), number of digits, then the digits with zeros behind.
const CARD_PLAIN_LEN: usize = 5 + NUMBER_LEN_MAX;

/// The right to see card numbers and security codes in clear. Only the processors are handed it.
///
/// There is one for each `Vault::open`, and it cannot be cloned, so that the right is not passed on by accident.
pub struct CardOpener {
    vault: Vault,
}

/// A card in clear. The number is overwritten when this is dropped.
pub struct OpenCard {
    number: CardNumber,
    expiry: Expiry,
}

impl CardOpener {
    /// Called by `Vault::open` alone.
    pub(crate) fn new(vault: Vault) -> CardOpener {
        CardOpener { vault }
    }

    /// Opens what `Vault::seal_card` sealed for the same context.
    ///
    /// # Errors
    /// `UnknownKey` (reload and try once more), `Refused`, `EmptyContext`, `Malformed`.
    pub fn open_card(
        &self,
        context: &SealContext<'_>,
        sealed: &SealedCard,
    ) -> Result<OpenCard, VaultError> {
        let plain = self.vault.open_bytes(context, sealed)?;
        decode_card(&plain).ok_or(VaultError::Malformed)
    }

    /// Opens what `Vault::seal_cvc` sealed for the same context.
    ///
    /// # Errors
    /// `UnknownKey` (reload and try once more), `Refused`, `EmptyContext`, `Malformed`.
    pub fn open_cvc(
        &self,
        context: &SealContext<'_>,
        sealed: &SealedCvc,
    ) -> Result<Cvc, VaultError> {
        let plain = self.vault.open_bytes(context, sealed)?;
        std::str::from_utf8(&plain)
            .ok()
            .and_then(Cvc::from_digits)
            .ok_or(VaultError::Malformed)
    }

    /// The digits of a security code, for the message to the card network.
    pub fn cvc_digits<'a>(&self, cvc: &'a Cvc) -> &'a str {
        cvc.digits()
    }

    /// The vault that this opens, for example to reload its ring.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
}

impl OpenCard {
    /// The digits, for the message to the card network. Do not copy them into anything that is not overwritten.
    pub fn number_digits(&self) -> &str {
        self.number.digits()
    }

    /// The number in its guarded form: last four, issuer, brand.
    pub fn number(&self) -> &CardNumber {
        &self.number
    }

    /// The expiry that was sealed with the number.
    pub fn expiry(&self) -> Expiry {
        self.expiry
    }
}

/// The bytes of a card before they are sealed.
pub(crate) fn encode_card(number: &CardNumber, expiry: Expiry) -> Zeroizing<[u8; CARD_PLAIN_LEN]> {
    let digits = number.digits().as_bytes();
    let mut plain = Zeroizing::new([0; CARD_PLAIN_LEN]);
    plain[0] = CARD_LAYOUT;
    plain[1] = expiry.month();
    plain[2..4].copy_from_slice(&expiry.year().to_be_bytes());
    plain[4] = digits.len() as u8;
    plain[5..5 + digits.len()].copy_from_slice(digits);
    plain
}

fn decode_card(plain: &[u8]) -> Option<OpenCard> {
    let [CARD_LAYOUT, month, year_high, year_low, len, digits @ ..] = plain else {
        return None;
    };
    let digits = std::str::from_utf8(digits.get(..usize::from(*len))?).ok()?;
    let year = u16::from_be_bytes([*year_high, *year_low]);
    Some(OpenCard {
        number: CardNumber::parse(digits).ok()?,
        expiry: Expiry::new(i64::from(*month), i64::from(year)).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_layout_of_another_kind_is_not_guessed() {
        let number = CardNumber::parse("4242424242424242").expect("a test number");
        let expiry = Expiry::new(12, 2030).expect("a month");
        let plain = encode_card(&number, expiry);
        assert!(decode_card(plain.as_slice()).is_some());
        for (place, wrong) in [(0, 2), (1, 13), (4, 20), (4, 15), (5, b'x')] {
            let mut changed = *plain;
            changed[place] = wrong;
            assert!(decode_card(&changed).is_none(), "byte {place}");
        }
        assert!(decode_card(b"").is_none());
    }
}
