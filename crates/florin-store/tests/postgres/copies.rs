//! Several copies over one database: none holds up another, and none reads from a server that was replaced.

use crate::support::cluster::Cluster;
use crate::support::proxy::{Fault, Proxy};
use crate::{behind_proxy, eventually, key, migrated, one, scope, version, writing};
use florin_base::{Asset, Timestamp};
use florin_domain::changes::{Floor, JobKind, Require};
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_store::postgres::{Options, PostgresStore, QUESTIONS_MAX};
use florin_store::{Commit, Store, StoreError, Wanted};
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use tokio_postgres::Client;

/// Returns once somebody in this database waits for a lock.
async fn somebody_waits(client: &Client) {
    let text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("somebody who waits", async || {
        one::<i64>(client, text).await > 0
    })
    .await;
}

fn requiring(mut commit: Commit, ids: &[&str]) -> Commit {
    for id in ids {
        let key = key(id);
        commit.changes.requires.push(Require { key, version: 1 });
    }
    commit
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_froze_does_not_hold_up_the_others() {
    let cluster = Cluster::shared().await;
    let (frozen, proxy, client) = behind_proxy(&cluster).await;
    let database: String = one(&client, "SELECT current_database()").await;
    let other = PostgresStore::open(Options::new(&cluster.config(&database)))
        .await
        .expect("a connection");
    proxy.arm(Fault::HoldCommit);
    let waiting = tokio::spawn(async move { frozen.commit(writing("cus_before", 1)).await });
    proxy.held().await;
    // The frozen copy has the row locked and says nothing more.
    assert_eq!(other.commit(writing("cus_before", 1)).await, Ok(Vec::new()));
    proxy.go_on();
    let answer = waiting.await.expect("a task");
    assert!(
        matches!(
            answer,
            Err(StoreError::InDoubt(_) | StoreError::Unavailable(_))
        ),
        "{answer:?}"
    );
    assert_eq!(version(&other, "cus_before").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_locked_in_one_order_whether_written_or_required() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let patient = migrated(Options::new(&cluster.config(&database))).await;
    let other = PostgresStore::open(Options {
        commit_answer_ms: 1_500,
        ..Options::new(&cluster.config(&database))
    })
    .await
    .expect("a connection");
    for id in ["cus_0", "cus_a", "cus_b"] {
        other.commit(writing(id, 0)).await.expect("a customer");
    }
    let mut client = cluster.client(&database).await;
    let blocker = client.transaction().await.expect("a transaction");
    let lock = "SELECT 1 FROM customers WHERE id = 'cus_0' FOR UPDATE";
    blocker.batch_execute(lock).await.expect("a lock");
    let waiting = tokio::spawn(async move {
        let commit = requiring(writing("cus_b", 1), &["cus_0", "cus_a"]);
        patient.commit(commit).await
    });
    somebody_waits(&cluster.client(&database).await).await;
    // It waits for the first of its keys, so it holds none of those behind it.
    let commit = requiring(writing("cus_a", 1), &["cus_b"]);
    assert_eq!(other.commit(commit).await, Ok(Vec::new()));
    blocker.rollback().await.expect("the end of the lock");
    assert!(waiting.await.expect("a task").is_err());
}

/// Moves a dollar between the same two balances as all others do.
fn moving(id: &str) -> Commit {
    let entries = vec![
        (LedgerAccount::Available, 100),
        (LedgerAccount::Receivable, -100),
    ];
    let transaction = Transaction {
        id: id.to_owned(),
        movement: Movement::Refund,
        source: "re_1".to_owned(),
        asset: Asset::parse("usd").expect("an asset"),
        created: Timestamp(1),
        available_on: Timestamp(1),
        description: None,
        entries,
    };
    let mut commit = Commit::default();
    commit.changes.transactions.push((scope(), transaction));
    commit
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_and_additions_lock_balances_in_one_order() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let client = cluster.client(&database).await;
    // A deadlock that is broken after a second would hide here.
    let late = format!("ALTER DATABASE {database} SET deadlock_timeout = '60s'");
    client.batch_execute(&late).await.expect("a setting");
    let other = Arc::new(migrated(Options::new(&cluster.config(&database))).await);
    other.commit(moving("txn_0")).await.expect("both balances");
    let proxy = Proxy::to(cluster.socket()).await;
    let floored = PostgresStore::open(Options {
        commit_answer_ms: 3_000,
        ..Options::new(&cluster.config_on(proxy.port(), &database))
    })
    .await
    .expect("a connection");
    let mut commit = moving("txn_1");
    commit.changes.floors.push(Floor {
        scope: scope(),
        account: LedgerAccount::Receivable,
        asset: Asset::parse("usd").expect("an asset"),
        at_least: -1_000,
    });
    proxy.arm(Fault::HoldCommit);
    let first = tokio::spawn(async move { floored.commit(commit).await });
    proxy.held().await;
    let store = Arc::clone(&other);
    let second = tokio::spawn(async move { store.commit(moving("txn_2")).await });
    somebody_waits(&client).await;
    proxy.go_on();
    assert_eq!(second.await.expect("a task"), Ok(Vec::new()));
    assert_eq!(first.await.expect("a task"), Ok(Vec::new()));
    let amounts: Vec<i64> = other
        .balances(&scope())
        .await
        .expect("balances")
        .iter()
        .map(|balance| balance.amount)
        .collect();
    assert_eq!(amounts, [300, -300]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pulse_and_chores_do_not_wait_behind_a_slow_question() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let options = Options {
        readers: 1,
        read_answer_ms: 60_000,
        ..Options::new(&cluster.config(&database))
    };
    let store = Arc::new(migrated(options).await);
    assert_eq!(version(&store, "cus_1").await, 0);
    let mut client = cluster.client(&database).await;
    let blocker = client.transaction().await.expect("a transaction");
    let lock = "LOCK TABLE customers";
    blocker.batch_execute(lock).await.expect("a lock");
    let ask = || {
        let store = Arc::clone(&store);
        async move { store.get(&[key("cus_1")]).await.map(|found| found.len()) }
    };
    let slow = tokio::spawn(ask());
    somebody_waits(&cluster.client(&database).await).await;
    assert_eq!(store.epoch().await, Ok(1));
    assert_eq!(store.health().await, Ok(()));
    let wanted = Wanted::of(JobKind::ALL, 1);
    assert_eq!(store.lease(wanted).await, Ok(Vec::new()));
    assert_eq!(store.prune(1, 1).await, Ok(0));
    assert!(!slow.is_finished());
    // One question is under way already; one of these finds no room.
    let mut many: Vec<_> = (0..QUESTIONS_MAX).map(|_| Box::pin(ask())).collect();
    let mut early = Vec::new();
    for question in &mut many {
        let asked = poll_fn(|context| Poll::Ready(question.as_mut().poll(context))).await;
        early.push(asked);
    }
    let last = early.pop().expect("an answer");
    assert!(
        matches!(last, Poll::Ready(Err(StoreError::Unavailable(_)))),
        "{last:?}"
    );
    assert!(early.iter().all(Poll::is_pending));
    many.pop();
    blocker.rollback().await.expect("the end of the lock");
    assert_eq!(slow.await.expect("a task"), Ok(1));
    let answers = futures_util::future::join_all(many).await;
    assert_eq!(answers, vec![Ok(1); QUESTIONS_MAX - 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settling_that_found_no_time_comes_next() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let options = Options {
        commit_answer_ms: 1_000,
        ..Options::new(&cluster.config(&database))
    };
    let store = migrated(options).await;
    let locked = ["cus_0", "cus_1", "cus_2"];
    for id in locked {
        store.commit(writing(id, 0)).await.expect("a customer");
    }
    let mut client = cluster.client(&database).await;
    let blocker = client.transaction().await.expect("a transaction");
    let lock = "SELECT 1 FROM customers FOR UPDATE";
    blocker.batch_execute(lock).await.expect("locks");
    let stuck = locked.iter().map(|id| writing(id, 1));
    let free = (3..8).map(|index| writing(&format!("cus_{index}"), 0));
    let all = stuck.chain(free).map(|commit| {
        store.commit(Commit {
            must_not_shed: true,
            ..commit
        })
    });
    let answers = futures_util::future::join_all(all).await;
    for stuck in &answers[..3] {
        assert!(
            matches!(stuck, Err(StoreError::Unavailable(_))),
            "{stuck:?}"
        );
    }
    assert_eq!(answers[3..], vec![Ok(Vec::new()); 5]);
    blocker.rollback().await.expect("the end of the locks");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoiled_group_is_halved() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    store.commit(moving("txn_1")).await.expect("a transaction");
    let mut client = cluster.client(&database).await;
    let blocker = client.transaction().await.expect("a transaction");
    let lock = "LOCK TABLE customers";
    blocker.batch_execute(lock).await.expect("a lock");
    let commits: Vec<_> = (0..64)
        .map(|index| {
            let commit = match index {
                40 => moving("txn_1"),
                _ => Commit::default(),
            };
            let mut writing = writing(&format!("cus_{index}"), 0);
            writing.changes.transactions = commit.changes.transactions;
            store.commit(writing)
        })
        .collect();
    blocker.rollback().await.expect("the end of the lock");
    let answers = futures_util::future::join_all(commits).await;
    for (index, answer) in answers.into_iter().enumerate() {
        let expected = match index {
            40 => Err(StoreError::Conflict),
            _ => Ok(Vec::new()),
        };
        assert_eq!(answer, expected, "{index}");
    }
    let client = cluster.client(&database).await;
    let groups: i64 = one(&client, "SELECT max(number) FROM group_markers").await;
    assert!(groups < 40, "{groups}");
}

/// Two servers of which the second will take over, and a store that knows both.
async fn two_servers() -> (Cluster, Cluster, PostgresStore, String) {
    let (old, new) = (Cluster::start().await, Cluster::start().await);
    let database = old.database().await;
    let made = format!("CREATE DATABASE {database}");
    let client = new.client("postgres").await;
    client.batch_execute(&made).await.expect("a database");
    migrated(Options::new(&new.config(&database))).await;
    let ((one, port), (other, same)) = (old.place(), new.place());
    let config = format!("host={one},{other} port={port},{same} user=postgres dbname={database}");
    let store = migrated(Options::new(&config)).await;
    (old, new, store, database)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_follow_the_writer_to_another_server() {
    let (old, _new, store, database) = two_servers().await;
    store.commit(writing("cus_old", 0)).await.expect("a commit");
    for _ in 0..8 {
        assert_eq!(version(&store, "cus_old").await, 1);
    }
    // The old server lives on and answers those who are connected, but it is lost to the writer.
    let client = old.client(&database).await;
    let admin = old.client("postgres").await;
    let shut = format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false");
    admin.batch_execute(&shut).await.expect("no way in");
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'";
    assert_eq!(one::<i64>(&client, end).await, 1);
    store.commit(writing("cus_new", 0)).await.expect("a commit");
    for _ in 0..8 {
        assert_eq!(version(&store, "cus_new").await, 1);
        assert_eq!(version(&store, "cus_old").await, 0);
    }
    let there: i64 = one(&client, "SELECT count(*) FROM customers").await;
    assert_eq!(there, 1);
}
