//! Counts that begin anew with each window, and that nobody shares by mistake.

use super::Subject;
use super::fixtures::scope;
use crate::tallies::{Count, Tallied, TallyKey};
use florin_base::{Millis, Scope};
use futures_util::future::join_all;
use std::future::Future;

/// How many count at once.
const CROWD: u64 = 16;
/// A window ends while a test looks at it once in a long time, and not twice.
const WINDOWS_TRIED: usize = 3;

fn key(name: &str) -> TallyKey {
    TallyKey {
        scope: scope(),
        name: name.to_owned(),
    }
}

async fn tally(store: &Subject, key: &TallyKey, count: Count) -> Tallied {
    store.tally(key, count).await.expect("an answer")
}

/// Repeats a test under another name when its window ended meanwhile.
async fn within_one_window<F: Future<Output = ()>>(store: &Subject, test: impl Fn(String) -> F) {
    for tried in 0..WINDOWS_TRIED {
        let name = format!("window {tried}");
        let began = tally(store, &key(&name), Count::Look).await.began;
        test(name.clone()).await;
        if tally(store, &key(&name), Count::Look).await.began == began {
            return;
        }
    }
    panic!("every window ended");
}

/// Counts as [`Count::Look`] finds them, if the window is still the one that the test began in.
async fn holds(store: &Subject, key: &TallyKey, began: Millis, expected: u64) {
    let found = tally(store, key, Count::Look).await;
    if found.began == began {
        assert_eq!(found.count, expected, "{key:?}");
    }
}

pub async fn each_key_is_counted_by_itself(store: Subject) {
    within_one_window(&store, |name| {
        let store = store.clone();
        async move {
            let own = key(&name);
            let live = TallyKey {
                scope: Scope {
                    live: true,
                    ..scope()
                },
                ..own.clone()
            };
            let other = TallyKey {
                scope: Scope::test("acct_two"),
                ..own.clone()
            };
            let first = tally(&store, &own, Count::One).await;
            assert!(first.left_ms >= 0 && first.count == 1, "{first:?}");
            tally(&store, &own, Count::One).await;
            tally(&store, &live, Count::One).await;
            holds(&store, &own, first.began, 2).await;
            holds(&store, &live, first.began, 1).await;
            holds(&store, &other, first.began, 0).await;
            holds(&store, &key("another"), first.began, 0).await;
        }
    })
    .await;
}

pub async fn all_of_many_are_counted(store: Subject) {
    within_one_window(&store, |name| {
        let store = store.clone();
        async move {
            let key = key(&name);
            let began = tally(&store, &key, Count::Look).await.began;
            let all = join_all((0..CROWD).map(|_| tally(&store, &key, Count::One))).await;
            holds(&store, &key, began, CROWD).await;
            if all.iter().all(|tallied| tallied.began == began) {
                let mut counts: Vec<u64> = all.iter().map(|tallied| tallied.count).collect();
                counts.sort_unstable();
                assert_eq!(counts, (1..=CROWD).collect::<Vec<u64>>());
            }
        }
    })
    .await;
}

pub async fn a_window_that_is_not_over_is_kept(store: Subject) {
    within_one_window(&store, |name| {
        let store = store.clone();
        async move {
            let key = key(&name);
            let first = tally(&store, &key, Count::One).await;
            store.purge_tallies().await.expect("an answer");
            holds(&store, &key, first.began, 1).await;
        }
    })
    .await;
}
