//! Stories of operators: accounts, keys, signing secrets, data keys, deliveries, attempts that a person decides on.
//!
//! Deliberately absent: the command line, and retiring data keys, which waits for half an hour of quiet.

use crate::client::Client;
use florin_base::Scope;
use florin_domain::accounts::AccountPatch;
use florin_engine::attempts::Resolution;
use florin_engine::{AdminError, Engine, KeyRefused, KeyRole, KeyWish};
use florin_store::StoreError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Every command of an operator that the stories perform, by its name in the engine; `take_notices` is the processor's and
/// `rotate` the vault's.
pub const ADMINISTERED: &[&str] = &[
    "account_record",
    "attempts",
    "create_account",
    "create_key",
    "deliveries",
    "ensure_jobs",
    "first_account",
    "is_key_used",
    "list_accounts",
    "list_keys",
    "may_frame",
    "open_attempts",
    "resend",
    "reseal_all",
    "resolve_attempt",
    "revoke_key",
    "roll_key",
    "roll_webhook_secret",
    "rotate",
    "change_account",
    "set_domains",
    "set_fixed_key",
    "take_notices",
];

/// An operator tries something so often.
const TRIES_MAX: u32 = 60;
/// Between two tries, in milliseconds.
const AGAIN_MS: u64 = 900;
/// An ended key opens nothing after so long, in milliseconds.
const ENDED_MS: u64 = 1_000;
/// A rolled key or secret lives on for so long, in seconds.
const OVERLAP_S: i64 = 60;
/// What is listed at once.
const LISTED_MAX: usize = 20;

type Doing<T> = Pin<Box<dyn Future<Output = Result<T, AdminError>> + Send>>;

/// Does something until it is done or refused; the name is counted with what came of it.
async fn insist<T: Send>(
    client: &mut Client,
    name: &'static str,
    what: impl Fn(Arc<Engine>) -> Doing<T>,
) -> Option<T> {
    for _ in 0..TRIES_MAX {
        let done = client.operate(&what).await;
        let status = match &done {
            Some(Ok(_)) => 200,
            Some(Err(AdminError::Missing(_))) => 404,
            _ => 503,
        };
        client
            .scene
            .with(|inner| *inner.answers.entry((name, status)).or_default() += 1);
        match done {
            Some(Ok(done)) => return Some(done),
            Some(Err(AdminError::Missing(_))) => return None,
            _ => client.clock.pause(AGAIN_MS).await,
        }
    }
    None
}

/// One errand of an operator.
pub async fn run_errand(client: &mut Client) {
    match client.random.below(8) {
        0 => keep_keys(client).await,
        1 | 6 | 7 => end_key(client).await,
        2 => rotate(client).await,
        3 => look_at_accounts(client).await,
        4 => resend(client).await,
        _ => decide(client).await,
    }
}

async fn keep_keys(client: &mut Client) {
    let scope = client.scope.clone();
    let make = |engine: Arc<Engine>| -> Doing<String> {
        let scope = scope.clone();
        Box::pin(async move {
            let role = KeyRole::Publishable;
            Ok(engine
                .create_key(&scope, KeyWish::named(role, "a till"), None)
                .await?)
        })
    };
    let made = insist(client, "create_key", make).await;
    let list = |engine: Arc<Engine>| -> Doing<Vec<(String, String)>> {
        let scope = scope.clone();
        Box::pin(async move {
            let listed = engine.list_keys(&scope).await?;
            Ok(listed
                .into_iter()
                .map(|held| (held.key.id.to_string(), held.key.last4))
                .collect())
        })
    };
    let ids = insist(client, "list_keys", list).await.unwrap_or_default();
    let own = made.and_then(|made| {
        let own = ids.iter().find(|(_, last4)| made.ends_with(last4));
        own.map(|(id, _)| (id.clone(), made))
    });
    let Some((id, _)) = client.random.pick(&ids).cloned() else {
        return;
    };
    let roll = |engine: Arc<Engine>| -> Doing<String> {
        let (scope, id) = (scope.clone(), id.clone());
        Box::pin(async move {
            let until = engine
                .world()
                .clock
                .now()
                .timestamp()
                .plus_seconds(OVERLAP_S);
            engine.roll_key(&scope, &id, until).await
        })
    };
    insist(client, "roll_key", roll).await;
    let text = format!("sk_test_fixed_{}", scope.account);
    let usable = client.random.chance(500);
    let fix = |engine: Arc<Engine>| -> Doing<()> {
        let (scope, text) = (scope.clone(), text.clone());
        Box::pin(async move {
            let role = KeyRole::Secret;
            engine.set_fixed_key(&scope, role, &text, usable).await
        })
    };
    insist(client, "set_fixed_key", fix).await;
    if let Some((id, key)) = own {
        name_hosts(client, id, key).await;
    }
}

/// A key names the only host whose pages may hold its frames, or none: then every page may.
async fn name_hosts(client: &mut Client, id: String, key: String) {
    let scope = client.scope.clone();
    let is_named = id.ends_with(|last: char| last.is_ascii_lowercase());
    let domains: Vec<String> = match is_named {
        true => vec!["shop.example".to_owned()],
        false => Vec::new(),
    };
    let set = |engine: Arc<Engine>| -> Doing<()> {
        let (scope, id, domains) = (scope.clone(), id.clone(), domains.clone());
        Box::pin(async move { engine.set_domains(&scope, &id, domains).await })
    };
    if insist(client, "set_domains", set).await.is_none() {
        return;
    }
    client.clock.pause(ENDED_MS).await;
    for (origin, expected) in [
        ("https://shop.example", true),
        ("https://other.example", !is_named),
    ] {
        let look = |engine: Arc<Engine>| -> Doing<bool> {
            // As for fields, which a key may hold that was rolled and has ended meanwhile: what they ask is refused then.
            let key = key.clone();
            Box::pin(async move { Ok(engine.may_frame(&key, origin, None).await?) })
        };
        let told = insist(client, "may_frame", look).await;
        if told == Some(!expected) {
            client.suspect(
                "F23",
                format!("{origin} may hold frames of {id}: {told:?}, a second after it was said"),
            );
        }
    }
}

/// A key is made, used through several processes, and ended: a second later nobody takes it any more.
async fn end_key(client: &mut Client) {
    let scope = client.scope.clone();
    let key = client.fresh_key();
    // Clients of two merchants may have one name.
    let text = format!("sk_test_{}_{}_{key}", scope.account, client.name);
    let make = |engine: Arc<Engine>| -> Doing<()> {
        let (scope, text) = (scope.clone(), text.clone());
        Box::pin(async move {
            engine
                .set_fixed_key(&scope, KeyRole::Secret, &text, true)
                .await
        })
    };
    if insist(client, "set_fixed_key", make).await.is_none() {
        return;
    }
    let mut id = None;
    for _ in 0..4 {
        id = opened(client, &text).await.or(id);
    }
    let Some(id) = id else { return };
    let end = |engine: Arc<Engine>| -> Doing<()> {
        let (scope, id) = (scope.clone(), id.clone());
        Box::pin(async move { engine.revoke_key(&scope, &id).await })
    };
    if insist(client, "revoke_key", end).await.is_none() {
        return;
    }
    client.clock.pause(ENDED_MS).await;
    for _ in 0..4 {
        if opened(client, &text).await.is_some() {
            client.suspect(
                "F23",
                format!("{id} was ended, and opens the API a second later"),
            );
        }
    }
}

/// What a key opens, through any process: the key's id.
async fn opened(client: &mut Client, text: &str) -> Option<String> {
    let key = text.to_owned();
    let ask = |engine: Arc<Engine>| async move { engine.authenticate(&key).await };
    match client.operate(ask).await? {
        Ok(grant) if grant.scope == client.scope => Some(grant.used.id),
        Ok(grant) => {
            let what = format!("a key of {:?} opens {:?}", client.scope, grant.scope);
            client.suspect("I11", what);
            None
        }
        Err(KeyRefused::Unknown | KeyRefused::Expired | KeyRefused::Revoked) => None,
        Err(KeyRefused::Store(_)) => None,
    }
}

/// The vault gets a new data key, and everything is sealed with it.
async fn rotate(client: &mut Client) {
    let keyring = client.keyring.clone();
    let change = |engine: Arc<Engine>| -> Doing<String> {
        let keyring = keyring.clone();
        Box::pin(async move {
            let vault = &engine.world().vault;
            let before = vault.active_key_id();
            let now = engine.world().clock.now();
            match keyring.followed_by(vault).rotate(now).await? {
                true => Ok(before),
                false => Err(AdminError::Store(StoreError::Conflict)),
            }
        })
    };
    let Some(before) = insist(client, "rotate", change).await else {
        return;
    };
    let seal = |engine: Arc<Engine>| -> Doing<usize> {
        Box::pin(async move { Ok(engine.reseal_all().await?) })
    };
    insist(client, "reseal_all", seal).await;
    let look = |engine: Arc<Engine>| -> Doing<bool> {
        let before = before.clone();
        Box::pin(async move { Ok(engine.is_key_used(&before).await?) })
    };
    insist(client, "is_key_used", look).await;
}

async fn look_at_accounts(client: &mut Client) {
    let make = |engine: Arc<Engine>| -> Doing<String> {
        Box::pin(async move {
            let made = engine.create_account("Another shop", "DE", None).await?;
            Ok(made.id.to_string())
        })
    };
    if let Some(id) = insist(client, "create_account", make).await {
        let find = |engine: Arc<Engine>| -> Doing<bool> {
            let id = id.clone();
            Box::pin(async move {
                match engine.account_record(&id).await {
                    Ok(_) => Ok(true),
                    Err(StoreError::Corrupt(_)) => Ok(false),
                    Err(error) => Err(error.into()),
                }
            })
        };
        if insist(client, "account_record", find).await == Some(false) {
            client.suspect("I16", format!("the account {id} was made and is not there"));
        }
    }
    brand(client).await;
    let list = |engine: Arc<Engine>| -> Doing<usize> {
        Box::pin(async move { Ok(engine.list_accounts().await?.len()) })
    };
    insist(client, "list_accounts", list).await;
    let first = |engine: Arc<Engine>| -> Doing<bool> {
        Box::pin(async move { Ok(engine.first_account().await?.is_some()) })
    };
    insist(client, "first_account", first).await;
    let jobs = |engine: Arc<Engine>| -> Doing<()> {
        Box::pin(async move { Ok(engine.ensure_jobs().await?) })
    };
    insist(client, "ensure_jobs", jobs).await;
}

/// A merchant changes its name. Soon every process knows it.
async fn brand(client: &mut Client) {
    let account = client.scope.account.to_string();
    let name = format!("Shop {}", client.random.below(1_000));
    let set = |engine: Arc<Engine>| -> Doing<String> {
        let account = account.clone();
        let patch = AccountPatch {
            name: Some(name.clone()),
            ..AccountPatch::default()
        };
        Box::pin(async move { Ok(engine.change_account(&account, patch).await?.name) })
    };
    if insist(client, "change_account", set).await.is_none() {
        return;
    }
    client.clock.pause(ENDED_MS).await;
    let look = |engine: Arc<Engine>| -> Doing<String> {
        let account = account.clone();
        Box::pin(async move { Ok(engine.account_record(&account).await?.name.clone()) })
    };
    let told = insist(client, "account_record", look).await;
    // Another errand may have given it another name meanwhile, but never the one of the beginning.
    if told.is_some_and(|told| !told.starts_with("Shop ")) {
        client.suspect(
            "F23",
            format!("{account} has its old name a second after it was changed"),
        );
    }
}

/// A delivery is sent once more.
async fn resend(client: &mut Client) {
    let scope = client.scope.clone();
    let list = |engine: Arc<Engine>| -> Doing<Vec<String>> {
        let scope = scope.clone();
        Box::pin(async move {
            let listed = engine.deliveries(&scope, LISTED_MAX).await?;
            let ids = listed
                .into_iter()
                .map(|(delivery, _)| delivery.id.to_string());
            Ok(ids.collect())
        })
    };
    let ids = insist(client, "deliveries", list).await.unwrap_or_default();
    let Some(id) = client.random.pick(&ids).cloned() else {
        return;
    };
    let again = |engine: Arc<Engine>| -> Doing<()> {
        let (scope, id) = (scope.clone(), id.clone());
        Box::pin(async move { engine.resend(&scope, &id).await })
    };
    insist(client, "resend", again).await;
}

/// The signing secret of an endpoint is replaced.
pub async fn roll_secret(client: &mut Client, endpoint: &str) {
    let (scope, id) = (client.scope.clone(), endpoint.to_owned());
    let roll = |engine: Arc<Engine>| -> Doing<String> {
        let (scope, id) = (scope.clone(), id.clone());
        Box::pin(async move { engine.roll_webhook_secret(&scope, &id, OVERLAP_S).await })
    };
    insist(client, "roll_webhook_secret", roll).await;
}

/// A person decides on everything that was put aside.
pub async fn decide(client: &mut Client) {
    let scope = client.scope.clone();
    insist(client, "attempts", |engine| listed(engine, scope.clone())).await;
    let open = |engine: Arc<Engine>| -> Doing<Vec<String>> {
        let scope = scope.clone();
        Box::pin(async move {
            let open = engine.open_attempts(&scope).await?;
            let aside = open.into_iter().filter(|attempt| attempt.alarm().is_some());
            Ok(aside.map(|attempt| attempt.id.to_string()).collect())
        })
    };
    let ids = insist(client, "open_attempts", open)
        .await
        .unwrap_or_default();
    for id in ids {
        // The amount in the processor's book is right: to call the payment declined would be wrong.
        let resolution = match client.random.chance(500) {
            true => Resolution::Approve,
            false => Resolution::Reverse,
        };
        let resolve = |engine: Arc<Engine>| -> Doing<()> {
            let (scope, id) = (scope.clone(), id.clone());
            Box::pin(async move { engine.resolve_attempt(&scope, &id, resolution).await })
        };
        insist(client, "resolve_attempt", resolve).await;
    }
}

fn listed(engine: Arc<Engine>, scope: Scope) -> Doing<usize> {
    Box::pin(async move { Ok(engine.attempts(&scope, LISTED_MAX).await?.len()) })
}
