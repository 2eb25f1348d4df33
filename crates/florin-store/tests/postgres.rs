//! PostgreSQL against the suite, and what only it can show: several processes, lost connections, lost answers.

#[path = "postgres/answers.rs"]
mod answers;
#[path = "postgres/copies.rs"]
mod copies;
#[path = "postgres/installation.rs"]
mod installation;
mod support;
#[path = "postgres/transfer.rs"]
mod transfer;

use florin_base::{Asset, Millis, Scope, Timestamp};
use florin_domain::changes::{Floor, Job, JobKind, Write};
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::{Kind, RecordKey};
use florin_store::conformance::{self, Subject};
use florin_store::postgres::{Isolation, Options, PostgresStore};
use florin_store::{Commit, Finish, Store, StoreError, Wanted};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::cluster::Cluster;
use support::hammer::{self, Score};
use support::proxy::{Fault, Proxy};
use tokio_postgres::Client;

const ANOTHER: &str = "FLORIN_TEST_ANOTHER_PROCESS";

fn scope() -> Scope {
    Scope::test("acct_1")
}

fn key(id: &str) -> RecordKey {
    RecordKey::new(&scope(), Kind::Customer, id)
}

fn writing(id: &str, expected: u64) -> Commit {
    let record = Customer {
        id: id.into(),
        created: Timestamp(1),
        ..Customer::default()
    };
    let mut commit = Commit::default();
    commit.changes.writes.push(Write {
        key: key(id),
        expected,
        version: expected + 1,
        record: record.into(),
        encoded: None,
    });
    commit
}

async fn version(store: &PostgresStore, id: &str) -> u64 {
    store.get(&[key(id)]).await.expect("an answer")[0]
        .as_ref()
        .map_or(0, |found| found.version)
}

async fn migrated(options: Options) -> PostgresStore {
    let store = PostgresStore::open(options).await.expect("a connection");
    store.migrate().await.expect("the tables");
    store
}

/// Empties every table, so that one database serves a whole suite.
async fn empty(client: &Client) {
    let tables = "SELECT string_agg(tablename, ', ') FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('epochs', 'schema_migrations')";
    let tables: String = client
        .query_one(tables, &[])
        .await
        .expect("the tables")
        .get(0);
    client
        .batch_execute(&format!("TRUNCATE {tables}"))
        .await
        .expect("empty tables");
}

async fn conforms(isolation: Isolation) {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let options = Options {
        isolation,
        ..Options::new(&cluster.config(&database))
    };
    migrated(options.clone()).await;
    let client = cluster.client(&database).await;
    conformance::run(async || {
        empty(&client).await;
        Arc::new(
            PostgresStore::open(options.clone())
                .await
                .expect("a connection"),
        ) as Subject
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_conforms_under_read_committed() {
    conforms(Isolation::ReadCommitted).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_conforms_under_serializable() {
    conforms(Isolation::Serializable).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_run_by_many_at_once_and_again() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let store = PostgresStore::connect(&config).await.expect("a connection");
    let all = futures_util::future::join_all((0..4).map(|_| store.migrate())).await;
    assert_eq!(all, vec![Ok(()); 4]);
    store
        .commit(Commit {
            bumps_epoch: true,
            ..writing("cus_1", 0)
        })
        .await
        .expect("a commit");
    store.migrate().await.expect("nothing to do");
    assert_eq!(
        (version(&store, "cus_1").await, store.epoch().await),
        (1, Ok(2))
    );
}

async fn two_stores(isolation: Isolation) {
    let cluster = Cluster::shared().await;
    let options = Options {
        isolation,
        ..Options::new(&cluster.config(&cluster.database().await))
    };
    let one = Arc::new(migrated(options.clone()).await);
    let other = Arc::new(PostgresStore::open(options).await.expect("a connection"));
    assert_ne!(one.process(), other.process());
    hammer::prepare(&*one).await;
    let scores = tokio::join!(
        hammer::hammer(one.clone(), "one"),
        hammer::hammer(other, "other")
    );
    hammer::check(&*one, [&scores.0, &scores.1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_share_a_database() {
    two_stores(Isolation::ReadCommitted).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_share_a_serializable_database() {
    two_stores(Isolation::Serializable).await;
}

/// Takes ten from a balance that may fall to -50, until it is told that there is no more.
async fn withdraw(store: &PostgresStore, name: &str) -> usize {
    let mut taken = 0;
    for round in 0.. {
        let usd = Asset::parse("usd").expect("an asset");
        let entries = vec![
            (LedgerAccount::Available, 10),
            (LedgerAccount::Receivable, -10),
        ];
        let transaction = Transaction {
            id: format!("txn_{name}_{round}"),
            movement: Movement::Refund,
            source: "re_1".to_owned(),
            asset: usd,
            created: Timestamp(1),
            available_on: Timestamp(1),
            description: None,
            entries,
        };
        let account = LedgerAccount::Available;
        let floor = Floor {
            scope: scope(),
            account,
            asset: usd,
            at_least: -50,
        };
        let mut commit = Commit::default();
        commit.changes.transactions.push((scope(), transaction));
        commit.changes.floors.push(floor);
        match store.commit(commit).await {
            Ok(_) => taken += 1,
            Err(StoreError::Conflict) => {}
            Err(error) => {
                assert_eq!(error, StoreError::Floor);
                break;
            }
        }
    }
    taken
}

async fn floors_hold(isolation: Isolation) {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let options = Options {
        isolation,
        ..Options::new(&config)
    };
    let one = migrated(options.clone()).await;
    let other = PostgresStore::open(options).await.expect("a connection");
    let names: Vec<String> = (0..8).map(|index| index.to_string()).collect();
    let all = names
        .iter()
        .enumerate()
        .map(|(index, name)| withdraw([&one, &other][index % 2], name));
    let taken: usize = futures_util::future::join_all(all).await.into_iter().sum();
    assert_eq!(taken, 5);
    let balances = one.balances(&scope()).await.expect("balances");
    assert_eq!(
        balances
            .iter()
            .map(|balance| balance.amount)
            .collect::<Vec<_>>(),
        [50, -50]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_holds_across_stores() {
    floors_hold(Isolation::ReadCommitted).await;
    floors_hold(Isolation::Serializable).await;
}

/// The other process of the next test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, started by another test"]
async fn another_process() {
    let config = std::env::var(ANOTHER).expect("started by another test");
    let store = Arc::new(PostgresStore::connect(&config).await.expect("a connection"));
    hammer::signal(&*store, "cus_ready").await;
    hammer::wait_for(&*store, "cus_go").await;
    let score = hammer::hammer(store, "another").await;
    let list =
        |of: std::collections::BTreeSet<String>| of.into_iter().collect::<Vec<_>>().join(",");
    println!("\ntaken={}\ndone={}", list(score.taken), list(score.done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_a_database() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let store = Arc::new(migrated(Options::new(&config)).await);
    hammer::prepare(&*store).await;
    let mut another = Command::new(std::env::current_exe().expect("this program"));
    another
        .args(["--exact", "another_process", "--ignored", "--nocapture"])
        .env(ANOTHER, &config);
    let another = another
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("another process");
    hammer::wait_for(&*store, "cus_ready").await;
    hammer::signal(&*store, "cus_go").await;
    let mine = hammer::hammer(store.clone(), "mine").await;
    let output = tokio::task::spawn_blocking(|| another.wait_with_output())
        .await
        .expect("a thread")
        .expect("its output");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("no {name} in {text}"));
        line.split(',')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    hammer::check(
        &*store,
        [
            &mine,
            &Score {
                taken: list("taken="),
                done: list("done="),
            },
        ],
    )
    .await;
}

/// A store behind a proxy that waits for an answer no longer than a test wants to.
async fn behind_proxy(cluster: &Cluster) -> (PostgresStore, Proxy, Client) {
    let database = cluster.database().await;
    let proxy = Proxy::to(cluster.socket()).await;
    let options = Options {
        commit_answer_ms: 1_500,
        ..Options::new(&cluster.config_on(proxy.port(), &database))
    };
    let store = migrated(options).await;
    store
        .commit(writing("cus_before", 0))
        .await
        .expect("a commit");
    (store, proxy, cluster.client(&database).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_commits_share_few_transactions() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let commits: Vec<_> = (0..400)
        .map(|index| store.commit(writing(&format!("cus_{index}"), 0)))
        .collect();
    let answers = futures_util::future::join_all(commits).await;
    assert!(answers.iter().all(Result::is_ok));
    let groups: i64 = one(
        &cluster.client(&database).await,
        "SELECT count(*) FROM group_markers",
    )
    .await;
    assert!(groups < 200, "{groups}");
}

/// The only value of a question.
async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(client: &Client, text: &str) -> T {
    client.query_one(text, &[]).await.expect("a row").get(0)
}

/// Several commits in one group, so that a doubt is shared.
async fn several(store: &PostgresStore) -> Vec<Result<Vec<florin_store::LeasedJob>, StoreError>> {
    let commits = (0..5).map(|index| store.commit(writing(&format!("cus_{index}"), 0)));
    futures_util::future::join_all(commits).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_did_happen() {
    let cluster = Cluster::shared().await;
    let (store, proxy, _) = behind_proxy(&cluster).await;
    proxy.arm(Fault::LoseAnswer);
    let answers = several(&store).await;
    assert!(!proxy.is_armed());
    assert_eq!(answers, vec![Ok(Vec::new()); 5]);
    for index in 0..5 {
        assert_eq!(version(&store, &format!("cus_{index}")).await, 1);
    }
    store
        .commit(writing("cus_0", 1))
        .await
        .expect("the writer goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_lost_did_not_happen_and_never_will() {
    let cluster = Cluster::shared().await;
    let (store, proxy, client) = behind_proxy(&cluster).await;
    proxy.arm(Fault::LoseCommit);
    let answers = several(&store).await;
    assert!(!proxy.is_armed());
    let failed: Vec<usize> = (0..5).filter(|index| answers[*index].is_err()).collect();
    assert!(!failed.is_empty(), "{answers:?}");
    for (index, answer) in answers.iter().enumerate() {
        assert!(
            matches!(answer, Ok(_) | Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
        assert_eq!(
            version(&store, &format!("cus_{index}")).await,
            u64::from(answer.is_ok())
        );
    }
    let ours = client
        .query_one("SELECT count(*) FROM group_markers WHERE made < 0", &[])
        .await
        .expect("the markers");
    assert_eq!(ours.get::<_, i64>(0), 1);
    for index in failed {
        store
            .commit(writing(&format!("cus_{index}"), 0))
            .await
            .expect("it can be done again");
    }
}

fn send(signal: &str, pid: i32) {
    let sent = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
}

/// The server's process that holds an open transaction.
async fn open_backend(client: &Client) -> i32 {
    let text = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
    client
        .query_one(text, &[])
        .await
        .expect("one open transaction")
        .get(0)
}

async fn eventually(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_true().await {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{what} does not come"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_leaves_a_commit_in_doubt() {
    let cluster = Cluster::shared().await;
    let (store, proxy, client) = behind_proxy(&cluster).await;
    proxy.arm(Fault::HoldCommit);
    let (answer, pid) = tokio::join!(store.commit(writing("cus_1", 0)), async {
        proxy.held().await;
        let pid = open_backend(&client).await;
        send("-STOP", pid);
        proxy.go_on();
        pid
    });
    let doubtful: i64 = one(&client, "SELECT max(number) + 1 FROM group_markers").await;
    send("-CONT", pid);
    assert!(matches!(answer, Err(StoreError::InDoubt(_))), "{answer:?}");
    // Both outcomes are possible now. Once somebody has marked the group, the mark has to tell the truth.
    let marker = format!("SELECT max(made) FROM group_markers WHERE number = {doubtful}");
    eventually("the outcome", async || {
        one::<Option<i64>>(&client, &marker).await.is_some()
    })
    .await;
    let did_commit = one::<i64>(&client, &marker).await > 0;
    assert_eq!(version(&store, "cus_1").await, u64::from(did_commit));
    store
        .commit(writing("cus_2", 0))
        .await
        .expect("the writer goes on");
}

/// Returns once a commit in this database waits for a replica.
async fn waiting_commit(client: &Client) {
    let text = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'SyncRep'";
    eventually("a commit that waits", async || {
        client.query_opt(text, &[]).await.expect("a row").is_some()
    })
    .await;
}

async fn cancel_waits(client: &Client) {
    let text = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    client.batch_execute(text).await.expect("cancelled waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_was_not_waited_for_leaves_a_commit_in_doubt() {
    let cluster = Cluster::start().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    store
        .commit(writing("cus_before", 0))
        .await
        .expect("a commit");
    let client = cluster.client(&database).await;
    let wait_for = async |names: &str| {
        client
            .batch_execute("SET synchronous_commit = local")
            .await
            .expect("a setting");
        client
            .batch_execute(&format!(
                "ALTER SYSTEM SET synchronous_standby_names = '{names}'"
            ))
            .await
            .expect("a setting");
        client
            .batch_execute("SELECT pg_reload_conf()")
            .await
            .expect("a reload");
        eventually("the setting", async || {
            let row = client
                .query_one("SHOW synchronous_standby_names", &[])
                .await
                .expect("the setting");
            row.get::<_, String>(0) == names
        })
        .await;
    };
    wait_for("nobody").await;
    // Commits begin to wait once another process of the server has read the setting too, which no query shows.
    let probe = cluster.client(&database).await;
    let waited = std::sync::atomic::AtomicBool::new(false);
    tokio::join!(
        async {
            while !waited.load(std::sync::atomic::Ordering::Acquire) {
                let change =
                    "CREATE TABLE IF NOT EXISTS probe (n integer); INSERT INTO probe VALUES (1)";
                probe.batch_execute(change).await.expect("a probe");
            }
        },
        async {
            waiting_commit(&client).await;
            waited.store(true, std::sync::atomic::Ordering::Release);
            cancel_waits(&client).await;
        }
    );
    let (answer, ()) = tokio::join!(store.commit(writing("cus_1", 0)), async {
        waiting_commit(&client).await;
        // An operator loses patience: the server now calls the commit a success, with a warning.
        cancel_waits(&client).await;
    });
    assert!(matches!(answer, Err(StoreError::InDoubt(_))), "{answer:?}");
    wait_for("").await;
    eventually("the writer", async || {
        store.commit(Commit::default()).await.is_ok()
    })
    .await;
    assert_eq!(version(&store, "cus_1").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_broke_while_idle_is_replaced() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    store.commit(writing("cus_1", 0)).await.expect("a commit");
    let client = cluster.client(&database).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client
        .batch_execute(end)
        .await
        .expect("the end of all others");
    store
        .commit(writing("cus_1", 1))
        .await
        .expect("a commit on a new connection");
    client
        .batch_execute(end)
        .await
        .expect("the end of all others");
    for _ in 0..8 {
        assert_eq!(version(&store, "cus_1").await, 2);
    }
    assert_eq!(store.health().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_host_serves_when_the_first_is_dead_or_frozen() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let frozen = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port that never speaks");
    let silent = frozen.local_addr().expect("its address").port();
    let (host, port) = cluster.place();
    let config = format!(
        "host=127.0.0.1,127.0.0.1,{host} port=1,{silent},{port} user=postgres dbname={database} target_session_attrs=read-write"
    );
    let store = migrated(Options::new(&config)).await;
    store.commit(writing("cus_1", 0)).await.expect("a commit");
    assert_eq!(version(&store, "cus_1").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_unavailable() {
    let options = Options {
        connect_ms: 300,
        ..Options::new("host=127.0.0.1 port=1 user=postgres")
    };
    let answer = PostgresStore::open(options).await.map(|_| ());
    assert!(
        matches!(answer, Err(StoreError::Unavailable(_))),
        "{answer:?}"
    );
}

fn job(id: &str) -> Job {
    let kind = JobKind::Recover;
    let lane = kind.name().to_owned();
    Job {
        id: id.to_owned(),
        kind,
        scope: scope(),
        due: Millis(1),
        lane,
        body: serde_json::json!({}),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_runs_out_by_the_databases_clock() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    let mut commit = Commit {
        takes_jobs: true,
        ..Commit::default()
    };
    commit.changes.jobs.push(job("job_1"));
    let born = store.commit(commit).await.expect("a commit");
    assert_eq!((born.len(), born[0].fence), (1, 1));
    let left = "SELECT leased_by, leased_until - floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM jobs";
    let row = client.query_one(left, &[]).await.expect("the job");
    assert_eq!(row.get::<_, String>(0), store.process());
    assert!((1..=30_000).contains(&row.get::<_, i64>(1)));
    assert_eq!(
        store.lease(Wanted::of(JobKind::ALL, 1)).await,
        Ok(Vec::new())
    );
    client
        .batch_execute("UPDATE jobs SET leased_until = leased_until - 30000")
        .await
        .expect("time passes");
    let again = store
        .lease(Wanted::of(JobKind::ALL, 1))
        .await
        .expect("a lease");
    assert_eq!((again.len(), again[0].fence), (1, 2));
    let finish = |fence| Commit {
        finish: Some(Finish {
            job: "job_1".to_owned(),
            fence,
            again: None,
        }),
        ..Commit::default()
    };
    assert_eq!(store.commit(finish(1)).await, Err(StoreError::Conflict));
    assert_eq!(store.commit(finish(2)).await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_sheds_what_may_be_shed() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let mut client = cluster.client(&database).await;
    let blocker = client.transaction().await.expect("a transaction");
    blocker
        .batch_execute("LOCK TABLE customers")
        .await
        .expect("a lock");
    let total = florin_base::limits::COMMIT_QUEUE_MAX + 2 * florin_base::limits::COMMIT_GROUP_MAX;
    let waiting: Vec<_> = (0..total)
        .map(|index| store.commit(writing(&format!("cus_{index}"), 0)))
        .collect();
    let settling = store.commit(Commit {
        must_not_shed: true,
        ..writing("cus_settled", 0)
    });
    blocker.rollback().await.expect("the end of the lock");
    let answers = futures_util::future::join_all(waiting).await;
    let shed = answers
        .iter()
        .filter(|answer| matches!(answer, Err(StoreError::Unavailable(_))))
        .count();
    assert!(
        shed > 0 && answers.iter().filter(|answer| answer.is_ok()).count() == total - shed,
        "{shed}"
    );
    assert_eq!(settling.await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zero_bytes_do_no_harm() {
    let cluster = Cluster::shared().await;
    let store = migrated(Options::new(&cluster.config(&cluster.database().await))).await;
    let mut customer = Customer {
        id: "cus_1".into(),
        created: Timestamp(1),
        ..Customer::default()
    };
    (customer.email, customer.name) = (Some("a\0b".to_owned()), Some("a\0b".to_owned()));
    let mut commit = Commit::default();
    let (key_1, record) = (key("cus_1"), customer.clone().into());
    commit.changes.writes.push(Write {
        key: key_1.clone(),
        expected: 0,
        version: 1,
        record,
        encoded: None,
    });
    store.commit(commit).await.expect("a commit");
    let found = store.get(&[key_1, key("cus\0")]).await.expect("an answer");
    assert_eq!(
        found[0].as_ref().map(|found| found.record.clone()),
        Some(customer.into())
    );
    assert_eq!(found[1], None);
    let query = florin_store::ListQuery::newest(&scope(), Kind::Customer, 10).with("email", "a\0b");
    assert_eq!(store.list(&query).await.map(|page| page.len()), Ok(1));
    assert!(matches!(
        store.commit(writing("cus\0", 0)).await,
        Err(StoreError::Corrupt(_))
    ));
}
