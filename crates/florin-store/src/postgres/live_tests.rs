//! What only the inside can show of a real server: the settings of connections, the plans of lists, live migrations.

use super::installation::TAKE;
use super::migrate::apply;
use super::read::listing;
use super::records::by_keys;
use super::session::Session;
use super::target::{Role, Target};
use super::{Isolation, Options, PostgresStore};
use crate::cluster::Cluster;
use crate::schema::MIGRATIONS;
use crate::{Commit, Installation, ListQuery, Store, StoreError};
use florin_base::{Scope, Timestamp};
use florin_domain::changes::Write;
use florin_domain::customers::Customer;
use florin_domain::{Kind, RecordKey};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_postgres::types::ToSql;

/// How long the server may take to count what was written.
const FIGURES_MAX: Duration = Duration::from_secs(60);

async fn shows(target: &Target, role: Role, names: &[&str]) -> Vec<String> {
    let session = target.session(role).await.expect("a connection");
    let mut values = Vec::new();
    for name in names {
        let rows = session.rows(&format!("SHOW {name}"), &[]).await;
        values.push(rows.expect("a setting")[0].get(0));
    }
    values
}

fn target(options: &Options) -> Target {
    Target::new(options, "run_1").expect("a configuration")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_connection_is_set_up_for_its_purpose() {
    let cluster = Cluster::shared().await;
    let target = target(&Options {
        isolation: Isolation::Serializable,
        commit_answer_ms: 1_000,
        read_answer_ms: 3_000,
        ..Options::new(&cluster.config(&cluster.database().await))
    });
    let names = [
        "statement_timeout",
        "lock_timeout",
        "default_transaction_isolation",
        "default_transaction_read_only",
    ];
    let cases = [
        (Role::Writer, ["1500ms", "800ms", "serializable", "off"]),
        (Role::Reader, ["3500ms", "3500ms", "read committed", "on"]),
        (Role::Chores, ["3500ms", "2400ms", "read committed", "off"]),
        (Role::Migration, ["0", "0", "serializable", "off"]),
    ];
    for (role, expected) in cases {
        assert_eq!(shows(&target, role, &names).await, expected, "{role:?}");
        let shared = [
            "idle_in_transaction_session_timeout",
            "client_connection_check_interval",
        ];
        assert_eq!(shows(&target, role, &shared).await, ["2s", "1s"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_wait_for_the_disk_whatever_the_role_says() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    for (asked, given) in [
        ("off", "on"),
        ("local", "on"),
        ("on", "on"),
        ("remote_write", "remote_write"),
        ("remote_apply", "remote_apply"),
    ] {
        let options = Options::new(&format!("{config} options='-c synchronous_commit={asked}'"));
        for role in [Role::Writer, Role::Chores] {
            let shown = shows(&target(&options), role, &["synchronous_commit"]).await;
            assert_eq!(shown, [given], "{asked} for {role:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_gives_up_a_statement_that_nobody_waits_for() {
    let cluster = Cluster::shared().await;
    let target = target(&Options {
        read_answer_ms: 3_000,
        ..Options::new(&cluster.config(&cluster.database().await))
    });
    let session = target.session(Role::Reader).await.expect("a connection");
    let error = session.rows("SELECT pg_sleep(600)", &[]).await.err();
    let code = error.and_then(|error| error.code().map(|code| code.code().to_owned()));
    assert_eq!(code.as_deref(), Some("57014"));
}

/// The most rows that any node of a plan gave or threw away.
fn most_rows(plan: &[String]) -> u64 {
    let rows = plan.iter().filter_map(|line| {
        if let Some((_, removed)) = line.split_once("Rows Removed by Filter: ") {
            return removed.trim().parse().ok();
        }
        let actual = line.split("(actual ").nth(1)?;
        let rows = actual.split("rows=").nth(1)?;
        rows.split(' ').next()?.parse().ok()
    });
    rows.max().expect("a plan with counts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filtered_page_reads_no_more_than_its_rows() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let store = PostgresStore::connect(&config).await.expect("a connection");
    store.migrate().await.expect("the tables");
    let target = target(&Options::new(&config));
    let writer = target.session(Role::Writer).await.expect("a connection");
    let fill = "INSERT INTO deliveries (account, live, id, version, created, endpoint, event, state, body)
        SELECT 'acct_1', 0, 'whd_' || n, 1, n, 'we_' || n / 3000, 'evt_' || n, 'done', '{}' FROM generate_series(1, 9000) n";
    writer.plain(fill).await.expect("deliveries");
    writer.plain("ANALYZE deliveries").await.expect("figures");
    let scope = Scope::test("acct_1");
    let one = ListQuery::newest(&scope, Kind::Delivery, 10).with("endpoint", "we_0");
    let mut two = one.clone();
    two.filters = vec![("endpoint", vec!["we_0".to_owned(), "we_1".to_owned()])];
    for query in [one, two] {
        let asked = listing(&query).expect("a question");
        let params: Vec<&(dyn ToSql + Sync)> = asked.params();
        let text = format!("EXPLAIN (ANALYZE, TIMING off) {}", asked.text);
        let rows = writer.rows(&text, &params).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(most_rows(&plan) <= 21, "{plan:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_values_make_one_page_in_order() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let store = PostgresStore::connect(&config).await.expect("a connection");
    store.migrate().await.expect("the tables");
    let writer = target(&Options::new(&config)).session(Role::Writer).await;
    let writer = writer.expect("a connection");
    let fill = "INSERT INTO tokens (account, live, id, version, created, body) VALUES ('acct_1', 0, 'tok_1', 1, 1, '{}');
        INSERT INTO customers (account, live, id, version, created, email, body)
        SELECT 'acct_1', 0, 'cus_' || n, 1, n, 'mail_' || n % 10, '{\"schema\":1}' FROM generate_series(10, 99) n";
    writer.plain(fill).await.expect("customers");
    // Two values get branches, twice the same counts once, and more than eight are looked up together.
    for (wanted, newest) in [
        (vec![1, 2], ["cus_92", "cus_91", "cus_82"]),
        (vec![3, 3, 1], ["cus_93", "cus_91", "cus_83"]),
        ((0..10).collect(), ["cus_99", "cus_98", "cus_97"]),
    ] {
        let mut query = ListQuery::newest(&Scope::test("acct_1"), Kind::Customer, 3);
        let values = wanted.iter().map(|value| format!("mail_{value}"));
        query.filters = vec![("email", values.collect())];
        let page = store.list(&query).await.expect("a page");
        let ids: Vec<&str> = page.iter().map(|held| held.record.id()).collect();
        assert_eq!(ids, newest, "{wanted:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prepared_key_is_found_by_its_index_in_a_table_that_grew() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let store = PostgresStore::connect(&config).await.expect("a connection");
    store.migrate().await.expect("the tables");
    let target = target(&Options::new(&config));
    let asker = target.session(Role::Chores).await.expect("a connection");
    // The server's own housekeeping stays away, and another table does not stop ours.
    let alone = format!(
        "ALTER TABLE customers SET (autovacuum_enabled = false); ALTER TABLE shelf SET (autovacuum_enabled = false);
         CREATE TABLE \"An Other\" AS SELECT n FROM generate_series(1, 5000) n;
         SET plan_cache_mode = force_generic_plan;
         PREPARE found (text[], bigint[], text[], bigint[]) AS {};
         PREPARE taken (text, bigint, text, bigint) AS {TAKE}",
        by_keys(Kind::Customer)
    );
    asker.plain(&alone).await.expect("prepared statements");
    let asked = [
        (
            "customers",
            "found (ARRAY['acct_1'], ARRAY[0], ARRAY['x_7'], ARRAY[0])",
        ),
        ("shelf", "taken ('acct_1', 0, 'x_7', 0)"),
    ];
    for (_, question) in asked {
        let planned = asker.plain(&format!("EXECUTE {question}")).await;
        planned.expect("a plan for empty tables");
    }
    let fill = "INSERT INTO customers (account, live, id, version, created, body)
        SELECT 'acct_1', 0, 'x_' || n, 1, n, '{}' FROM generate_series(1, 5000) n;
        INSERT INTO shelf (account, live, name, made, key_id, sealed)
        SELECT 'acct_1', 0, 'x_' || n, n, 'dk_1', '' FROM generate_series(1, 5000) n";
    asker.plain(fill).await.expect("rows");
    for (table, question) in asked {
        let known = format!("SELECT reltuples::bigint FROM pg_class WHERE relname = '{table}'");
        let began = Instant::now();
        while asker.rows(&known, &[]).await.expect("a row")[0].get::<_, i64>(0) < 5000 {
            assert!(began.elapsed() < FIGURES_MAX, "{table} is not looked at");
            store.tend().await.expect("figures");
        }
        let text = format!("EXPLAIN (ANALYZE, TIMING off) EXECUTE {question}");
        let rows = asker.rows(&text, &[]).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let key = format!("{table}_pkey");
        assert!(plan.iter().any(|line| line.contains(&key)), "{plan:#?}");
        assert_eq!(most_rows(&plan), 1, "{plan:#?}");
    }
}

/// A second migration that needs its time.
const INDEX: &str = "CREATE INDEX tokens_by_version ON tokens (version)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_does_not_hold_up_writers() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let target = Arc::new(target(&Options::new(&cluster.config(&database))));
    apply(&target, "run_1", MIGRATIONS).await.expect("tables");
    let add = |id: &str| {
        format!(
            "INSERT INTO tokens (account, live, id, version, created, body) VALUES ('acct_1', 0, '{id}', 1, 1, '{{}}')"
        )
    };
    let mut client = cluster.client(&database).await;
    let open = client.transaction().await.expect("a transaction");
    open.batch_execute(&add("tok_1")).await.expect("a token");
    let building = {
        let target = Arc::clone(&target);
        let all = [MIGRATIONS, &[INDEX]].concat();
        tokio::spawn(async move { apply(&target, "run_2", &all).await })
    };
    let watcher = cluster.client(&database).await;
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'";
    loop {
        let row = watcher.query_one(waits, &[]).await.expect("a row");
        if row.get::<_, i64>(0) > 0 || building.is_finished() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let writer = target.session(Role::Writer).await.expect("a connection");
    writer.plain(&add("tok_2")).await.expect("a writer goes on");
    assert!(!building.is_finished());
    open.commit().await.expect("a commit");
    assert_eq!(building.await.expect("a task"), Ok(()));
    let leaders = watcher.query("SELECT 1 FROM schema_leaders", &[]).await;
    assert!(leaders.expect("rows").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_index_is_built_anew() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let target = target(&Options::new(&cluster.config(&database)));
    apply(&target, "run_1", MIGRATIONS).await.expect("tables");
    let client = cluster.client(&database).await;
    let two = "INSERT INTO tokens (account, live, id, version, created, body) VALUES ('acct_1', 0, 'tok_1', 1, 1, '{}'), ('acct_1', 0, 'tok_2', 1, 1, '{}')";
    client.batch_execute(two).await.expect("two tokens");
    let broken = "CREATE UNIQUE INDEX CONCURRENTLY tokens_by_version ON tokens (version)";
    client.batch_execute(broken).await.expect_err("two alike");
    // Somebody led and died long ago, too.
    let dead = "INSERT INTO schema_leaders (name, run, until) VALUES ('migrate', 'run_dead', 1)";
    client.batch_execute(dead).await.expect("a dead leader");
    let all = [MIGRATIONS, &[INDEX]].concat();
    assert_eq!(apply(&target, "run_2", &all).await, Ok(()));
    let good = "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid = 'tokens_by_version'::regclass";
    let row = client.query_one(good, &[]).await.expect("an index");
    assert!(row.get::<_, bool>(0));
}

/// What an older copy wrote, and how it is held: as text, or packed.
async fn forms(store: &PostgresStore, asker: &Session, ids: &[&str]) -> Vec<(bool, bool)> {
    let keys: Vec<RecordKey> = ids
        .iter()
        .map(|id| RecordKey::new(&Scope::test("acct_1"), Kind::Customer, id))
        .collect();
    let held = store.get(&keys).await.expect("an answer");
    assert!(held.iter().all(Option::is_some), "{held:?}");
    let text = "SELECT body <> '', packed IS NOT NULL FROM customers ORDER BY id";
    let rows = asker.rows(text, &[]).await.expect("rows");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn save(store: &PostgresStore, id: &str, expected: u64) {
    let customer = Customer {
        id: id.into(),
        created: Timestamp(1),
        name: Some("Ada".to_owned()),
        ..Customer::default()
    };
    let mut commit = Commit::default();
    commit.changes.writes.push(Write {
        key: RecordKey::new(&Scope::test("acct_1"), Kind::Customer, id),
        expected,
        version: expected + 1,
        record: customer.into(),
        encoded: None,
    });
    store.commit(commit).await.expect("it is committed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_reads_everything_until_the_migration_is_finished() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let target = target(&Options::new(&config));
    apply(&target, "older", &MIGRATIONS[..1])
        .await
        .expect("the tables of before");
    let asker = target.session(Role::Chores).await.expect("a connection");
    // The release of before knew nothing of what it had finished.
    asker
        .plain("DELETE FROM installation; INSERT INTO customers (account, live, id, version, created, body) VALUES ('acct_1', 0, 'cus_1', 1, 1, '{\"name\":\"Ada\"}')")
        .await
        .expect("a row of before");
    let stores = [(); 2].map(|()| PostgresStore::connect(&config));
    let [first, second] = stores;
    let (first, second) = (first.await.expect("a copy"), second.await.expect("a copy"));
    first.migrate().await.expect("the tables of now");
    save(&first, "cus_2", 0).await;
    save(&first, "cus_1", 1).await;
    assert_eq!(
        forms(&first, &asker, &["cus_1", "cus_2"]).await,
        [(true, false); 2]
    );
    first.finish().await.expect("the end of older copies");
    // The other copy learns it with its next poll.
    save(&second, "cus_3", 0).await;
    second.epoch().await.expect("an epoch");
    save(&second, "cus_1", 2).await;
    save(&first, "cus_4", 0).await;
    let ids = ["cus_1", "cus_2", "cus_3", "cus_4"];
    let expected = [(false, true), (true, false), (true, false), (false, true)];
    assert_eq!(forms(&second, &asker, &ids).await, expected);
    let index = "SELECT count(*) FROM pg_indexes WHERE indexname = 'events_once'";
    let left: i64 = asker.rows(index, &[]).await.expect("a count")[0].get(0);
    assert_eq!(left, 0);
    first.finish().await.expect("it may be repeated");
    asker
        .plain("UPDATE installation SET value = '99' WHERE name = 'schema_finished'")
        .await
        .expect("a newer release");
    assert!(matches!(second.epoch().await, Err(StoreError::Corrupt(_))));
}
