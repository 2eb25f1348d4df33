//! Rotation of data keys and rolling of API keys, each against an installation of its own.
//!
//! The records are written as they are, because what is asked here is about many accounts or about a state that only a
//! race leaves behind. Deliberately absent: the command line and payments with old cards, which the black box shows.

use crate::admin::Door;
use crate::home::{Home, Opening, Place};
use crate::ring::RETIRE_AFTER_MS;
use base64::Engine as _;
use florin_base::{Millis, Scope, Timestamp};
use florin_domain::accounts::{Account, KeyRole};
use florin_domain::cards::VaultCard;
use florin_domain::changes::Write;
use florin_domain::webhooks::{RolledSecret, WebhookEndpoint};
use florin_domain::{Entity, Record, RecordKey};
use florin_engine::KeyWish;
use florin_store::{Commit, IdempotencyClaim, Reply, ShelfKey, Shelved};
use florin_vault::{CardNumber, Expiry, SealContext, SealedCard, SealedSecret};
use serde_json::Value;

/// More accounts than one page of them holds.
const YOUNGER_ACCOUNTS: usize = 1_000;
/// The last second of 2099: younger than any account that a test makes.
const LATER: Timestamp = Timestamp(4_102_444_799);

async fn home() -> Home {
    let opening = Opening::of(Place::Ephemeral);
    Home::open(opening).await.expect("an installation")
}

async fn account(home: &Home, name: &str) -> Scope {
    let account = home.engine.create_account(name, "US", None).await;
    Scope::test(account.expect("an account").id.as_str())
}

async fn rotate(home: &Home) -> Value {
    let door = Door::new(home);
    let answer = door.answer(r#"{"command":"vault_rotate"}"#).await;
    serde_json::from_str(&answer.expect("an answer")).expect("JSON")
}

/// Rotates at a time when whatever was superseded until now may go.
async fn rotate_later(home: &Home) -> Value {
    let now = home.store.now().await.expect("a time");
    let later = now.plus_ms(RETIRE_AFTER_MS);
    Door::new(home).rotate(later).await.expect("an answer")
}

fn named(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().expect("a list");
    rows.iter()
        .map(|row| row.as_str().or(row["id"].as_str()).expect("an id"))
        .collect()
}

/// Writes fresh records as they are.
async fn put(home: &Home, scope: &Scope, records: impl IntoIterator<Item = Record>) {
    let mut commit = Commit::default();
    for record in records {
        commit.changes.writes.push(Write {
            key: RecordKey::new(scope, record.kind(), record.id()),
            expected: 0,
            version: 1,
            record,
            encoded: None,
        });
    }
    home.store.commit(commit).await.expect("it is written");
}

/// Fills a page of accounts behind those that are there.
async fn add_younger_accounts(home: &Home) {
    let younger = (0..YOUNGER_ACCOUNTS).map(|number| {
        Record::from(Account {
            id: format!("acct_{number:04}").as_str().into(),
            created: LATER,
            ..Account::default()
        })
    });
    put(home, &Scope::test("installation"), younger).await;
}

async fn get<T: Entity>(home: &Home, scope: &Scope, id: &str) -> T {
    let key = RecordKey::new(scope, T::KIND, id);
    let mut found = home.store.get(&[key]).await.expect("an answer");
    let held = found.pop().flatten().expect("the record");
    T::from_record(held.record).expect("its kind")
}

fn context<'a>(scope: &'a Scope, record: &'a str) -> SealContext<'a> {
    SealContext {
        account: &scope.account,
        live: scope.live,
        record,
    }
}

/// The card under an id, sealed with the active key.
fn card(home: &Home, scope: &Scope, id: &str) -> VaultCard {
    let number = CardNumber::parse("4242424242424242").expect("a number");
    let expiry = Expiry::new(12, 2049).expect("a date");
    let sealed = home
        .ring
        .vault()
        .seal_card(&context(scope, id), &number, expiry);
    let (key_id, bytes) = sealed.expect("it is sealed").into_parts();
    VaultCard {
        id: id.into(),
        created: Timestamp(1),
        key_id,
        sealed: base64::engine::general_purpose::STANDARD.encode(bytes),
        ..VaultCard::default()
    }
}

/// An endpoint whose secret is sealed with the active key, as before places had names.
fn endpoint(home: &Home, scope: &Scope, id: &str) -> WebhookEndpoint {
    let sealed = home
        .ring
        .vault()
        .seal_secret(&context(scope, id), b"whsec_1");
    let (secret_key_id, bytes) = sealed.expect("it is sealed").into_parts();
    WebhookEndpoint {
        id: id.into(),
        created: Timestamp(1),
        secret: base64::engine::general_purpose::STANDARD.encode(bytes),
        secret_key_id,
        ..WebhookEndpoint::default()
    }
}

fn bytes(text: &str) -> Vec<u8> {
    let decoded = base64::engine::general_purpose::STANDARD.decode(text);
    decoded.expect("base64")
}

/// Shows that a sealed card opens with a key of the ring.
fn card_opens(home: &Home, scope: &Scope, card: &VaultCard) {
    let sealed = SealedCard::from_parts(card.key_id.clone(), bytes(&card.sealed));
    let opened = home
        .ring
        .vault()
        .reseal(&context(scope, card.id()), &sealed);
    opened.expect("the card opens");
}

fn secret_opens(home: &Home, scope: &Scope, endpoint: &WebhookEndpoint) {
    let sealed = SealedSecret::from_parts(endpoint.secret_key_id.clone(), bytes(&endpoint.secret));
    let place = format!("{}/secret", endpoint.id());
    let opened = home
        .ring
        .vault()
        .open_secret(&context(scope, &place), &sealed);
    assert_eq!(&*opened.expect("the secret opens"), b"whsec_1");
}

fn key_ids(home: &Home) -> Vec<String> {
    home.ring
        .vault()
        .keys()
        .into_iter()
        .map(|key| key.id)
        .collect()
}

#[tokio::test]
async fn a_rotation_reaches_every_account() {
    let home = home().await;
    let oldest = Scope {
        live: true,
        ..account(&home, "the oldest").await
    };
    add_younger_accounts(&home).await;
    let youngest = Scope::test(&format!("acct_{:04}", YOUNGER_ACCOUNTS - 1));
    for scope in [&oldest, &youngest] {
        put(&home, scope, [card(&home, scope, "card_1").into()]).await;
        put(&home, scope, [endpoint(&home, scope, "we_1").into()]).await;
    }
    let old = home.ring.vault().active_key_id();
    assert_eq!(rotate(&home).await["resealed"], 4);
    let active = home.ring.vault().active_key_id();
    assert_ne!(active, old);
    assert_eq!(home.engine.is_key_used(&old).await, Ok(false));
    for scope in [&oldest, &youngest] {
        let card: VaultCard = get(&home, scope, "card_1").await;
        assert_eq!(card.key_id, active);
        card_opens(&home, scope, &card);
        let endpoint: WebhookEndpoint = get(&home, scope, "we_1").await;
        assert_eq!(endpoint.secret_key_id, active);
        secret_opens(&home, scope, &endpoint);
    }
}

#[tokio::test]
async fn a_command_without_an_account_means_the_first() {
    let home = home().await;
    let first = account(&home, "the oldest").await;
    add_younger_accounts(&home).await;
    let command =
        r#"{"command":"keys_create","account":null,"live":false,"name":null,"publishable":false}"#;
    let made = Door::new(&home).answer(command).await.expect("a key");
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let grant = home
        .engine
        .authenticate(made["key"].as_str().expect("text"));
    assert_eq!(grant.await.expect("a grant").scope, first);
}

#[tokio::test]
async fn a_key_is_used_while_a_living_endpoint_needs_it() {
    let home = home().await;
    let used = async |id: &str| home.engine.is_key_used(id).await.expect("an answer");
    let key = home.ring.vault().active_key_id();
    let gone = account(&home, "one").await;
    let deleted = WebhookEndpoint {
        deleted: true,
        ..endpoint(&home, &gone, "we_1")
    };
    put(&home, &gone, [deleted.into()]).await;
    assert!(!used(&key).await, "nobody signs for a deleted endpoint");
    let signs = account(&home, "two").await;
    let rolled = RolledSecret {
        secret: String::new(),
        key_id: "dk_rolled".to_owned(),
        until: LATER,
    };
    let living = WebhookEndpoint {
        rolled: Some(rolled),
        ..endpoint(&home, &signs, "we_1")
    };
    put(&home, &signs, [living.into()]).await;
    assert!(used(&key).await && used("dk_rolled").await);
    assert!(!used("dk_another").await);
}

#[tokio::test]
async fn sealing_anew_ends_an_overlap_that_began_during_the_rotation() {
    let home = home().await;
    let scope = account(&home, "one").await;
    let old = home.ring.vault().active_key_id();
    home.ring.rotate(Millis(1)).await.expect("a fresh key");
    let rolled = WebhookEndpoint {
        rolled: Some(RolledSecret {
            secret: String::new(),
            key_id: old.clone(),
            until: LATER,
        }),
        ..endpoint(&home, &scope, "we_1")
    };
    put(&home, &scope, [rolled.into()]).await;
    assert_eq!(home.engine.reseal_all().await, Ok(1));
    let endpoint: WebhookEndpoint = get(&home, &scope, "we_1").await;
    assert_eq!(endpoint.rolled, None);
    secret_opens(&home, &scope, &endpoint);
    assert_eq!(home.engine.is_key_used(&old).await, Ok(false));
}

#[tokio::test]
async fn a_rotation_keeps_the_key_of_a_saved_reply() {
    let home = home().await;
    let old = home.ring.vault().active_key_id();
    let claim = IdempotencyClaim {
        scope: account(&home, "one").await,
        key: "k".to_owned(),
        hash: [7; 32],
        request: "req_1".to_owned(),
        reply: Some(Reply {
            status: 200,
            body: b"sealed".to_vec(),
            key_id: old.clone(),
        }),
        is_held: false,
        attempt: None,
    };
    let commit = Commit {
        claim: Some(claim),
        ..Commit::default()
    };
    home.store.commit(commit).await.expect("it is saved");
    rotate(&home).await;
    let second = rotate_later(&home).await;
    assert_eq!(named(&second["retired"]), Vec::<&str>::new());
    assert_eq!(named(&second["kept"])[0], old);
    // Kept until an hour ahead: everything is too old.
    let kept_ms = -3_600_000;
    home.store.prune(kept_ms, 1).await.expect("it is pruned");
    let third = rotate_later(&home).await;
    assert_eq!(named(&third["retired"])[0], old);
    assert!(!key_ids(&home).contains(&old));
}

#[tokio::test]
async fn a_key_outlives_the_rotation_that_superseded_it() {
    let home = home().await;
    let first = home.ring.vault().active_key_id();
    let answer = rotate(&home).await;
    assert_eq!(named(&answer["kept"]), [first.as_str()]);
    let because = answer["kept"][0]["because"].as_str().expect("a reason");
    assert!(because.contains("less than 30 minutes"), "{because}");
    let second = home.ring.vault().active_key_id();
    // Another rotation at once ends nothing either: a payment may still be under way.
    let answer = rotate(&home).await;
    assert_eq!(named(&answer["retired"]), Vec::<&str>::new());
    assert_eq!(named(&answer["kept"]), [first.as_str(), second.as_str()]);
    let third = home.ring.vault().active_key_id();
    let answer = rotate_later(&home).await;
    assert_eq!(named(&answer["retired"]), [first.as_str(), second.as_str()]);
    assert_eq!(named(&answer["kept"]), [third.as_str()]);
    assert_eq!(key_ids(&home), [third, home.ring.vault().active_key_id()]);
}

#[tokio::test]
async fn a_rotation_keeps_the_key_of_what_lies_on_the_shelf() {
    let home = home().await;
    let old = home.ring.vault().active_key_id();
    let place = ShelfKey {
        scope: Scope::test("acct_1"),
        name: "pm_1".to_owned(),
    };
    let sealed = Shelved {
        key_id: old.clone(),
        bytes: vec![1],
    };
    let put = home.store.shelve(&place, sealed).await;
    put.expect("it is put");
    rotate(&home).await;
    assert_eq!(
        named(&rotate_later(&home).await["retired"]),
        Vec::<&str>::new()
    );
    let taken = home.store.take_shelved(&place).await;
    assert!(taken.expect("an answer").is_some());
    assert_eq!(named(&rotate_later(&home).await["retired"])[0], old);
}

#[tokio::test]
async fn a_full_ring_makes_room_once_its_keys_are_old() {
    let home = home().await;
    let begin = home.store.now().await.expect("a time");
    while home.ring.vault().keys().len() < florin_vault::KEYS_MAX {
        home.ring.rotate(begin).await.expect("room");
    }
    let door = Door::new(&home);
    assert!(door.rotate(begin).await.is_err());
    let answer = door.rotate(begin.plus_ms(RETIRE_AFTER_MS)).await;
    let retired = answer.expect("an answer")["retired"].clone();
    assert_eq!(named(&retired).len(), florin_vault::KEYS_MAX - 1);
    assert_eq!(key_ids(&home).len(), 2);
}

#[tokio::test]
async fn a_key_is_rolled_in_one_commit() {
    let home = home().await;
    let scope = account(&home, "one").await;
    let made = home
        .engine
        .create_key(&scope, KeyWish::named(KeyRole::Secret, "worker"), None);
    let old = made.await.expect("a key");
    let id = home
        .engine
        .authenticate(&old)
        .await
        .expect("a grant")
        .used
        .id;
    let before = home.store.epoch().await.expect("an epoch");
    let rolled = home.engine.roll_key(&scope, &id, LATER).await;
    let successor = rolled.expect("a successor");
    // Each commit of settings moves the epoch by one.
    assert_eq!(home.store.epoch().await, Ok(before + 1));
    let grant = home.engine.authenticate(&successor).await.expect("a grant");
    assert_eq!((&grant.scope, grant.role), (&scope, KeyRole::Secret));
    let keys = home.engine.list_keys(&scope).await.expect("the keys");
    let mut told: Vec<_> = keys
        .iter()
        .map(|listed| (listed.key.expires, listed.key.name.as_deref()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [(None, Some("worker")), (Some(LATER), Some("worker"))]
    );
}
