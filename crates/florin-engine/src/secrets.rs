//! The secrets that the engine itself seals and opens, and how it comes to know the data keys of other processes.
//!
//! An endpoint has two signing secrets, and each is sealed for its own place, so that whoever can write the database
//! cannot put an ended secret in the place of the current one. Secrets that were sealed before the places had names open
//! all the same. Deliberately absent: card numbers, which processors alone open.

use crate::Engine;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use florin_base::Scope;
use florin_vault::{SealContext, SealedSecret, Vault, VaultError, Zeroizing};

/// One of the signing secrets of an endpoint.
#[derive(Clone, Copy)]
pub(crate) struct SecretPlace<'a> {
    /// Whose endpoint.
    pub(crate) scope: &'a Scope,
    /// The endpoint's id.
    pub(crate) endpoint: &'a str,
    /// The name of the place in the record.
    name: &'static str,
}

impl<'a> SecretPlace<'a> {
    /// The place of the current secret.
    pub(crate) fn current(scope: &'a Scope, endpoint: &'a str) -> SecretPlace<'a> {
        SecretPlace {
            scope,
            endpoint,
            name: "secret",
        }
    }

    /// The place of the one before, while it still signs.
    pub(crate) fn rolled(scope: &'a Scope, endpoint: &'a str) -> SecretPlace<'a> {
        SecretPlace {
            name: "rolled",
            ..SecretPlace::current(scope, endpoint)
        }
    }

    fn record(&self) -> String {
        format!("{}/{}", self.endpoint, self.name)
    }

    fn context<'r>(&'r self, record: &'r str) -> SealContext<'r> {
        SealContext {
            account: &self.scope.account,
            live: self.scope.live,
            record,
        }
    }

    /// Seals a secret for this place; gives it in base64, and the data key.
    pub(crate) fn seal(&self, vault: &Vault, plain: &[u8]) -> Result<(String, String), VaultError> {
        let sealed = vault.seal_secret(&self.context(&self.record()), plain)?;
        let (key_id, bytes) = sealed.into_parts();
        Ok((STANDARD.encode(bytes), key_id))
    }

    /// Opens what was sealed for this place, or for the endpoint before its places had names.
    fn open(&self, vault: &Vault, sealed: &SealedSecret) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        match vault.open_secret(&self.context(&self.record()), sealed) {
            Err(VaultError::Refused) => vault.open_secret(&self.context(self.endpoint), sealed),
            opened => opened,
        }
    }
}

impl Engine {
    /// Sees to it that this process knows a data key, if the installation has it: the key may be younger than the ring in
    /// memory. Whoever opens something calls this before, and learns from the vault whether the key is known now.
    pub(crate) async fn know_key(&self, key_id: &str) {
        if self.world.vault.knows_key(key_id) {
            return;
        }
        if let Err(error) = self.world.ring.reload().await {
            tracing::warn!(%error, key_id, "a data key is not known, and the ring cannot be read");
        }
    }

    /// Opens a signing secret, given in base64 with its data key.
    pub(crate) async fn open_signing_secret(
        &self,
        place: SecretPlace<'_>,
        text: &str,
        key_id: &str,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let bytes = STANDARD.decode(text).map_err(|_| VaultError::Malformed)?;
        self.know_key(key_id).await;
        let sealed = SealedSecret::from_parts(key_id.to_owned(), bytes);
        place.open(&self.world.vault, &sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_vault::{MasterKey, create_ring};

    fn vault() -> Vault {
        let bytes = std::array::from_fn(|index| index as u8);
        let master = MasterKey::from_bytes(&bytes).expect("a key");
        let ring = create_ring(&master).expect("a ring");
        Vault::open(Box::new(master), &ring).expect("it opens").0
    }

    fn sealed(text: &str, key_id: &str) -> SealedSecret {
        SealedSecret::from_parts(key_id.to_owned(), STANDARD.decode(text).expect("base64"))
    }

    #[test]
    fn a_secret_opens_in_its_own_place_only() {
        let (vault, scope) = (vault(), Scope::test("acct_1"));
        let current = SecretPlace::current(&scope, "we_1");
        let rolled = SecretPlace::rolled(&scope, "we_1");
        let (text, key_id) = current.seal(&vault, b"whsec_1").expect("it is sealed");
        let secret = sealed(&text, &key_id);
        assert_eq!(
            &**current.open(&vault, &secret).expect("it opens"),
            b"whsec_1"
        );
        let elsewhere = SecretPlace::current(&scope, "we_2");
        for place in [rolled, elsewhere] {
            assert_eq!(place.open(&vault, &secret), Err(VaultError::Refused));
        }
    }

    #[test]
    fn a_secret_without_a_named_place_opens_in_both() {
        let (vault, scope) = (vault(), Scope::test("acct_1"));
        let current = SecretPlace::current(&scope, "we_1");
        let old = vault.seal_secret(&current.context("we_1"), b"whsec_1");
        let old = old.expect("it is sealed");
        for place in [current, SecretPlace::rolled(&scope, "we_1")] {
            assert_eq!(&**place.open(&vault, &old).expect("it opens"), b"whsec_1");
        }
    }
}
