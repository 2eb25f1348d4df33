//! Sealing anew: after a rotation every card number and signing secret moves to the active data key.

use crate::Engine;
use crate::jobs::halted;
use crate::secrets::SecretPlace;
use crate::step::Step;
use base64::Engine as _;
use florin_base::Scope;
use florin_base::limits::WEBHOOK_ENDPOINTS_MAX;
use florin_domain::accounts::Account;
use florin_domain::cards::VaultCard;
use florin_domain::record::LIVING;
use florin_domain::transitions::Transition;
use florin_domain::webhooks::WebhookEndpoint;
use florin_domain::{Entity, Kind, Versioned};
use florin_store::{Commit, ListQuery, StoreError};
use florin_vault::{SealContext, SealedCard, VaultError};
use std::sync::Arc;

/// Cards that one commit seals anew.
const BATCH_MAX: usize = 100;

fn refused(error: VaultError) -> StoreError {
    StoreError::Corrupt(format!("a sealed value cannot be opened: {error}"))
}

fn decoded(text: &str) -> Result<Vec<u8>, StoreError> {
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|error| StoreError::Corrupt(error.to_string()))
}

impl Engine {
    /// Seals everything of every account with the active data key. Returns how many values moved.
    ///
    /// # Errors
    /// A value cannot be opened, or the store does not answer.
    pub async fn reseal_all(self: &Arc<Self>) -> Result<usize, StoreError> {
        let (mut moved, mut cursor) = (0, None);
        loop {
            let accounts = self.accounts_behind(&mut cursor).await?;
            if accounts.is_empty() {
                return Ok(moved);
            }
            for scope in accounts.iter().flat_map(modes) {
                moved += self.reseal(&scope).await?;
            }
        }
    }

    /// Seals everything of a scope with the active data key.
    async fn reseal(self: &Arc<Self>, scope: &Scope) -> Result<usize, StoreError> {
        let mut moved = self.reseal_secrets(scope).await?;
        for key in self.world.vault.keys() {
            if !self.world.vault.needs_reseal(&key.id) {
                continue;
            }
            loop {
                let query =
                    ListQuery::newest(scope, Kind::VaultCard, BATCH_MAX).with("key_id", &key.id);
                let page = self.world.store.list(&query).await?;
                if page.is_empty() {
                    break;
                }
                moved += page.len();
                self.reseal_cards(scope, page).await?;
            }
        }
        Ok(moved)
    }

    async fn reseal_cards(
        self: &Arc<Self>,
        scope: &Scope,
        page: Vec<Versioned<florin_domain::Record>>,
    ) -> Result<(), StoreError> {
        let mut step = Step::new(self, scope, None);
        for held in page {
            let version = held.version;
            let Some(record) = VaultCard::from_record(held.record) else {
                continue;
            };
            let mut held = Versioned { version, record };
            let context = SealContext {
                account: &scope.account,
                live: scope.live,
                record: held.record.id(),
            };
            let sealed =
                SealedCard::from_parts(held.record.key_id.clone(), decoded(&held.record.sealed)?);
            let (key_id, bytes) = self
                .world
                .vault
                .reseal(&context, &sealed)
                .map_err(refused)?
                .into_parts();
            held.record.key_id = key_id;
            held.record.sealed = base64::engine::general_purpose::STANDARD.encode(bytes);
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::CardSealed);
        }
        let commit = Commit {
            changes: step.take(),
            must_not_shed: true,
            ..Commit::default()
        };
        self.world.store.commit(commit).await.map(|_| ())
    }

    async fn reseal_secrets(self: &Arc<Self>, scope: &Scope) -> Result<usize, StoreError> {
        let mut moved = 0;
        for held in self.world.store.list(&living_endpoints(scope)).await? {
            let id = held.record.id().to_owned();
            let mut step = Step::new(self, scope, None);
            let mut held: Versioned<WebhookEndpoint> =
                halted(step.in_url(&id, "webhook_endpoint").await)?;
            if !sealing_keys(&held.record).any(|id| self.world.vault.needs_reseal(id)) {
                continue;
            }
            let place = SecretPlace::current(scope, &id);
            let opened =
                self.open_signing_secret(place, &held.record.secret, &held.record.secret_key_id);
            let plain = opened.await.map_err(refused)?;
            let sealed = place.seal(&self.world.vault, &plain);
            (held.record.secret, held.record.secret_key_id) = sealed.map_err(refused)?;
            // A rolled secret is short-lived; it ends with the rotation.
            held.record.rolled = None;
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::EndpointChanged);
            self.commit_settings(step.take()).await?;
            moved += 1;
        }
        Ok(moved)
    }

    /// True while a card number or a signing secret of any account is sealed with a data key. Saved replies are not
    /// records: of them the caller asks its database.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn is_key_used(&self, key_id: &str) -> Result<bool, StoreError> {
        let mut cursor = None;
        loop {
            let accounts = self.accounts_behind(&mut cursor).await?;
            if accounts.is_empty() {
                return Ok(false);
            }
            for scope in accounts.iter().flat_map(modes) {
                if self.seals_in(&scope, key_id).await? {
                    return Ok(true);
                }
            }
        }
    }

    async fn seals_in(&self, scope: &Scope, key_id: &str) -> Result<bool, StoreError> {
        let cards = ListQuery::newest(scope, Kind::VaultCard, 1).with("key_id", key_id);
        if !self.world.store.list(&cards).await?.is_empty() {
            return Ok(true);
        }
        let endpoints = self.world.store.list(&living_endpoints(scope)).await?;
        let mut endpoints = endpoints
            .into_iter()
            .filter_map(|held| WebhookEndpoint::from_record(held.record));
        Ok(endpoints.any(|endpoint| sealing_keys(&endpoint).any(|id| id == key_id)))
    }
}

/// Both modes of an account.
fn modes(account: &Account) -> [Scope; 2] {
    [false, true].map(|live| Scope {
        account: account.id.as_str().into(),
        live,
    })
}

/// The endpoints whose secrets are still opened: a deleted one is never signed for again.
fn living_endpoints(scope: &Scope) -> ListQuery {
    ListQuery::newest(scope, Kind::WebhookEndpoint, WEBHOOK_ENDPOINTS_MAX).with("state", LIVING)
}

/// The data keys that an endpoint's secrets are sealed with.
fn sealing_keys(endpoint: &WebhookEndpoint) -> impl Iterator<Item = &str> {
    let rolled = endpoint.rolled.iter().map(|rolled| rolled.key_id.as_str());
    std::iter::once(endpoint.secret_key_id.as_str()).chain(rolled)
}
