//! A heavy load for two processes over one database, and what must be true after it.

use florin_base::{Asset, Millis, Scope, Timestamp};
use florin_domain::changes::{Claim, Job, JobKind, Write};
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::{Entity, Kind, RecordKey};
use florin_store::{Commit, Finish, Store, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How many tasks each process runs.
pub const TASKS: usize = 50;
/// How often each task increments a counter.
pub const ROUNDS: usize = 4;
/// How many counters the tasks fight over.
pub const COUNTERS: usize = 5;
/// How many unique keys everybody tries to take.
pub const KEYS: usize = 30;
/// How many jobs are due.
pub const JOBS: usize = 120;

/// What one process achieved.
#[derive(Debug, Default)]
pub struct Score {
    /// The unique keys that it took.
    pub taken: BTreeSet<String>,
    /// The jobs that it did.
    pub done: BTreeSet<String>,
}

fn scope() -> Scope {
    Scope::test("acct_hammer")
}

fn key(id: &str) -> RecordKey {
    RecordKey::new(&scope(), Kind::Customer, id)
}

fn writing(id: &str, expected: u64) -> Write {
    let record = Customer {
        id: id.into(),
        created: Timestamp(1),
        ..Customer::default()
    };
    Write {
        key: key(id),
        expected,
        version: expected + 1,
        record: record.into(),
        encoded: None,
    }
}

/// Writes an empty record: the start, and a signal between processes.
pub async fn signal(store: &dyn Store, id: &str) {
    let mut commit = Commit::default();
    commit.changes.writes.push(writing(id, 0));
    store.commit(commit).await.expect("a signal");
}

/// Waits for the signal of another process.
pub async fn wait_for(store: &dyn Store, id: &str) {
    for _ in 0..2_000 {
        if store.get(&[key(id)]).await.expect("an answer")[0].is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no signal {id}");
}

/// The counters and the jobs.
pub async fn prepare(store: &dyn Store) {
    let mut commit = Commit::default();
    for counter in 0..COUNTERS {
        commit
            .changes
            .writes
            .push(writing(&format!("cus_{counter}"), 0));
    }
    for index in 0..JOBS {
        commit.changes.jobs.push(Job {
            id: format!("job_{index}"),
            kind: JobKind::Recover,
            scope: scope(),
            due: Millis(1),
            lane: format!("lane_{}", index % 40),
            body: serde_json::json!({}),
        });
    }
    store.commit(commit).await.expect("the start");
}

/// Runs the load of one process.
pub async fn hammer(store: Arc<dyn Store>, process: &str) -> Score {
    let tasks = (0..TASKS).map(|task| {
        let (store, name) = (Arc::clone(&store), format!("{process}_{task}"));
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                increment(
                    &*store,
                    (task + round) % COUNTERS,
                    &format!("txn_{name}_{round}"),
                )
                .await;
            }
            Score {
                taken: take_keys(&*store, &name).await,
                done: do_jobs(&*store).await,
            }
        })
    });
    let mut score = Score::default();
    for task in futures_util::future::join_all(tasks).await {
        let Score { taken, done } = task.expect("a task");
        assert!(
            score.taken.is_disjoint(&taken) && score.done.is_disjoint(&done),
            "{taken:?} {done:?}"
        );
        score.taken.extend(taken);
        score.done.extend(done);
    }
    score
}

async fn increment(store: &dyn Store, counter: usize, transaction: &str) {
    let id = format!("cus_{counter}");
    loop {
        let held = store
            .get(&[key(&id)])
            .await
            .expect("an answer")
            .remove(0)
            .expect("the counter");
        let mut record = Customer::from_record(held.record).expect("a customer");
        let count: u64 = record
            .name
            .as_deref()
            .unwrap_or("0")
            .parse()
            .expect("a number");
        record.name = Some((count + 1).to_string());
        let mut commit = Commit::default();
        let (expected, version) = (held.version, held.version + 1);
        commit.changes.writes.push(Write {
            key: key(&id),
            expected,
            version,
            record: record.into(),
            encoded: None,
        });
        commit
            .changes
            .transactions
            .push((scope(), dollar(transaction)));
        match store.commit(commit).await {
            Ok(_) => return,
            Err(error) => assert_eq!(error, StoreError::Conflict),
        }
    }
}

fn dollar(id: &str) -> Transaction {
    Transaction {
        id: id.to_owned(),
        movement: Movement::Charge,
        source: "ch_1".to_owned(),
        asset: Asset::parse("usd").expect("an asset"),
        created: Timestamp(1),
        available_on: Timestamp(1),
        description: None,
        entries: vec![
            (LedgerAccount::Receivable, 1),
            (LedgerAccount::Available, -1),
        ],
    }
}

async fn take_keys(store: &dyn Store, name: &str) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for index in 0..KEYS {
        let mut commit = Commit::default();
        let unique = format!("o_{index}");
        let target = key(&format!("cus_{name}"));
        commit.changes.claims.push(Claim {
            scope: Some(scope()),
            space: "order",
            key: unique.clone(),
            target,
        });
        match store.commit(commit).await {
            Ok(_) => assert!(taken.insert(unique)),
            // A serializable database may tell of the race before it tells of the key.
            Err(error) => assert!(
                matches!(error, StoreError::Claimed { .. } | StoreError::Conflict),
                "{error:?}"
            ),
        }
    }
    taken
}

/// Leases and finishes until nothing is due. A job done twice could not be finished twice.
async fn do_jobs(store: &dyn Store) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    loop {
        let leased = store
            .lease(florin_store::Wanted::of(&[JobKind::Recover], 3))
            .await
            .expect("a lease");
        if leased.is_empty() {
            return done;
        }
        for taken in leased {
            let finish = Some(Finish {
                job: taken.job.id.clone(),
                fence: taken.fence,
                again: None,
            });
            store
                .commit(Commit {
                    finish,
                    ..Commit::default()
                })
                .await
                .expect("the job is ours");
            assert!(done.insert(taken.job.id));
        }
    }
}

/// What must be true once both processes are done.
pub async fn check(store: &dyn Store, scores: [&Score; 2]) {
    let total = (2 * TASKS * ROUNDS) as u64;
    let mut versions = 0;
    for counter in 0..COUNTERS {
        let held = store
            .get(&[key(&format!("cus_{counter}"))])
            .await
            .expect("an answer")
            .remove(0)
            .expect("a counter");
        let name = Customer::from_record(held.record).and_then(|record| record.name);
        assert_eq!(name, Some((held.version - 1).to_string()));
        versions += held.version - 1;
    }
    assert_eq!(versions, total);
    let balances = store.balances(&scope()).await.expect("balances");
    let amounts: Vec<i64> = balances.iter().map(|balance| balance.amount).collect();
    assert_eq!(amounts, [-(total as i64), total as i64]);
    let [one, other] = scores;
    assert!(one.taken.is_disjoint(&other.taken), "a key was taken twice");
    assert_eq!(one.taken.len() + other.taken.len(), KEYS);
    assert!(one.done.is_disjoint(&other.done), "a job was done twice");
    assert_eq!(one.done.len() + other.done.len(), JOBS);
    assert_eq!(store.jobs(&scope(), 1_000).await, Ok(Vec::new()));
}
