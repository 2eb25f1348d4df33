//! What the server says and how long it takes to say it: nonsense, doubts, bad settings, clocks, silence.

use crate::support::cluster::Cluster;
use crate::support::proxy::Fault;
use crate::{behind_proxy, eventually, migrated, one, scope, several, version, writing};
use florin_store::postgres::{Options, PostgresStore};
use florin_store::{Commit, IdempotencyClaim, Reply, Store, StoreError};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_understands_is_doubt() {
    let cluster = Cluster::shared().await;
    let (store, proxy, _) = behind_proxy(&cluster).await;
    proxy.arm(Fault::WrongAnswer);
    let answers = several(&store).await;
    assert!(!proxy.is_armed());
    assert_eq!(answers, vec![Ok(Vec::new()); 5]);
    for index in 0..5 {
        assert_eq!(version(&store, &format!("cus_{index}")).await, 1);
    }
}

/// Makes the commit of one customer end with this error, as databases of another make do.
async fn ends_with(client: &Client, code: &str, id: &str) {
    let text = format!(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'who knows' USING ERRCODE = '{code}'; END $$;
         CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON customers DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.id = '{id}') EXECUTE FUNCTION fail();"
    );
    client.batch_execute(&text).await.expect("a trap");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_know_itself_leaves_a_doubt() {
    let cluster = Cluster::shared().await;
    for code in ["40003", "08007"] {
        let (store, _proxy, client) = behind_proxy(&cluster).await;
        ends_with(&client, code, "cus_1").await;
        let answer = store.commit(writing("cus_1", 0)).await;
        assert!(
            matches!(answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
        let ours: i64 = one(&client, "SELECT count(*) FROM group_markers WHERE made < 0").await;
        assert_eq!(ours, 1, "{code}: the outcome was looked up");
        store.commit(writing("cus_2", 0)).await.expect("a commit");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_may_lose_what_it_acknowledged_is_refused() {
    let cluster = Cluster::start().await;
    let database = cluster.database().await;
    let client = cluster.client(&database).await;
    for text in [
        "ALTER SYSTEM SET full_page_writes = off",
        "SELECT pg_reload_conf()",
    ] {
        client.batch_execute(text).await.expect("a setting");
    }
    eventually("the setting", async || {
        one::<String>(&client, "SHOW full_page_writes").await == "off"
    })
    .await;
    let options = Options::new(&cluster.config(&database));
    let refused = PostgresStore::open(options.clone()).await.err();
    let why = refused.map(|error| error.to_string()).unwrap_or_default();
    assert!(why.contains("set full_page_writes = on"), "{why}");
    let careless = PostgresStore::open(Options {
        unsafe_no_fsync: true,
        ..options
    });
    assert!(careless.await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_for_a_host_is_part_of_the_deadline() {
    let frozen = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port that never speaks");
    let port = frozen.local_addr().expect("its address").port();
    let options = Options {
        connect_ms: 600_000,
        read_answer_ms: 500,
        ..Options::new(&format!(
            "host=127.0.0.1,127.0.0.1 port={port},{port} user=postgres"
        ))
    };
    // The driver has a patience of its own, so the test has to be far below it.
    let opened = timeout(Duration::from_millis(1_900), PostgresStore::open(options)).await;
    let answer = opened.expect("an answer in time").map(|_| ());
    assert!(
        matches!(answer, Err(StoreError::Unavailable(_))),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markers_of_runs_that_ended_long_ago_are_dropped() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    let made = "INSERT INTO group_markers (run, number, made)
        SELECT 'run_other', number, way * (floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - days * 86400000)
        FROM (VALUES (1, 1, 6), (2, -1, 6), (3, 1, 8), (4, -1, 8)) AS m(number, way, days)";
    client.batch_execute(made).await.expect("markers");
    store.commit(writing("cus_1", 0)).await.expect("a commit");
    let left = "SELECT string_agg(number::text, ',' ORDER BY number) FROM group_markers WHERE run = 'run_other'";
    assert_eq!(one::<String>(&client, left).await, "1,2");
    let age = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - max(made) FROM group_markers WHERE run <> 'run_other'";
    assert!((0..600_000).contains(&one::<i64>(&client, age).await));
}

fn taking(reply: Option<Reply>, is_held: bool) -> Commit {
    let claim = IdempotencyClaim {
        scope: scope(),
        key: "k".to_owned(),
        hash: [7; 32],
        request: "req_1".to_owned(),
        reply,
        is_held,
        attempt: Some("att_1".to_owned()),
    };
    Commit {
        claim: Some(claim),
        ..Commit::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idempotency_keys_age_by_the_databases_clock() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    let age = async |table: &str, ms: i64| {
        let text = format!("UPDATE {table} SET made = made - {ms}");
        client.batch_execute(&text).await.expect("time passes");
    };
    let (day, hour) = (86_400_000, 3_600_000);
    store.commit(taking(None, false)).await.expect("a key");
    age("idempotency_keys", 2 * day).await;
    assert_eq!(store.prune(day, 10).await, Ok(0), "its attempt is open");
    let late = Reply {
        status: 200,
        body: b"late".to_vec(),
        key_id: String::new(),
    };
    let answered = store.commit(taking(Some(late), true)).await;
    answered.expect("a late answer");
    age("idempotency_replies", hour).await;
    assert_eq!(store.prune(day, 10).await, Ok(0), "its answer is fresh");
    age("idempotency_replies", day).await;
    assert_eq!(store.prune(day, 10).await, Ok(1));
    for table in ["idempotency_keys", "idempotency_replies"] {
        let left: i64 = one(&client, &format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_too_new_is_refused() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    let newer = "INSERT INTO schema_migrations (number, made) SELECT max(number) + 1, 1 FROM schema_migrations";
    client.batch_execute(newer).await.expect("a migration");
    assert_eq!(store.migrate().await, Ok(()), "the next release may start");
    client.batch_execute(newer).await.expect("a migration");
    let answer = store.migrate().await;
    assert!(matches!(answer, Err(StoreError::Corrupt(_))), "{answer:?}");
}
