//! Unique keys.

use super::Subject;
use super::fixtures::*;
use crate::StoreError;
use florin_base::Scope;

pub async fn a_unique_key_is_found_and_taken_once(store: Subject) {
    let first =
        making()
            .save(0, customer("cus_1", 1))
            .claim(Some(&scope()), "order", "o_1", key("cus_1"));
    first.lands(&store).await;
    assert_eq!(
        store.find(Some(&scope()), "order", "o_1").await,
        Ok(Some(key("cus_1")))
    );
    assert_eq!(store.find(Some(&scope()), "order", "o_2").await, Ok(None));
    let second =
        making()
            .save(0, customer("cus_2", 1))
            .claim(Some(&scope()), "order", "o_1", key("cus_2"));
    second.refused_with(&store, claimed("order")).await;
    assert_eq!(
        store.find(Some(&scope()), "order", "o_1").await,
        Ok(Some(key("cus_1")))
    );
    assert_eq!(version(&store, &key("cus_2")).await, 0);
    let twice = making()
        .claim(Some(&scope()), "order", "o_3", key("a"))
        .claim(Some(&scope()), "order", "o_3", key("b"));
    twice.refused_with(&store, claimed("order")).await;
}

pub async fn unique_keys_of_scopes_and_spaces_are_apart(store: Subject) {
    let live = Scope {
        live: true,
        ..scope()
    };
    let other = Scope::test("acct_other");
    for scope in [&scope(), &live, &other] {
        making()
            .claim(Some(scope), "order", "o_1", key_in(scope, "cus_1"))
            .lands(&store)
            .await;
    }
    making()
        .claim(Some(&scope()), "reference", "o_1", key("cus_2"))
        .lands(&store)
        .await;
    for scope in [&scope(), &live, &other] {
        assert_eq!(
            store.find(Some(scope), "order", "o_1").await,
            Ok(Some(key_in(scope, "cus_1")))
        );
    }
    assert_eq!(
        store.find(Some(&scope()), "reference", "o_1").await,
        Ok(Some(key("cus_2")))
    );
    assert_eq!(store.find(Some(&live), "reference", "o_1").await, Ok(None));
    assert_eq!(store.find(None, "order", "o_1").await, Ok(None));
}

pub async fn installation_wide_keys_meet_everywhere(store: Subject) {
    let other = Scope {
        live: true,
        ..Scope::test("acct_other")
    };
    making()
        .claim(None, "api_key", "hash", key_in(&other, "mk_1"))
        .lands(&store)
        .await;
    assert_eq!(
        store.find(None, "api_key", "hash").await,
        Ok(Some(key_in(&other, "mk_1")))
    );
    making()
        .claim(None, "api_key", "hash", key("mk_2"))
        .refused_with(&store, claimed("api_key"))
        .await;
    assert_eq!(store.find(Some(&other), "api_key", "hash").await, Ok(None));
    making()
        .claim(Some(&other), "api_key", "hash", key_in(&other, "mk_3"))
        .lands(&store)
        .await;
}

pub async fn a_refused_commit_gives_its_keys_back(store: Subject) {
    let refused = making()
        .claim(Some(&scope()), "order", "o_1", key("cus_1"))
        .claim(None, "api_key", "k_1", key("cus_1"))
        .idempotent(taking("idem_1", "req_1"))
        .floor(1);
    refused.refused_with(&store, StoreError::Floor).await;
    let again = making()
        .claim(Some(&scope()), "order", "o_1", key("cus_2"))
        .claim(None, "api_key", "k_1", key("cus_2"))
        .idempotent(taking("idem_1", "req_2"));
    again.lands(&store).await;
    assert_eq!(
        store.find(Some(&scope()), "order", "o_1").await,
        Ok(Some(key("cus_2")))
    );
    assert_eq!(
        store
            .saved(&scope(), "idem_1")
            .await
            .map(|saved| saved.map(|saved| saved.request)),
        Ok(Some("req_2".to_owned()))
    );
}

pub async fn a_unique_key_is_taken_once_in_a_commit(store: Subject) {
    let twice = making()
        .claim(Some(&scope()), "order", "o_1", key("cus_1"))
        .claim(Some(&scope()), "order", "o_1", key("cus_2"));
    twice.refused_with(&store, claimed("order")).await;
    assert_eq!(store.find(Some(&scope()), "order", "o_1").await, Ok(None));
}
