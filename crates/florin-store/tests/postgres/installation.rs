//! Texts and the shelf in a real database: several processes, lost answers, the clock of the database, a crash.

use crate::support::cluster::Cluster;
use crate::support::hammer;
use crate::{eventually, migrated, one, scope};
use florin_store::installation::{SHELVED_MAX, SHELVED_MS};
use florin_store::postgres::{Options, PostgresStore};
use florin_store::tallies::TALLY_WINDOW_MS;
use florin_store::{Count, Installation, ShelfKey, Shelved, Store, StoreError, Tallies, TallyKey};
use std::process::{Child, Command, Stdio};
use tokio_postgres::Client;

const MAKER: &str = "FLORIN_TEST_RING_MAKER";
const NUMBER: &str = "FLORIN_TEST_RING_MAKER_NUMBER";
/// How many processes make the ring at once.
const MAKERS: usize = 3;
/// How many rings they make.
const RINGS: usize = 20;
/// How often each process counts.
const COUNTS: usize = 25;

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

/// Adds one to a text that holds a number, as whoever changes the ring does.
async fn count(store: &PostgresStore) {
    loop {
        let held = store.text("count").await.expect("an answer");
        let number: usize = held
            .as_deref()
            .map_or(0, |text| text.parse().expect("a number"));
        let next = (number + 1).to_string();
        let replaced = store.replace_text("count", held.as_deref(), &next).await;
        if replaced.expect("an answer") {
            return;
        }
    }
}

/// One of the processes of the next test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, started by another test"]
async fn a_maker_of_rings() {
    let config = std::env::var(MAKER).expect("started by another test");
    let me = std::env::var(NUMBER).expect("started by another test");
    let store = PostgresStore::connect(&config).await.expect("a connection");
    hammer::signal(&store, &format!("cus_ready_{me}")).await;
    hammer::wait_for(&store, "cus_go").await;
    for ring in 0..RINGS {
        let name = format!("ring_{ring}");
        let mine = format!("made by {me}");
        let made = store.replace_text(&name, None, &mine).await;
        let made = made.expect("an answer");
        let held = store.text(&name).await.expect("an answer").expect("a ring");
        assert_eq!(made, held == mine, "{name}: {held}");
        println!("\nring={held}");
    }
    for _ in 0..COUNTS {
        count(&store).await;
    }
}

fn maker(config: &str, number: usize) -> Child {
    let mut maker = Command::new(std::env::current_exe().expect("this program"));
    maker
        .args(["--exact", "installation::a_maker_of_rings", "--ignored"])
        .arg("--nocapture")
        .env(MAKER, config)
        .env(NUMBER, number.to_string());
    maker.stdout(Stdio::piped()).stderr(Stdio::piped());
    maker.spawn().expect("another process")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_make_the_ring_at_once_make_one() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let store = migrated(Options::new(&config)).await;
    let makers: Vec<Child> = (0..MAKERS).map(|number| maker(&config, number)).collect();
    for number in 0..MAKERS {
        hammer::wait_for(&store, &format!("cus_ready_{number}")).await;
    }
    hammer::signal(&store, "cus_go").await;
    let mut seen = Vec::new();
    for maker in makers {
        let output = tokio::task::spawn_blocking(|| maker.wait_with_output());
        let output = output.await.expect("a thread").expect("its output");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{errors}");
        let rings = text.lines().filter_map(|line| line.strip_prefix("ring="));
        seen.push(rings.map(str::to_owned).collect::<Vec<String>>());
    }
    assert_eq!(seen[0].len(), RINGS);
    assert!(seen.iter().all(|rings| *rings == seen[0]), "{seen:?}");
    let counted = store.text("count").await;
    assert_eq!(counted, Ok(Some((MAKERS * COUNTS).to_string())));
    // One epoch for the first, and one for each text that was put in the place of another.
    let epoch = store.epoch().await.expect("an epoch");
    assert_eq!(epoch as usize, 1 + RINGS + MAKERS * COUNTS);
}

async fn on_the_shelf(client: &Client) -> i64 {
    one(client, "SELECT count(*) FROM shelf").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_for_shelved_bytes_is_not_repeated() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let mut holder = cluster.client(&database).await;
    let client = cluster.client(&database).await;
    let put = store.shelve(&place("pm_1"), sealed(b"once")).await;
    put.expect("it is put");
    let held = holder.transaction().await.expect("a transaction");
    held.execute("SELECT 1 FROM shelf FOR UPDATE", &[])
        .await
        .expect("the row is held");
    let asking = store.clone();
    let asked = tokio::spawn(async move { asking.take_shelved(&place("pm_1")).await });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("a question that waits", async || {
        one::<i64>(&client, waiting).await > 0
    })
    .await;
    // The connection ends while the question is under way: what became of it, the asker cannot know.
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    assert_eq!(one::<i64>(&client, end).await, 1);
    held.commit().await.expect("the row is free");
    let answer = asked.await.expect("a task");
    assert!(
        matches!(answer, Err(StoreError::Unavailable(_))),
        "{answer:?}"
    );
    assert_eq!(on_the_shelf(&client).await, 1);
    let next = store.take_shelved(&place("pm_1")).await;
    assert_eq!(next, Ok(Some(sealed(b"once"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_says_what_lay_too_long() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    let put = async |name: &str| {
        let put = store.shelve(&place(name), sealed(b"old")).await;
        put.expect("it is put");
    };
    let age = async |name: &str| {
        let text = format!("UPDATE shelf SET made = made - {SHELVED_MS} WHERE name = '{name}'");
        client.batch_execute(&text).await.expect("it is older");
    };
    put("pm_old").await;
    age("pm_old").await;
    assert_eq!(store.take_shelved(&place("pm_old")).await, Ok(None));
    assert_eq!(on_the_shelf(&client).await, 0);
    put("pm_old").await;
    put("pm_fresh").await;
    age("pm_old").await;
    assert_eq!(store.purge_shelf().await, Ok(1));
    let fresh = store.take_shelved(&place("pm_fresh")).await;
    assert_eq!(fresh, Ok(Some(sealed(b"old"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_oldest_of_an_account_gives_way() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    // However slow the machine is: a full shelf is a lot to look through.
    let options = Options {
        read_answer_ms: 120_000,
        ..Options::new(&cluster.config(&database))
    };
    let store = migrated(options).await;
    let client = cluster.client(&database).await;
    let full = format!(
        "INSERT INTO shelf SELECT account, 0, 'pm_' || n, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - {SHELVED_MAX} + n, 'dk_1', 'x'
         FROM generate_series(1, {SHELVED_MAX}) n, (VALUES ('{}'), ('acct_other')) AS a(account)",
        scope().account
    );
    client.batch_execute(&full).await.expect("a full shelf");
    let put = store.shelve(&place("pm_new"), sealed(b"new")).await;
    put.expect("it is put");
    assert_eq!(on_the_shelf(&client).await, 2 * SHELVED_MAX as i64);
    assert_eq!(store.take_shelved(&place("pm_1")).await, Ok(None));
    let second = store.take_shelved(&place("pm_2")).await;
    assert_eq!(second, Ok(Some(sealed(b"x"))));
    let new = store.take_shelved(&place("pm_new")).await;
    assert_eq!(new, Ok(Some(sealed(b"new"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_is_over_counts_no_more_and_is_purged() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let store = migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    // One window that ended, and one that goes on however slow this test is.
    let earlier = format!(
        "INSERT INTO tallies SELECT '{}', 0, 'declines', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + n, 7
         FROM unnest(ARRAY[-2 * {TALLY_WINDOW_MS}, {TALLY_WINDOW_MS}]) n",
        scope().account
    );
    client.batch_execute(&earlier).await.expect("two windows");
    let key = TallyKey {
        scope: scope(),
        name: "declines".to_owned(),
    };
    let looked = store.tally(&key, Count::Look).await.expect("a count");
    assert_eq!(looked.count, 0);
    assert_eq!(store.purge_tallies().await, Ok(1));
    let left = "SELECT count(*) FROM tallies WHERE count = 7";
    assert_eq!(one::<i64>(&client, left).await, 1);
    assert_eq!(store.purge_tallies().await, Ok(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shelf_is_unlogged_and_cleaned_up_soon() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    migrated(Options::new(&cluster.config(&database))).await;
    let client = cluster.client(&database).await;
    let kept = "SELECT string_agg(relname || ' ' || relpersistence::text, ',' ORDER BY relname)
        FROM pg_class WHERE relname IN ('shelf', 'installation', 'shelf_by_made', 'tallies')";
    let kept: String = one(&client, kept).await;
    assert_eq!(kept, "installation p,shelf u,shelf_by_made u,tallies u");
    let settings = "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE relname = 'shelf'";
    let settings: String = one(&client, settings).await;
    assert_eq!(
        settings,
        "autovacuum_vacuum_scale_factor=0,autovacuum_vacuum_threshold=100,autovacuum_vacuum_cost_delay=0"
    );
}
