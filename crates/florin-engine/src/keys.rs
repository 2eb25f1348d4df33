//! Keys of the API: what a request's key opens, and making, rolling and revoking keys.

use crate::Engine;
use crate::cache::FRESH_MS;
use crate::caller::Caller;
use crate::step::{Halt, Step};
use florin_base::{Asset, Id, Scope, Timestamp};
use florin_domain::accounts::{Account, AccountPatch, ApiKey, KeyRole};
use florin_domain::changes::{Changes, Claim};
use florin_domain::transitions::Transition;
use florin_domain::{Entity, Kind, Record, RecordKey, Versioned};
use florin_store::{Commit, ListQuery, Order, StoreError};
use florin_wire::{ErrorType, WireError};
use std::sync::Arc;

/// What a new key is to be.
#[derive(Clone, Debug, Default)]
pub struct KeyWish {
    /// What it may do.
    pub role: KeyRole,
    /// What its owner calls it.
    pub name: Option<String>,
    /// The hosts whose pages may hold its frames; none for every host.
    pub domains: Vec<String>,
}

impl KeyWish {
    /// A key of a role, with a name.
    pub fn named(role: KeyRole, name: &str) -> KeyWish {
        KeyWish {
            role,
            name: Some(name.to_owned()),
            domains: Vec::new(),
        }
    }
}

/// The host of an origin with its port. Browsers leave that of the scheme out.
fn host(origin: &str) -> String {
    let (scheme, host) = origin.split_once("://").unwrap_or(("", origin));
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.ends_with(']'));
    match (has_port, scheme) {
        (false, "https") => format!("{host}:443"),
        (false, "http") => format!("{host}:80"),
        _ => host.to_owned(),
    }
}

/// The space of unique key hashes.
pub const SPACE: &str = "api_key";
/// Random characters of a key after its prefix.
pub const KEY_CHARS: usize = 32;

/// A change that meets another one is decided again so often.
const CONFLICTS_MAX: u32 = 3;
/// Accounts that one list shows: the newest.
const ACCOUNTS_LISTED_MAX: usize = 1_000;
/// Accounts that are read at once where every account is wanted.
const ACCOUNTS_PAGE_MAX: usize = 1_000;

/// The scope in which the installation keeps its list of accounts.
fn directory() -> Scope {
    Scope::test("installation")
}

/// What a key opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The account and mode.
    pub scope: Scope,
    /// What the key may do.
    pub role: KeyRole,
    /// The key, and when it was looked at.
    pub used: UsedKey,
}

/// The key that a request came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedKey {
    /// Its own id.
    pub id: String,
    /// When it was known to be good, by the clock that never goes back.
    pub checked_ms: u64,
}

/// The answer to a request whose key ended before its change was made.
fn ended_meanwhile() -> WireError {
    let message = "The API key of this request ended before the request was carried out. Nothing was changed. Use another key.";
    WireError::new(401, ErrorType::InvalidRequest, message)
}

/// Why a key does not open the API.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyRefused {
    /// Nobody knows it.
    Unknown,
    /// It was rolled, and its time is over.
    Expired,
    /// It was revoked.
    Revoked,
    /// The database could not be asked.
    Store(StoreError),
}

/// Why a command of an operator was not carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum AdminError {
    /// What it names is not there; the text says where to look.
    Missing(String),
    /// The database says no.
    Store(StoreError),
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> AdminError {
        AdminError::Store(error)
    }
}

impl std::fmt::Display for AdminError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AdminError::Missing(why) => f.write_str(why),
            AdminError::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AdminError {}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The prefix of a key: `sk_test_` …
pub fn prefix(role: KeyRole, live: bool) -> &'static str {
    match (role, live) {
        (KeyRole::Secret, false) => "sk_test_",
        (KeyRole::Secret, true) => "sk_live_",
        (KeyRole::Publishable, false) => "pk_test_",
        (KeyRole::Publishable, true) => "pk_live_",
    }
}

/// A key as it is listed.
#[derive(Clone, Debug)]
pub struct ListedKey {
    /// Whose.
    pub scope: Scope,
    /// The record.
    pub key: ApiKey,
}

impl Engine {
    /// What the key of a request opens.
    ///
    /// # Errors
    /// The key is unknown, expired or revoked, or the database does not answer.
    pub async fn authenticate(&self, key: &str) -> Result<Grant, KeyRefused> {
        let hash = self.world.vault.hash_key(key);
        let found = self
            .key_by_hash(hash)
            .await
            .map_err(KeyRefused::Store)?
            .ok_or(KeyRefused::Unknown)?;
        let (scope, record) = &*found;
        if record.revoked.is_some() {
            return Err(KeyRefused::Revoked);
        }
        if !record.is_usable(self.now()) {
            return Err(KeyRefused::Expired);
        }
        Ok(Grant {
            scope: scope.clone(),
            role: record.role,
            used: UsedKey {
                id: record.id.to_string(),
                checked_ms: self.world.clock.monotonic_ms(),
            },
        })
    }

    /// Whether a page of this origin (`https://shop.example`) may hold frames with this key, which has to be a publishable one `of`
    /// an account, and open the API, where that is said. Elsewhere a key that opens nothing may stand anywhere: what asks with it hears why.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn may_frame(
        &self,
        key: &str,
        origin: &str,
        of: Option<&Scope>,
    ) -> Result<bool, StoreError> {
        let found = self.key_by_hash(self.world.vault.hash_key(key)).await?;
        let Some((scope, key)) = found.as_deref() else {
            return Ok(of.is_none());
        };
        let opens = || key.role == KeyRole::Publishable && key.is_usable(self.now());
        let is_own = of.is_none_or(|of| scope == of && opens());
        Ok(is_own && key.may_stand_on(&host(origin)))
    }

    /// Looks once more at the key of a request that was held up: a process that was frozen, or a long line for an object,
    /// must not carry out what a key asked for that ended meanwhile.
    ///
    /// # Errors
    /// The key has ended, or the database does not answer. Nothing was changed.
    pub(crate) async fn check_again(&self, caller: &Caller) -> Result<(), Halt> {
        let Some(used) = &caller.key else {
            return Ok(());
        };
        let waited_ms = self
            .world
            .clock
            .monotonic_ms()
            .saturating_sub(used.checked_ms);
        if waited_ms <= FRESH_MS {
            return Ok(());
        }
        let key = RecordKey::new(&caller.scope, Kind::ApiKey, &used.id);
        let found = self
            .world
            .store
            .get(std::slice::from_ref(&key))
            .await?
            .pop();
        let record = found
            .flatten()
            .and_then(|held| ApiKey::from_record(held.record));
        match record.is_some_and(|key| key.is_usable(self.now())) {
            true => Ok(()),
            false => Err(ended_meanwhile().into()),
        }
    }

    /// The current second.
    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now().timestamp()
    }

    /// A secret of `chars` characters.
    pub fn fresh_secret(&self, chars: usize) -> String {
        let random = Arc::clone(&self.world.random);
        let mut fill = move |bytes: &mut [u8]| random.fill(bytes);
        florin_base::FreshIds::new(self.world.clock.now(), &mut fill).secret(chars)
    }

    /// `req_` and fourteen characters: half of them time, half of them random.
    pub fn fresh_request_id(&self) -> String {
        let mut id = self.fresh_id("req_");
        id.truncate("req_".len() + 14);
        id
    }

    /// A fresh id with a prefix.
    pub fn fresh_id(&self, prefix: &str) -> String {
        let random = Arc::clone(&self.world.random);
        let mut fill = move |bytes: &mut [u8]| random.fill(bytes);
        florin_base::FreshIds::new(self.world.clock.now(), &mut fill).id(prefix)
    }

    /// Makes an account. `id` is fixed for the account of `florin dev`.
    ///
    /// # Errors
    /// The database does not answer, or the id exists.
    pub async fn create_account(
        self: &Arc<Self>,
        name: &str,
        country: &str,
        id: Option<&str>,
    ) -> Result<Account, StoreError> {
        let id = id.map_or_else(|| self.fresh_id("acct_"), str::to_owned);
        let scope = Scope::test(&id);
        let account = Account {
            id: id.as_str().into(),
            created: self.now(),
            name: name.to_owned(),
            country: country.to_owned(),
            default_currency: Asset::parse("usd").unwrap_or_default(),
            ..Account::default()
        };
        let mut changes = Changes::default();
        for scope in [&scope, &directory()] {
            let mut step = Step::new(self, scope, None);
            let (draft, mut context) = step.parts();
            draft.save(
                &mut context,
                &mut Versioned::fresh(account.clone()),
                Transition::AccountCreated,
            );
            changes.then(step.take());
        }
        self.commit_settings(changes).await?;
        Ok(account)
    }

    /// An account.
    ///
    /// # Errors
    /// No such account, or the database does not answer.
    pub async fn account_record(&self, id: &str) -> Result<Arc<Account>, StoreError> {
        self.account(&Scope::test(id)).await
    }

    /// The newest accounts of the installation, the newest first. To be shown, not to be relied on: there may be more
    /// of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        let query = ListQuery::newest(&directory(), Kind::Account, ACCOUNTS_LISTED_MAX);
        self.accounts(&query).await
    }

    /// The first account of the installation, which commands mean when they name none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn first_account(&self) -> Result<Option<Account>, StoreError> {
        let query = ListQuery {
            order: Order::OldestFirst,
            ..ListQuery::newest(&directory(), Kind::Account, 1)
        };
        Ok(self.accounts(&query).await?.pop())
    }

    /// The next page of all accounts, the oldest first; moves the cursor, which begins as `None`. An empty page is the end.
    pub(crate) async fn accounts_behind(
        &self,
        cursor: &mut Option<(Timestamp, String)>,
    ) -> Result<Vec<Account>, StoreError> {
        let query = ListQuery {
            order: Order::OldestFirst,
            after: cursor.take(),
            ..ListQuery::newest(&directory(), Kind::Account, ACCOUNTS_PAGE_MAX)
        };
        let page = self.accounts(&query).await?;
        *cursor = page
            .last()
            .map(|account| (account.created, account.id.to_string()));
        Ok(page)
    }

    async fn accounts(&self, query: &ListQuery) -> Result<Vec<Account>, StoreError> {
        let page = self.world.store.list(query).await?;
        let accounts = page.into_iter().map(|held| held.record);
        Ok(accounts.filter_map(Account::from_record).collect())
    }

    /// Starts the jobs that every installation has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ensure_jobs(self: &Arc<Self>) -> Result<(), StoreError> {
        let mut step = Step::new(self, &directory(), None);
        let (draft, context) = step.parts();
        let due = context.now_real.plus_ms(crate::jobs::PRUNE_EVERY_MS);
        draft.job(
            florin_domain::changes::JobKind::PruneKeys,
            "job_prune_keys".to_owned(),
            due,
            serde_json::json!({}),
        );
        let commit = Commit {
            changes: step.take(),
            must_not_shed: true,
            ..Commit::default()
        };
        self.world.store.commit(commit).await.map(|_| ())
    }

    /// Gives a webhook endpoint a new secret, which is returned; the old one signs too for `overlap_s` seconds.
    ///
    /// # Errors
    /// No such endpoint, or the database does not answer.
    pub async fn roll_webhook_secret(
        self: &Arc<Self>,
        scope: &Scope,
        id: &str,
        overlap_s: i64,
    ) -> Result<String, AdminError> {
        let mut step = Step::new(self, scope, None);
        let roll = crate::operations::RollSecret {
            id: id.to_owned(),
            overlap_s,
        };
        let secret = match roll.decide(&mut step).await {
            Ok(secret) => secret,
            Err(Halt::Store(error)) => return Err(error.into()),
            Err(_) => {
                return Err(AdminError::Missing(format!(
                    "there is no webhook endpoint {id}"
                )));
            }
        };
        self.commit_settings(step.take()).await?;
        Ok(secret)
    }

    /// Makes a key of `florin dev` usable or not. The key is made when it does not exist.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_fixed_key(
        self: &Arc<Self>,
        scope: &Scope,
        role: KeyRole,
        text: &str,
        usable: bool,
    ) -> Result<(), AdminError> {
        let hash = hex(&self.world.vault.hash_key(text));
        let Some(key) = self.world.store.find(None, SPACE, &hash).await? else {
            return match usable {
                true => {
                    self.create_key(scope, KeyWish::named(role, "florin dev"), Some(text))
                        .await?;
                    Ok(())
                }
                false => Ok(()),
            };
        };
        let mut held = self.key_record(&key.scope, &key.id).await?;
        let revoked = (!usable).then(|| self.now());
        if held.record.revoked.is_some() == revoked.is_some() {
            return Ok(());
        }
        held.record.revoked = revoked;
        Ok(self.save_key(&key.scope, held).await?)
    }

    /// Makes a key and returns it: the only time that it is seen. `text` is fixed for `florin dev` on loopback.
    ///
    /// # Errors
    /// The database does not answer, or the very key exists.
    pub async fn create_key(
        self: &Arc<Self>,
        scope: &Scope,
        wish: KeyWish,
        text: Option<&str>,
    ) -> Result<String, StoreError> {
        let text = text.map_or_else(|| self.fresh_key(scope, wish.role), str::to_owned);
        let mut step = Step::new(self, scope, None);
        self.draft_key(&mut step, wish, &text);
        self.commit_settings(step.take()).await?;
        Ok(text)
    }

    fn fresh_key(&self, scope: &Scope, role: KeyRole) -> String {
        let secret = self.fresh_secret(KEY_CHARS);
        format!("{}{secret}", prefix(role, scope.live))
    }

    /// Puts a new key into a draft.
    fn draft_key(&self, step: &mut Step, wish: KeyWish, text: &str) {
        let hash = hex(&self.world.vault.hash_key(text));
        let scope = step.scope().clone();
        let (draft, mut context) = step.parts();
        let mut held = Versioned::fresh(ApiKey {
            id: context.id(),
            created: context.now,
            role: wish.role,
            name: wish.name,
            domains: wish.domains,
            last4: text
                .chars()
                .skip(text.chars().count().saturating_sub(4))
                .collect(),
            hash: hash.clone(),
            ..ApiKey::default()
        });
        draft.save(&mut context, &mut held, Transition::KeyChanged);
        draft.claim(Claim {
            scope: None,
            space: SPACE,
            key: hash,
            target: held.record.key(&scope),
        });
    }

    /// The keys of a scope, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_keys(&self, scope: &Scope) -> Result<Vec<ListedKey>, StoreError> {
        let page = self
            .world
            .store
            .list(&ListQuery::newest(scope, Kind::ApiKey, 100))
            .await?;
        let keys = page
            .into_iter()
            .filter_map(|held| ApiKey::from_record(held.record));
        Ok(keys
            .map(|key| ListedKey {
                scope: scope.clone(),
                key,
            })
            .collect())
    }

    /// Makes a successor of a key; the old one stays usable until `until`. Both happen in one commit: a successor that
    /// nobody was shown must not be left behind.
    ///
    /// # Errors
    /// No such key, or the database does not answer.
    pub async fn roll_key(
        self: &Arc<Self>,
        scope: &Scope,
        id: &str,
        until: Timestamp,
    ) -> Result<String, AdminError> {
        let mut old = self.key_record(scope, id).await?;
        let text = self.fresh_key(scope, old.record.role);
        let mut step = Step::new(self, scope, None);
        let like = KeyWish {
            role: old.record.role,
            name: old.record.name.clone(),
            domains: old.record.domains.clone(),
        };
        self.draft_key(&mut step, like, &text);
        old.record.expires = Some(until);
        let (draft, mut context) = step.parts();
        draft.save(&mut context, &mut old, Transition::KeyChanged);
        self.commit_settings(step.take()).await?;
        Ok(text)
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// No such key, or the database does not answer.
    pub async fn revoke_key(self: &Arc<Self>, scope: &Scope, id: &str) -> Result<(), AdminError> {
        let mut held = self.key_record(scope, id).await?;
        held.record.revoked = Some(self.now());
        Ok(self.save_key(scope, held).await?)
    }

    /// Says on which hosts the frames of a key may stand from now on; none for every host.
    ///
    /// # Errors
    /// No such publishable key, or the database does not answer.
    pub async fn set_domains(
        self: &Arc<Self>,
        scope: &Scope,
        id: &str,
        domains: Vec<String>,
    ) -> Result<(), AdminError> {
        let mut held = self.key_record(scope, id).await?;
        if held.record.role != KeyRole::Publishable {
            let why = format!(
                "{id} is a secret key, which no page holds: only a publishable key names hosts"
            );
            return Err(AdminError::Missing(why));
        }
        held.record.domains = domains;
        Ok(self.save_key(scope, held).await?)
    }

    /// Changes a merchant. Pages that are open look so, too, and the next request is of the new version.
    ///
    /// # Errors
    /// No such account, or the database does not answer.
    pub async fn change_account(
        self: &Arc<Self>,
        account: &str,
        patch: AccountPatch,
    ) -> Result<Account, AdminError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.changed(account, patch.clone()).await {
                Err(AdminError::Store(StoreError::Conflict)) if tries < CONFLICTS_MAX => {}
                done => return done,
            }
        }
    }

    async fn changed(
        self: &Arc<Self>,
        account: &str,
        patch: AccountPatch,
    ) -> Result<Account, AdminError> {
        let scope = Scope::test(account);
        let mut step = Step::new(self, &scope, None);
        let missing = || {
            let why = format!("there is no account {account}; `florin accounts list` shows them");
            AdminError::Missing(why)
        };
        let found = step
            .find::<Account>(account)
            .await
            .map_err(|halt| match halt {
                Halt::Store(error) => AdminError::Store(error),
                _ => missing(),
            })?;
        let mut held = found.ok_or_else(missing)?;
        let before = held.record.clone();
        patch.apply(&mut held.record);
        let (draft, mut context) = step.parts();
        let transition = Transition::AccountUpdated;
        draft.save_with(&mut context, &mut held, transition, Some(before));
        let mut changes = step.take();
        self.plan_fan_out(&scope, &mut changes, false).await?;
        self.commit_settings(changes).await?;
        Ok(held.record)
    }

    async fn key_record(&self, scope: &Scope, id: &str) -> Result<Versioned<ApiKey>, AdminError> {
        let id: Id<ApiKey> = id.into();
        let key = florin_domain::RecordKey::new(scope, Kind::ApiKey, &id);
        let held = self.world.store.get(&[key]).await?.pop().flatten();
        let missing = || {
            AdminError::Missing(format!(
                "there is no key {id}; `florin keys list` shows the keys"
            ))
        };
        let Versioned { version, record } = held.ok_or_else(missing)?;
        let record = ApiKey::from_record(record).ok_or_else(missing)?;
        Ok(Versioned { version, record })
    }

    async fn save_key(
        self: &Arc<Self>,
        scope: &Scope,
        mut held: Versioned<ApiKey>,
    ) -> Result<(), StoreError> {
        let mut step = Step::new(self, scope, None);
        let (draft, mut context) = step.parts();
        draft.save(&mut context, &mut held, Transition::KeyChanged);
        self.commit_settings(step.take()).await
    }

    /// Commits a change of settings, so that every process notices.
    pub(crate) async fn commit_settings(&self, changes: Changes) -> Result<(), StoreError> {
        let commit = Commit {
            changes,
            bumps_epoch: true,
            must_not_shed: true,
            ..Commit::default()
        };
        self.world.store.commit(commit).await?;
        self.cache.forget();
        self.poll_once().await;
        Ok(())
    }
}

/// The record type behind a sum type, or an error that names what was expected.
pub(crate) fn typed<T: Entity>(record: Record) -> Result<T, Halt> {
    T::from_record(record).ok_or_else(|| {
        Halt::Store(StoreError::Corrupt(
            "a record is of another kind".to_owned(),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_its_port() {
        for (origin, expected) in [
            ("https://shop.example", "shop.example:443"),
            ("http://shop.example", "shop.example:80"),
            ("https://shop.example:8443", "shop.example:8443"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:7001", "[::1]:7001"),
        ] {
            assert_eq!(host(origin), expected);
        }
    }
}
