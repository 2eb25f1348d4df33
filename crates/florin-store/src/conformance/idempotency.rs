//! Idempotency keys and their replies.

use super::Subject;
use super::fixtures::*;
use crate::commit::{IdempotencyClaim, Reply, SavedClaim};
use florin_base::Scope;

async fn saved(store: &Subject, scope: &Scope, name: &str) -> Option<SavedClaim> {
    store.saved(scope, name).await.expect("an answer")
}

fn finishing(name: &str, request: &str, reply: Reply) -> IdempotencyClaim {
    IdempotencyClaim {
        is_held: true,
        reply: Some(reply),
        ..taking(name, request)
    }
}

pub async fn a_key_is_taken_then_finished(store: Subject) {
    assert_eq!(saved(&store, &scope(), "k").await, None);
    making()
        .idempotent(taking("k", "req_1"))
        .lands(&store)
        .await;
    let open = SavedClaim {
        hash: [7; 32],
        request: "req_1".to_owned(),
        attempt: Some("att_1".to_owned()),
        reply: None,
    };
    assert_eq!(saved(&store, &scope(), "k").await, Some(open.clone()));
    making()
        .idempotent(finishing("k", "req_1", reply(200, b"{}")))
        .lands(&store)
        .await;
    let finished = SavedClaim {
        reply: Some(reply(200, b"{}")),
        ..open
    };
    assert_eq!(saved(&store, &scope(), "k").await, Some(finished));
}

pub async fn a_key_may_be_finished_at_once(store: Subject) {
    let claim = IdempotencyClaim {
        reply: Some(reply(402, b"declined")),
        attempt: None,
        ..taking("k", "req_1")
    };
    making()
        .save(0, customer("cus_1", 1))
        .idempotent(claim)
        .lands(&store)
        .await;
    let found = saved(&store, &scope(), "k").await.expect("the key");
    assert_eq!(
        (found.attempt, found.reply),
        (None, Some(reply(402, b"declined")))
    );
    assert_eq!(version(&store, &key("cus_1")).await, 1);
}

pub async fn a_taken_key_refuses_the_second(store: Subject) {
    making()
        .idempotent(taking("k", "req_1"))
        .lands(&store)
        .await;
    let second = making()
        .save(0, customer("cus_1", 1))
        .idempotent(IdempotencyClaim {
            hash: [9; 32],
            reply: Some(reply(200, b"second")),
            ..taking("k", "req_2")
        });
    second.refused_with(&store, claimed("idempotency")).await;
    let found = saved(&store, &scope(), "k").await.expect("the key");
    assert_eq!(
        (found.hash, found.request, found.reply),
        ([7; 32], "req_1".to_owned(), None)
    );
    assert_eq!(version(&store, &key("cus_1")).await, 0);
}

pub async fn keys_of_scopes_are_apart(store: Subject) {
    let others = [
        scope(),
        Scope {
            live: true,
            ..scope()
        },
        Scope::test("acct_other"),
    ];
    for (index, scope) in others.iter().enumerate() {
        let request = format!("req_{index}");
        let claim = IdempotencyClaim {
            scope: scope.clone(),
            ..taking("k", &request)
        };
        making()
            .idempotent(IdempotencyClaim {
                reply: Some(reply(200, request.as_bytes())),
                ..claim
            })
            .lands(&store)
            .await;
    }
    for (index, scope) in others.iter().enumerate() {
        let found = saved(&store, scope, "k").await.expect("the key");
        assert_eq!(
            found.reply,
            Some(reply(200, format!("req_{index}").as_bytes()))
        );
    }
}

pub async fn a_reply_is_kept_byte_for_byte(store: Subject) {
    let body: Vec<u8> = (0..=255).chain([0, 0, 0xFF, 0xFE]).collect();
    let sealed = Reply {
        status: 500,
        body,
        key_id: "dk_1".to_owned(),
    };
    let claim = IdempotencyClaim {
        reply: Some(sealed.clone()),
        ..taking("k \"'\\ \u{1F980}", "req_1")
    };
    making().idempotent(claim).lands(&store).await;
    assert_eq!(
        saved(&store, &scope(), "k \"'\\ \u{1F980}")
            .await
            .and_then(|found| found.reply),
        Some(sealed)
    );
}

pub async fn a_reply_is_written_once(store: Subject) {
    making()
        .idempotent(taking("k", "req_1"))
        .lands(&store)
        .await;
    making()
        .idempotent(finishing("k", "req_1", reply(200, b"first")))
        .lands(&store)
        .await;
    let second = making().save(0, customer("cus_1", 1)).idempotent(finishing(
        "k",
        "req_1",
        reply(200, b"second"),
    ));
    second.refused_with(&store, claimed("idempotency")).await;
    assert_eq!(
        saved(&store, &scope(), "k")
            .await
            .and_then(|found| found.reply),
        Some(reply(200, b"first"))
    );
    assert_eq!(version(&store, &key("cus_1")).await, 0);
}

/// Long enough to keep whatever a test has just made.
const KEPT_MS: i64 = 3_600_000;
/// By this everything is too old, however the clock moved meanwhile.
const OVER_MS: i64 = -KEPT_MS;

pub async fn old_keys_are_pruned_within_the_limit(store: Subject) {
    for index in 1..=5 {
        let claim = IdempotencyClaim {
            reply: Some(reply(200, b"old")),
            ..taking(&format!("k_{index}"), &format!("req_{index}"))
        };
        making().idempotent(claim).lands(&store).await;
    }
    assert_eq!(store.prune(KEPT_MS, 10).await, Ok(0));
    for left in [3, 1, 0, 0] {
        let gone = store.prune(OVER_MS, 2).await.expect("an answer");
        let mut found = 0;
        for index in 1..=5 {
            let kept = saved(&store, &scope(), &format!("k_{index}")).await;
            found += usize::from(kept.is_some());
        }
        assert_eq!((found, gone <= 2), (left, true));
    }
    making()
        .idempotent(taking("k_1", "req_1"))
        .lands(&store)
        .await;
    assert_eq!(
        saved(&store, &scope(), "k_1")
            .await
            .and_then(|found| found.reply),
        None
    );
    making()
        .idempotent(finishing("k_1", "req_1", reply(200, b"new")))
        .lands(&store)
        .await;
    assert_eq!(
        saved(&store, &scope(), "k_1")
            .await
            .and_then(|found| found.reply),
        Some(reply(200, b"new"))
    );
}

pub async fn open_keys_are_never_pruned(store: Subject) {
    for (name, attempt) in [("waits", Some("att_1".to_owned())), ("idle", None)] {
        let claim = IdempotencyClaim {
            attempt,
            ..taking(name, &format!("req_{name}"))
        };
        making().idempotent(claim).lands(&store).await;
    }
    let other = IdempotencyClaim {
        scope: Scope::test("acct_other"),
        reply: Some(reply(200, b"another's")),
        ..taking("waits", "req_waits")
    };
    making().idempotent(other).lands(&store).await;
    assert_eq!(store.prune(OVER_MS, 10).await, Ok(2));
    assert_eq!(saved(&store, &scope(), "idle").await, None);
    assert_eq!(
        saved(&store, &Scope::test("acct_other"), "waits").await,
        None
    );
    let open = saved(&store, &scope(), "waits").await.expect("the key");
    assert_eq!((open.attempt.as_deref(), open.reply), (Some("att_1"), None));
    let again = making().idempotent(taking("waits", "req_2"));
    again.refused_with(&store, claimed("idempotency")).await;
}
