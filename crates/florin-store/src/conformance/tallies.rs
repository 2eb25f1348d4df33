//! Counts that begin anew with each window, and that nobody shares by mistake.

use super::Subject;
use super::fixtures::scope;
use crate::tallies::{Count, TallyKey};
use florin_base::{Millis, Scope};
use futures_util::future::join_all;
use std::future::Future;

/// How many count at once.
const CROWD: u64 = 16;
/// A window ends while a test looks at it once in a long time, and not so often in a row.
const WINDOWS_TRIED: usize = 3;

fn key(name: &str) -> TallyKey {
    TallyKey {
        scope: scope(),
        name: name.to_owned(),
    }
}

async fn tally(store: &Subject, key: &TallyKey, count: Count) -> u64 {
    let tallied = store.tally(key, count).await.expect("an answer");
    assert!(tallied.left_ms >= 0, "{tallied:?}");
    tallied.count
}

async fn window(store: &Subject) -> Millis {
    let key = key("the window");
    let tallied = store.tally(&key, Count::Look).await;
    tallied.expect("an answer").began
}

/// What a test counts within one window. Where the window ended meanwhile it counts anew, under another name.
async fn within_one_window<F: Future<Output = Vec<u64>>>(
    store: &Subject,
    test: impl Fn(Subject, TallyKey) -> F,
) -> Vec<u64> {
    for tried in 0..WINDOWS_TRIED {
        let began = window(store).await;
        let counted = test(store.clone(), key(&format!("{tried}"))).await;
        if window(store).await == began {
            return counted;
        }
    }
    panic!("every window ended");
}

pub async fn each_key_is_counted_by_itself(store: Subject) {
    let counted = within_one_window(&store, |store, own| async move {
        let live = TallyKey {
            scope: Scope {
                live: true,
                ..scope()
            },
            ..own.clone()
        };
        let account = TallyKey {
            scope: Scope::test("acct_two"),
            ..own.clone()
        };
        let name = TallyKey {
            name: format!("{}/another", own.name),
            ..own.clone()
        };
        for key in [&own, &own, &live, &own] {
            tally(&store, key, Count::One).await;
        }
        let mut counted = Vec::new();
        for key in [&own, &live, &account, &name] {
            counted.push(tally(&store, key, Count::Look).await);
        }
        counted
    });
    assert_eq!(counted.await, [3, 1, 0, 0]);
}

pub async fn all_of_many_are_counted(store: Subject) {
    let counted = within_one_window(&store, |store, key| async move {
        let mut all = join_all((0..CROWD).map(|_| tally(&store, &key, Count::One))).await;
        all.sort_unstable();
        all.push(tally(&store, &key, Count::Look).await);
        all
    });
    let expected: Vec<u64> = (1..=CROWD).chain([CROWD]).collect();
    assert_eq!(counted.await, expected);
}

pub async fn a_window_that_is_not_over_is_kept(store: Subject) {
    let counted = within_one_window(&store, |store, key| async move {
        tally(&store, &key, Count::One).await;
        store.purge_tallies().await.expect("an answer");
        vec![tally(&store, &key, Count::Look).await]
    });
    assert_eq!(counted.await, [1]);
}
