//! Sealing anew: after a rotation every card number and signing secret moves to the active data key.

use crate::Engine;
use crate::jobs::halted;
use crate::step::Step;
use base64::Engine as _;
use florin_base::Scope;
use florin_domain::cards::VaultCard;
use florin_domain::record::LIVING;
use florin_domain::transitions::Transition;
use florin_domain::webhooks::WebhookEndpoint;
use florin_domain::{Entity, Kind, Versioned};
use florin_store::{Commit, ListQuery, StoreError};
use florin_vault::{SealContext, SealedCard, SealedSecret, VaultError};
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
    /// Seals everything of a scope with the active data key. Returns how many values moved.
    ///
    /// # Errors
    /// A value cannot be opened, or the store does not answer.
    pub async fn reseal(self: &Arc<Self>, scope: &Scope) -> Result<usize, StoreError> {
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
        let query =
            ListQuery::newest(scope, Kind::WebhookEndpoint, BATCH_MAX).with("state", LIVING);
        let mut moved = 0;
        for held in self.world.store.list(&query).await? {
            let id = held.record.id().to_owned();
            let mut step = Step::new(self, scope, None);
            let mut held: Versioned<WebhookEndpoint> =
                halted(step.in_url(&id, "webhook_endpoint").await)?;
            if !self.world.vault.needs_reseal(&held.record.secret_key_id) {
                continue;
            }
            let context = SealContext {
                account: &scope.account,
                live: scope.live,
                record: &id,
            };
            let sealed = SealedSecret::from_parts(
                held.record.secret_key_id.clone(),
                decoded(&held.record.secret)?,
            );
            let (key_id, bytes) = self
                .world
                .vault
                .reseal(&context, &sealed)
                .map_err(refused)?
                .into_parts();
            held.record.secret_key_id = key_id;
            held.record.secret = base64::engine::general_purpose::STANDARD.encode(bytes);
            // A rolled secret is short-lived; it ends with the rotation.
            held.record.rolled = None;
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::EndpointChanged);
            self.commit_settings(step.take()).await?;
            moved += 1;
        }
        Ok(moved)
    }

    /// True while a card number is sealed with a data key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn is_key_used(&self, key_id: &str) -> Result<bool, StoreError> {
        for account in self.list_accounts().await? {
            for live in [false, true] {
                let scope = Scope {
                    account: account.id.as_str().into(),
                    live,
                };
                let query = ListQuery::newest(&scope, Kind::VaultCard, 1).with("key_id", key_id);
                if !self.world.store.list(&query).await?.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
