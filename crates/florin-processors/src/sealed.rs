//! The stored form of a card number: how the vault's bytes and a [`VaultCard`] record turn into each other.
//!
//! The number is bound to account, mode and the record's own id, so that a record copied elsewhere does not open.
//! Deliberately absent: saving the record.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use florin_base::{Id, Scope};
use florin_domain::cards::VaultCard;
use florin_vault::{
    CardNumber, CardOpener, Expiry, OpenCard, SealContext, SealedCard, Vault, VaultError,
};

/// Seals a number into a record with this id. The creation time is left to the caller.
///
/// # Errors
/// Those of [`Vault::seal_card`].
pub fn seal(
    vault: &Vault,
    scope: &Scope,
    id: Id<VaultCard>,
    number: &CardNumber,
    expiry: Expiry,
) -> Result<VaultCard, VaultError> {
    let sealed = vault.seal_card(&context(scope, &id), number, expiry)?;
    let (key_id, bytes) = sealed.into_parts();
    Ok(VaultCard {
        id,
        key_id,
        sealed: STANDARD.encode(bytes),
        ..VaultCard::default()
    })
}

/// Opens the number of a record.
///
/// # Errors
/// Those of [`CardOpener::open_card`]; `Malformed` when the text is not base64.
pub fn open(opener: &CardOpener, scope: &Scope, card: &VaultCard) -> Result<OpenCard, VaultError> {
    let bytes = STANDARD
        .decode(&card.sealed)
        .map_err(|_| VaultError::Malformed)?;
    let sealed = SealedCard::from_parts(card.key_id.clone(), bytes);
    opener.open_card(&context(scope, &card.id), &sealed)
}

fn context<'a>(scope: &'a Scope, id: &'a Id<VaultCard>) -> SealContext<'a> {
    SealContext {
        account: &scope.account,
        live: scope.live,
        record: id.as_str(),
    }
}
