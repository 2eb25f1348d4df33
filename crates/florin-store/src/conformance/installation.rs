//! Texts that nobody overwrites unseen, and a shelf that gives each thing once.

use super::Subject;
use super::fixtures::{making, reply, scope, taking};
use crate::StoreError;
use crate::commit::{IdempotencyClaim, Reply};
use crate::installation::{SHELVED_BYTES_MAX, ShelfKey, Shelved};
use florin_base::Scope;
use futures_util::future::join_all;

/// How many ask at once.
const CROWD: usize = 16;

async fn text(store: &Subject) -> Option<String> {
    store.text("ring").await.expect("an answer")
}

async fn replaces(store: &Subject, expected: Option<&str>, value: &str) -> bool {
    let replaced = store.replace_text("ring", expected, value).await;
    replaced.expect("an answer")
}

fn place(name: &str) -> ShelfKey {
    ShelfKey {
        scope: scope(),
        name: name.to_owned(),
    }
}

fn sealed(bytes: &[u8]) -> Shelved {
    Shelved {
        key_id: "dk_1".to_owned(),
        bytes: bytes.to_vec(),
    }
}

async fn shelve(store: &Subject, key: &ShelfKey, bytes: &[u8]) {
    let put = store.shelve(key, sealed(bytes)).await;
    put.expect("it is put");
}

async fn taken(store: &Subject, key: &ShelfKey) -> Option<Shelved> {
    store.take_shelved(key).await.expect("an answer")
}

pub async fn a_text_is_replaced_by_whoever_knows_it(store: Subject) {
    assert_eq!(text(&store).await, None);
    assert!(!replaces(&store, Some("first"), "second").await);
    assert_eq!(text(&store).await, None);
    assert!(replaces(&store, None, "first").await);
    assert!(!replaces(&store, None, "another first").await);
    assert!(!replaces(&store, Some("another first"), "second").await);
    assert_eq!(text(&store).await.as_deref(), Some("first"));
    assert!(replaces(&store, Some("first"), "second").await);
    assert!(!replaces(&store, Some("first"), "third").await);
    assert_eq!(text(&store).await.as_deref(), Some("second"));
    assert_eq!(store.text("another").await, Ok(None));
}

pub async fn a_replaced_text_bumps_the_epoch_and_a_refused_one_does_not(store: Subject) {
    let began = store.epoch().await.expect("an epoch");
    let since = async || store.epoch().await.expect("an epoch") - began;
    assert!(replaces(&store, None, "first").await);
    assert_eq!(since().await, 1);
    assert!(!replaces(&store, None, "another").await);
    assert!(!replaces(&store, Some("another"), "second").await);
    assert_eq!(since().await, 1);
    assert!(replaces(&store, Some("first"), "second").await);
    assert_eq!(since().await, 2);
}

pub async fn one_of_many_replaces_a_text(store: Subject) {
    for expected in [None, Some("old")] {
        if expected.is_some() {
            let now = text(&store).await;
            assert!(replaces(&store, now.as_deref(), "old").await);
        }
        let values: Vec<String> = (0..CROWD).map(|number| format!("new {number}")).collect();
        let tries = values.iter().map(|value| replaces(&store, expected, value));
        let won = join_all(tries).await;
        let winners: Vec<&String> = values
            .iter()
            .zip(&won)
            .filter_map(|(value, won)| won.then_some(value))
            .collect();
        assert_eq!(winners.len(), 1, "{won:?}");
        assert_eq!(text(&store).await.as_ref(), Some(winners[0]));
    }
}

pub async fn a_text_is_kept_whole(store: Subject) {
    let long = "{\"ring\":\"ä'\\%_\"}".repeat(2_000);
    assert!(replaces(&store, None, &long).await);
    assert_eq!(text(&store).await.as_deref(), Some(long.as_str()));
    assert!(!replaces(&store, Some(&long[..long.len() - 1]), "x").await);
    assert!(replaces(&store, Some(&long), "x").await);
}

pub async fn a_saved_reply_uses_its_key(store: Subject) {
    let sealed = Reply {
        key_id: "dk_1".to_owned(),
        ..reply(200, b"sealed")
    };
    let uses = async |key_id: &str| store.uses_key(key_id).await.expect("an answer");
    assert!(!uses("dk_1").await);
    for (name, reply) in [("open", reply(200, b"in clear")), ("sealed", sealed)] {
        let claim = IdempotencyClaim {
            reply: Some(reply),
            ..taking(name, &format!("req_{name}"))
        };
        making().idempotent(claim).lands(&store).await;
    }
    assert!(uses("dk_1").await);
    assert!(!uses("dk_2").await && !uses("").await);
}

pub async fn shelved_bytes_are_taken_once(store: Subject) {
    let key = place("pm_1");
    assert_eq!(taken(&store, &key).await, None);
    shelve(&store, &key, &[0, 159, 255]).await;
    let uses = async |key_id: &str| store.uses_key(key_id).await.expect("an answer");
    assert!(uses("dk_1").await && !uses("dk_2").await);
    assert_eq!(taken(&store, &key).await, Some(sealed(&[0, 159, 255])));
    assert_eq!(taken(&store, &key).await, None);
    assert!(!uses("dk_1").await);
}

pub async fn shelved_bytes_may_be_put_anew(store: Subject) {
    let key = place("pm_1");
    shelve(&store, &key, b"first").await;
    shelve(&store, &key, b"second").await;
    assert_eq!(taken(&store, &key).await, Some(sealed(b"second")));
    assert_eq!(taken(&store, &key).await, None);
}

pub async fn scopes_do_not_meet_on_the_shelf(store: Subject) {
    let live = ShelfKey {
        scope: Scope {
            live: true,
            ..scope()
        },
        ..place("pm_1")
    };
    let other = ShelfKey {
        scope: Scope::test("acct_two"),
        ..place("pm_1")
    };
    shelve(&store, &place("pm_1"), b"test").await;
    assert_eq!(taken(&store, &live).await, None);
    assert_eq!(taken(&store, &other).await, None);
    assert_eq!(taken(&store, &place("pm_2")).await, None);
    shelve(&store, &live, b"live").await;
    assert_eq!(taken(&store, &place("pm_1")).await, Some(sealed(b"test")));
    assert_eq!(taken(&store, &live).await, Some(sealed(b"live")));
}

pub async fn one_of_many_takes_shelved_bytes(store: Subject) {
    let key = place("pm_1");
    shelve(&store, &key, b"once").await;
    let all = join_all((0..CROWD).map(|_| taken(&store, &key))).await;
    let found: Vec<Shelved> = all.into_iter().flatten().collect();
    assert_eq!(found, [sealed(b"once")]);
}

pub async fn the_shelf_takes_no_long_values(store: Subject) {
    let key = place("pm_1");
    let put = store
        .shelve(&key, sealed(&vec![7; SHELVED_BYTES_MAX + 1]))
        .await;
    assert!(matches!(put, Err(StoreError::Corrupt(_))), "{put:?}");
    shelve(&store, &key, &vec![7; SHELVED_BYTES_MAX]).await;
    assert!(taken(&store, &key).await.is_some());
}

pub async fn fresh_bytes_are_not_purged(store: Subject) {
    shelve(&store, &place("pm_1"), b"fresh").await;
    assert_eq!(store.purge_shelf().await, Ok(0));
    assert!(taken(&store, &place("pm_1")).await.is_some());
    // All processes of an installation go by this clock, so it has to go.
    let now = store.now().await.expect("a time");
    assert!(store.now().await.expect("a time") >= now && now.0 > 0);
}
