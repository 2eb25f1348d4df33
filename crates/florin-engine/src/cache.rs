//! Settings in memory: keys, accounts, whether a scope has webhook endpoints, which payment methods are switched on.
//!
//! Every change of them bumps one epoch in its commit. A task polls the epoch; an entry counts only while the last good
//! poll began a short time ago, so a key that was revoked on one copy stops on all. Without a good poll everything is
//! read through. With the settings the vault's data keys are read anew, because they may have changed too.

use crate::Engine;
use crate::mutation::store_error;
use florin_base::Scope;
use florin_domain::accounts::{Account, ApiKey};
use florin_domain::payments::MethodConfiguration;
use florin_domain::webhooks::{SETTINGS_ID, WebhookSettings};
use florin_domain::{Entity, Kind, MethodType, RecordKey, Versioned};
use florin_store::StoreError;
use florin_wire::WireError;
use florin_wire::versions::{ApiVersion, NEWEST};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Between two polls, in milliseconds.
pub const POLL_MS: u64 = 250;
/// An entry counts while the last good poll began at most so many milliseconds ago.
pub const FRESH_MS: u64 = 750;
/// At most so many entries of each sort; the cache starts anew beyond that.
const ENTRIES_MAX: usize = 10_000;

/// A key that was found, with its scope.
pub type FoundKey = Arc<(Scope, ApiKey)>;

#[derive(Default)]
struct Entries {
    epoch: u64,
    /// When the last good poll began.
    polled: Option<u64>,
    /// The settings changed, and the vault's ring was not read since.
    ring_is_old: bool,
    keys: BTreeMap<[u8; 32], FoundKey>,
    accounts: BTreeMap<Arc<str>, Arc<Account>>,
    webhooks: BTreeMap<Scope, Arc<Versioned<WebhookSettings>>>,
    switched: BTreeMap<Scope, Arc<[MethodType]>>,
}

impl Entries {
    fn count(&self) -> usize {
        let of_scopes = self.webhooks.len() + self.switched.len();
        self.keys.len() + self.accounts.len() + of_scopes
    }

    fn forget(&mut self) {
        self.keys.clear();
        self.accounts.clear();
        self.webhooks.clear();
        self.switched.clear();
    }
}

/// The cache of one process.
#[derive(Default)]
pub struct Cache {
    entries: Mutex<Entries>,
}

impl Cache {
    fn with<T>(&self, what: impl FnOnce(&mut Entries) -> T) -> T {
        what(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An entry, if entries count now.
    fn fresh<T>(&self, now: u64, what: impl FnOnce(&Entries) -> Option<T>) -> Option<T> {
        self.with(|entries| {
            let polled = entries.polled?;
            (now.saturating_sub(polled) <= FRESH_MS)
                .then(|| what(entries))
                .flatten()
        })
    }

    /// Keeps what was read, unless a poll that began later has seen a change meanwhile.
    fn keep(&self, epoch: u64, what: impl FnOnce(&mut Entries)) {
        self.with(|entries| {
            if entries.epoch == epoch {
                if entries.count() > ENTRIES_MAX {
                    entries.forget();
                }
                what(entries);
            }
        });
    }

    fn epoch(&self) -> u64 {
        self.with(|entries| entries.epoch)
    }

    /// Takes the result of a poll that began at `began`.
    fn polled(&self, epoch: u64, began: u64) {
        self.with(|entries| {
            if entries.epoch != epoch {
                entries.forget();
                entries.epoch = epoch;
                entries.ring_is_old = true;
            }
            entries.polled = Some(began);
        });
    }

    /// True once after each change, until [`Cache::keep_ring_old`].
    fn takes_old_ring(&self) -> bool {
        self.with(|entries| std::mem::take(&mut entries.ring_is_old))
    }

    /// The ring could not be read: the next poll tries again.
    fn keep_ring_old(&self) {
        self.with(|entries| entries.ring_is_old = true);
    }

    /// Forgets everything: this process changed settings itself.
    pub fn forget(&self) {
        self.with(Entries::forget);
    }
}

impl Engine {
    /// Polls the epoch for ever.
    pub(crate) async fn poll_settings(self: Arc<Self>) {
        loop {
            self.poll_once().await;
            self.world.clock.sleep(POLL_MS).await;
        }
    }

    /// One poll. A failed one lets the entries grow stale.
    pub(crate) async fn poll_once(&self) {
        let began = self.world.clock.monotonic_ms();
        match self.world.store.epoch().await {
            Ok(epoch) => self.cache.polled(epoch, began),
            Err(error) => return tracing::warn!(%error, "the settings could not be polled"),
        }
        if !self.cache.takes_old_ring() {
            return;
        }
        if let Err(error) = self.world.ring.reload().await {
            tracing::warn!(%error, "the vault's data keys could not be read");
            self.cache.keep_ring_old();
        }
    }

    /// The key with this hash, wherever it stands.
    pub(crate) async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<FoundKey>, StoreError> {
        let now = self.world.clock.monotonic_ms();
        if let Some(found) = self
            .cache
            .fresh(now, |entries| entries.keys.get(&hash).cloned())
        {
            return Ok(Some(found));
        }
        let epoch = self.cache.epoch();
        let Some(key) = self
            .world
            .store
            .find(None, crate::keys::SPACE, &crate::keys::hex(&hash))
            .await?
        else {
            return Ok(None);
        };
        let record = self
            .world
            .store
            .get(std::slice::from_ref(&key))
            .await?
            .pop()
            .flatten();
        let found = record
            .and_then(|held| ApiKey::from_record(held.record))
            .map(|found| Arc::new((key.scope, found)));
        if let Some(found) = &found {
            self.cache.keep(epoch, |entries| {
                drop(entries.keys.insert(hash, Arc::clone(found)))
            });
        }
        Ok(found)
    }

    /// The version of a request that names none.
    ///
    /// # Errors
    /// 503: the database does not answer.
    pub async fn default_version(&self, scope: &Scope) -> Result<ApiVersion, WireError> {
        let found = self.version_of(scope).await;
        found.map_err(|error| store_error(&error))
    }

    /// The version in which an account is spoken to where nobody names another one.
    pub(crate) async fn version_of(&self, scope: &Scope) -> Result<ApiVersion, StoreError> {
        let account = self.account(scope).await?;
        let kept = account.api_version.as_deref();
        Ok(kept
            .and_then(|text| ApiVersion::parse(text).ok())
            .unwrap_or(NEWEST))
    }

    /// The account of a scope.
    pub(crate) async fn account(&self, scope: &Scope) -> Result<Arc<Account>, StoreError> {
        let now = self.world.clock.monotonic_ms();
        if let Some(found) = self
            .cache
            .fresh(now, |entries| entries.accounts.get(&scope.account).cloned())
        {
            return Ok(found);
        }
        let epoch = self.cache.epoch();
        let own = Scope {
            account: Arc::clone(&scope.account),
            live: false,
        };
        let key = RecordKey::new(&own, Kind::Account, &scope.account);
        let record = self.world.store.get(&[key]).await?.pop().flatten();
        let account = record.and_then(|held| Account::from_record(held.record));
        let account = account.ok_or_else(|| {
            StoreError::Corrupt(format!("account {} has no record", scope.account))
        })?;
        let account = Arc::new(account);
        self.cache.keep(epoch, |entries| {
            drop(
                entries
                    .accounts
                    .insert(Arc::clone(&scope.account), Arc::clone(&account)),
            )
        });
        Ok(account)
    }

    /// How many webhook endpoints a scope has, with the version on which a commit may rely.
    pub(crate) async fn webhook_settings(
        &self,
        scope: &Scope,
        cached: bool,
    ) -> Result<Arc<Versioned<WebhookSettings>>, StoreError> {
        let now = self.world.clock.monotonic_ms();
        let known = self
            .cache
            .fresh(now, |entries| entries.webhooks.get(scope).cloned())
            .filter(|_| cached);
        if let Some(found) = known {
            return Ok(found);
        }
        let epoch = self.cache.epoch();
        let key = RecordKey::new(scope, Kind::WebhookSettings, SETTINGS_ID);
        let record = self.world.store.get(&[key]).await?.pop().flatten();
        let held = record.and_then(|held| {
            let version = held.version;
            WebhookSettings::from_record(held.record).map(|record| Versioned { version, record })
        });
        let none = || WebhookSettings {
            id: SETTINGS_ID.into(),
            ..WebhookSettings::default()
        };
        let held = Arc::new(held.unwrap_or_else(|| Versioned::fresh(none())));
        self.cache.keep(epoch, |entries| {
            drop(entries.webhooks.insert(scope.clone(), Arc::clone(&held)))
        });
        Ok(held)
    }

    /// The types of payment methods that the default configuration of a scope switches on.
    pub(crate) async fn switched(&self, scope: &Scope) -> Result<Arc<[MethodType]>, StoreError> {
        let now = self.world.clock.monotonic_ms();
        let known = |entries: &Entries| entries.switched.get(scope).cloned();
        if let Some(found) = self.cache.fresh(now, known) {
            return Ok(found);
        }
        let epoch = self.cache.epoch();
        let id = MethodConfiguration::default_id(scope);
        let key = RecordKey::new(scope, Kind::MethodConfiguration, &id);
        let record = self.world.store.get(&[key]).await?.pop().flatten();
        let held = record.and_then(|held| MethodConfiguration::from_record(held.record));
        let held = held.unwrap_or_else(|| MethodConfiguration::at_first(scope, self.now()));
        let switched: Arc<[MethodType]> = held.switched().into();
        self.cache.keep(epoch, |entries| {
            drop(
                entries
                    .switched
                    .insert(scope.clone(), Arc::clone(&switched)),
            )
        });
        Ok(switched)
    }
}
