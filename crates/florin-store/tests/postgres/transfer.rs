//! Whole installations copied between real databases: nothing is lost, damage is reported, and a backup is one moment.
//!
//! Rows of every table are made from the schema that SQLite itself tells of, so a new table is filled and compared without
//! a word here. Deliberately absent: what the mechanism does in memory, which is tested beside it.

use crate::support::cluster::Cluster;
use florin_base::{Asset, Scope, Timestamp};
use florin_domain::changes::Write;
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::webhooks::Event;
use florin_domain::{Kind, Record, RecordKey};
use florin_store::postgres::PostgresStore;
use florin_store::sqlite::{Options, SqliteStore};
use florin_store::transfer::{Place, Progress, Step, TransferError, backup, relocate, restore};
use florin_store::{Commit, Installation, Store};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// More rows than a batch holds.
const CUSTOMERS: usize = 1_203;
/// How often a backup is made while somebody writes.
const BACKUPS: usize = 20;

static MADE: AtomicU32 = AtomicU32::new(0);

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-transfer-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn place(&self) -> Place {
        Place::Sqlite(self.0.clone())
    }

    /// A migrated database in it, closed again.
    fn migrated(&self) -> Connection {
        drop(opened(&self.0));
        Connection::open(self.file("florin.db")).expect("the database")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn opened(path: &Path) -> SqliteStore {
    let options = Options {
        path: Some(path.to_owned()),
        ..Options::default()
    };
    SqliteStore::open(options).expect("a store")
}

fn silent(_: Progress<'_>) {}

/// A column: its name, its type, and whether it may hold nothing.
type Column = (String, String, bool);

/// The tables of a database with their columns.
fn tables(connection: &Connection) -> Vec<(String, Vec<Column>)> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'backup_%' ORDER BY name";
    let mut select = connection.prepare(names).expect("a statement");
    let names = select.query_map([], |row| row.get::<_, String>(0));
    let names = names.expect("rows").map(|name| name.expect("a name"));
    names
        .map(|name| {
            let text =
                format!("SELECT name, type, \"notnull\" = 0 FROM pragma_table_info('{name}')");
            let mut select = connection.prepare(&text).expect("a statement");
            let columns = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            let columns = columns
                .expect("rows")
                .map(|column| column.expect("a column"));
            (name, columns.collect())
        })
        .collect()
}

/// A value that no other column or row has; every seventh that may be nothing is nothing.
fn value(column: &Column, row: usize, at: usize) -> Value {
    let (name, kind, is_nullable) = column;
    match kind.as_str() {
        _ if *is_nullable && (row + at).is_multiple_of(7) => Value::Null,
        "INTEGER" if name == "live" => Value::Integer(row as i64 % 2),
        "INTEGER" => Value::Integer(((row as i64) << 33) + at as i64 + 1),
        "TEXT" => Value::Text(format!("{name} {row:05} Ä漢😀\t\"'\\ \u{1}")),
        _ => Value::Blob(vec![0, 255, row as u8, at as u8]),
    }
}

/// Rows of every kind, and books that add up.
fn fill(connection: &Connection) {
    connection
        .execute_batch("BEGIN; UPDATE epochs SET epoch = 41")
        .expect("empty tables");
    for (table, columns) in tables(connection) {
        let rows = match table.as_str() {
            "ledger_transactions" | "ledger_entries" | "balances" => 0,
            "customers" => CUSTOMERS,
            _ => 9,
        };
        for row in 0..rows {
            let values = columns.iter().enumerate();
            let values: Vec<Value> = values.map(|(at, column)| value(column, row, at)).collect();
            let marks = vec!["?"; columns.len()].join(", ");
            let text = format!("INSERT INTO {table} VALUES ({marks})");
            connection
                .execute(&text, rusqlite::params_from_iter(values))
                .expect(&table);
        }
    }
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 699)
             INSERT INTO ledger_transactions SELECT 'acct_' || (i % 3), i % 2, 'txn_' || i, 'charge', 'ch_' || i, 'usd', i, i, NULL FROM n;
             INSERT INTO ledger_entries SELECT account, live, id, 0, 'receivable', 4611686018427387904 FROM ledger_transactions WHERE id = 'txn_0';
             INSERT INTO ledger_entries SELECT account, live, id, 1, 'available', -4611686018427387904 FROM ledger_transactions WHERE id = 'txn_0';
             INSERT INTO ledger_entries SELECT account, live, id, 0, 'receivable', 500 + created FROM ledger_transactions WHERE id <> 'txn_0' AND id <> 'txn_6';
             INSERT INTO ledger_entries SELECT account, live, id, 1, 'available', -500 - created FROM ledger_transactions WHERE id <> 'txn_0' AND id <> 'txn_6';
             INSERT INTO ledger_entries SELECT account, live, id, 0, 'receivable', -4611686018427387904 FROM ledger_transactions WHERE id = 'txn_6';
             INSERT INTO ledger_entries SELECT account, live, id, 1, 'available', 4611686018427387904 FROM ledger_transactions WHERE id = 'txn_6';
             INSERT INTO balances SELECT e.account, e.live, e.ledger_account, 'usd', 0, sum(e.amount / 2) * 2 + sum(e.amount % 2)
                 FROM ledger_entries e GROUP BY 1, 2, 3;
             COMMIT",
        )
        .expect("the books");
}

/// Every row of every table as texts, as a copy should hold it.
fn rows(connection: &Connection) -> Vec<String> {
    let mut all = Vec::new();
    for (table, columns) in tables(connection) {
        if table == "group_markers" {
            continue;
        }
        let mut select = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .expect("a statement");
        let mut found = select.query([]).expect("rows");
        while let Some(row) = found.next().expect("a row") {
            let cells = columns
                .iter()
                .enumerate()
                .map(|(at, (name, _, _))| match name.as_str() {
                    "leased_by" => Value::Null,
                    "leased_until" => Value::Integer(0),
                    _ => row.get::<_, Value>(at).expect("a value"),
                });
            all.push(format!("{table} {:?}", cells.collect::<Vec<Value>>()));
        }
    }
    all.sort();
    all
}

fn count(connection: &Connection, text: &str) -> i64 {
    connection
        .query_row(text, [], |row| row.get(0))
        .expect("a count")
}

fn place_of(cluster: &Cluster, database: &str) -> Place {
    let (host, port) = cluster.place();
    let url = format!("postgres://postgres@/{database}?host={host}&port={port}");
    Place::parse(&url).expect("a place")
}

async fn migrated(cluster: &Cluster) -> String {
    let database = cluster.database().await;
    let store = PostgresStore::connect(&cluster.config(&database)).await;
    store
        .expect("a connection")
        .migrate()
        .await
        .expect("the tables");
    database
}

/// Waits until the connections of a store that was dropped are gone from the server's own list.
async fn alone(cluster: &Cluster, database: &str) {
    left_with(cluster, database, 0).await;
}

/// The same, where so many connections of the test itself stay.
async fn left_with(cluster: &Cluster, database: &str, own: i64) {
    let client = cluster.client("postgres").await;
    let text = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1";
    for _ in 0..2_000 {
        let open: i64 = client
            .query_one(text, &[&database])
            .await
            .expect("a count")
            .get(0);
        if open == own {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("connections to {database} stay open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_moves_to_postgres_and_back() {
    let cluster = Cluster::shared().await;
    let (here, back) = (Folder::new(), Folder::new());
    let first = here.migrated();
    fill(&first);
    // A database without any tables: they are made.
    let database = cluster.database().await;
    let there = place_of(&cluster, &database);
    let report = relocate(&here.place(), &there, &mut silent)
        .await
        .expect("a report");
    assert_eq!(report.differences(), Vec::<String>::new());
    assert_eq!(report.books.findings, Vec::<String>::new());
    assert_eq!(
        (report.books.transactions, report.books.entries),
        (700, 1_400)
    );
    assert!(report.is_sound() && report.freed > 0);
    alone(&cluster, &database).await;
    let client = cluster.client(&database).await;
    let left_out = "SELECT (SELECT count(*) FROM group_markers) + (SELECT count(*) FROM jobs WHERE leased_by IS NOT NULL OR leased_until <> 0)";
    let left_out: i64 = client
        .query_one(left_out, &[])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(left_out, 0);
    let report = relocate(&there, &back.place(), &mut silent)
        .await
        .expect("a report");
    assert!(report.is_sound(), "{report:?}");
    let second = Connection::open(back.file("florin.db")).expect("the database");
    let (wanted, found) = (rows(&first), rows(&second));
    assert!(wanted.len() > CUSTOMERS + 2_000);
    assert!(wanted == found, "the rows differ");
    assert_eq!(count(&second, "SELECT count(*) FROM group_markers"), 0);
    // The copy is a database that the store opens.
    drop(second);
    opened(&back.0).health().await.expect("a healthy store");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_of_postgres_is_copied_but_the_ones_that_are_named() {
    let cluster = Cluster::shared().await;
    let database = migrated(&cluster).await;
    let folder = Folder::new();
    let report = backup(
        &place_of(&cluster, &database),
        &folder.file("b"),
        "1",
        &mut silent,
    )
    .await;
    let mut copied: Vec<String> = report
        .expect("a report")
        .tables
        .into_iter()
        .map(|t| t.name)
        .collect();
    copied.extend(
        [
            "group_markers",
            "schema_leaders",
            "schema_migrations",
            "shelf",
            "tallies",
        ]
        .map(str::to_owned),
    );
    copied.sort();
    let client = cluster.client(&database).await;
    let text =
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
    let known = client.query(text, &[]).await.expect("the tables");
    let known: Vec<String> = known.iter().map(|row| row.get(0)).collect();
    assert_eq!(copied, known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_restored_on_either_engine() {
    let cluster = Cluster::shared().await;
    let (here, there) = (Folder::new(), Folder::new());
    let first = here.migrated();
    fill(&first);
    first
        .execute(
            "UPDATE customers SET email = 'a' || char(0) || 'b' WHERE id LIKE '%00005%'",
            [],
        )
        .expect("a row");
    let file = here.file("one.backup");
    let report = backup(&here.place(), &file, "1.2.3", &mut silent)
        .await
        .expect("a report");
    assert!(report.is_sound(), "{report:?}");
    let held = Connection::open(&file).expect("the file");
    assert_eq!(rows(&held), rows(&first));
    drop(held);
    let (facts, report) = restore(&file, &there.place(), &mut silent)
        .await
        .expect("a report");
    assert!(report.is_sound() && report.cleaned == 0, "{report:?}");
    assert_eq!(
        (facts.release.as_str(), facts.engine.as_str()),
        ("1.2.3", "sqlite")
    );
    let second = Connection::open(there.file("florin.db")).expect("the database");
    assert_eq!(rows(&second), rows(&first));
    let database = migrated(&cluster).await;
    let (_, report) = restore(&file, &place_of(&cluster, &database), &mut silent)
        .await
        .expect("a report");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.cleaned, 1);
    let client = cluster.client(&database).await;
    let text = "SELECT count(*) FROM customers WHERE email = E'a\\uFFFDb'";
    assert_eq!(
        client
            .query_one(text, &[])
            .await
            .expect("a count")
            .get::<_, i64>(0),
        1
    );
}

#[tokio::test]
async fn damage_to_a_backup_is_reported_and_nothing_is_restored() {
    let here = Folder::new();
    fill(&here.migrated());
    let file = here.file("good.backup");
    backup(&here.place(), &file, "1", &mut silent)
        .await
        .expect("a report");
    let cases = [
        (
            "UPDATE events SET body = body || ' ' WHERE id = (SELECT min(id) FROM events)",
            "events",
            false,
        ),
        (
            "DELETE FROM refunds WHERE id = (SELECT max(id) FROM refunds)",
            "refunds",
            false,
        ),
        (
            "INSERT INTO installation VALUES ('more', 'x')",
            "installation",
            false,
        ),
        (
            "UPDATE ledger_entries SET amount = amount + 1 WHERE txn = 'txn_3' AND line = 0",
            "ledger_entries",
            true,
        ),
        (
            "DELETE FROM backup_tables WHERE name = 'charges'",
            "charges",
            false,
        ),
    ];
    for (damage, table, is_of_books) in cases {
        let (bad, to) = (here.file("bad.backup"), Folder::new());
        std::fs::copy(&file, &bad).expect("a copy");
        let connection = Connection::open(&bad).expect("the file");
        assert_eq!(connection.execute(damage, []).expect(damage), 1);
        drop(connection);
        let (_, report) = restore(&bad, &to.place(), &mut silent)
            .await
            .expect("a report");
        let differences = report.differences();
        assert_eq!(differences.len(), 1, "{damage}: {differences:?}");
        assert!(differences[0].starts_with(&format!("{table}: the backup is damaged")));
        assert_eq!(report.books.findings_total > 0, is_of_books, "{damage}");
        let left: Vec<_> = std::fs::read_dir(&to.0)
            .expect("the folder")
            .flatten()
            .map(|e| e.file_name())
            .collect();
        assert_eq!(left, ["florin.lock"], "{damage}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_changes_what_is_written_is_found_out() {
    let cluster = Cluster::shared().await;
    let here = Folder::new();
    fill(&here.migrated());
    let cases = [
        (
            "customers",
            "NEW.created := NEW.created + 1; RETURN NEW",
            "NEW.id LIKE '%00777%'",
        ),
        ("events", "RETURN NULL", "NEW.id LIKE '%00003%'"),
        (
            "ledger_entries",
            "NEW.amount := NEW.amount - 1; RETURN NEW",
            "NEW.txn = 'txn_9' AND NEW.line = 1",
        ),
    ];
    for (table, damage, of) in cases {
        let database = migrated(&cluster).await;
        let client = cluster.client(&database).await;
        let text = format!(
            "CREATE FUNCTION damage() RETURNS trigger AS 'BEGIN {damage}; END' LANGUAGE plpgsql;
             CREATE TRIGGER damage BEFORE INSERT ON {table} FOR EACH ROW WHEN ({of}) EXECUTE FUNCTION damage()"
        );
        client.batch_execute(&text).await.expect("a trigger");
        let there = place_of(&cluster, &database);
        let report = relocate(&here.place(), &there, &mut silent)
            .await
            .expect("a report");
        let differences = report.differences();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(
            differences[0].starts_with(&format!("{table}: the copy differs")),
            "{differences:?}"
        );
        assert_eq!(report.books.findings_total > 0, table == "ledger_entries");
        let left = client
            .query_one("SELECT count(*) FROM customers", &[])
            .await;
        assert_eq!(
            left.expect("a count").get::<_, i64>(0),
            0,
            "the copy was thrown away"
        );
    }
}

#[tokio::test]
async fn a_source_whose_books_are_wrong_is_copied_and_reported() {
    let here = Folder::new();
    let first = here.migrated();
    fill(&first);
    first
        .execute(
            "UPDATE balances SET amount = amount + 7 WHERE account = 'acct_1'",
            [],
        )
        .expect("damage");
    let file = here.file("wrong.backup");
    let report = backup(&here.place(), &file, "1", &mut silent)
        .await
        .expect("a report");
    assert!(report.is_faithful() && !report.is_sound() && file.exists());
    assert_eq!(
        report.books.findings_total, 4,
        "{:?}",
        report.books.findings
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_or_target_that_somebody_changes_meanwhile_is_found_out() {
    let cluster = Cluster::shared().await;
    let here = Folder::new();
    fill(&here.migrated());
    let (first, second) = (cluster.database().await, migrated(&cluster).await);
    let (from, to) = (place_of(&cluster, &first), place_of(&cluster, &second));
    let report = relocate(&here.place(), &from, &mut silent).await;
    assert!(report.expect("a report").is_sound());
    alone(&cluster, &first).await;
    alone(&cluster, &second).await;
    for (database, why) in [
        (&first, "the source changed"),
        (&second, "the copy differs"),
    ] {
        let client = cluster.client(database).await;
        // A row of its own each time: the same one would wait for the copy to end.
        let row = format!("INSERT INTO tokens VALUES ('acct', 0, '{why}', 1, 1, '{{}}')");
        let mut is_done = false;
        let mut meddle = |progress: Progress<'_>| {
            if progress.step == Step::Verify && !is_done {
                is_done = true;
                let insert = client.batch_execute(&row);
                let runtime = tokio::runtime::Handle::current();
                tokio::task::block_in_place(|| runtime.block_on(insert)).expect("a row");
            }
        };
        let report = relocate(&from, &to, &mut meddle).await.expect("a report");
        let differences = report.differences();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(
            differences[0].starts_with(&format!("tokens: {why}")),
            "{differences:?}"
        );
        let client = cluster.client(&second).await;
        let left = client
            .query_one("SELECT count(*) FROM customers", &[])
            .await;
        assert_eq!(left.expect("a count").get::<_, i64>(0), 0);
    }
}

/// What a refusal says.
fn why<T: std::fmt::Debug>(outcome: Result<T, TransferError>) -> String {
    match outcome.expect_err("a refusal") {
        TransferError::Refused(why) => why,
        TransferError::Store(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_that_are_not_fit_are_refused() {
    let cluster = Cluster::shared().await;
    let (here, full, fresh) = (Folder::new(), Folder::new(), Folder::new());
    fill(&here.migrated());
    fill(&full.migrated());
    let said = why(relocate(&here.place(), &full.place(), &mut silent).await);
    assert!(said.contains("is not empty"), "{said}");
    let said = why(relocate(&fresh.place(), &full.place(), &mut silent).await);
    assert!(said.contains("holds no installation"), "{said}");
    // An empty database that a store made is empty enough.
    drop(fresh.migrated());
    let server = opened(&here.0);
    let said = why(relocate(&here.place(), &fresh.place(), &mut silent).await);
    assert!(said.contains("is in use"), "{said}");
    let server_there = opened(&fresh.0);
    let file = here.file("x.backup");
    backup(&here.place(), &file, "1", &mut silent)
        .await
        .expect("a server is no hindrance");
    let said = why(restore(&file, &fresh.place(), &mut silent).await);
    assert!(said.contains("is in use"), "{said}");
    drop((server, server_there));
    let said = why(backup(&here.place(), &file, "1", &mut silent).await);
    assert!(said.contains("exists"), "{said}");
    let (_, report) = restore(&file, &fresh.place(), &mut silent)
        .await
        .expect("a report");
    assert!(report.is_sound());
    let said = why(restore(&here.file("florin.db"), &Folder::new().place(), &mut silent).await);
    assert!(said.contains("is no backup"), "{said}");
    let connection = Connection::open(&file).expect("the file");
    connection
        .execute(
            "UPDATE backup_facts SET value = '2' WHERE name = 'format'",
            [],
        )
        .expect("a fact");
    let said = why(restore(&file, &Folder::new().place(), &mut silent).await);
    assert!(said.contains("form 2"), "{said}");
    refused_on_postgres(&cluster, &here).await;
}

async fn refused_on_postgres(cluster: &Cluster, here: &Folder) {
    let database = cluster.database().await;
    let client = cluster.client(&database).await;
    client
        .batch_execute("CREATE TABLE theirs (id BIGINT)")
        .await
        .expect("a table");
    let there = place_of(cluster, &database);
    let said = why(relocate(&here.place(), &there, &mut silent).await);
    assert!(said.contains("not Florin's"), "{said}");
    let said = why(relocate(&there, &Folder::new().place(), &mut silent).await);
    assert!(said.contains("holds no installation"), "{said}");
    let database = migrated(cluster).await;
    alone(cluster, &database).await;
    let there = place_of(cluster, &database);
    let client = cluster.client(&database).await;
    client
        .batch_execute("INSERT INTO tokens VALUES ('a', 0, 'tok_1', 1, 1, '{}')")
        .await
        .expect("a row");
    let said = why(relocate(&here.place(), &there, &mut silent).await);
    assert!(
        said.contains("not empty") && said.contains("tokens"),
        "{said}"
    );
    let job = "INSERT INTO jobs VALUES ('job_1', 'fan_out', 'a', 0, 'l', 1, 'run_1', 4102444800000, 1, '{}')";
    client.batch_execute(job).await.expect("a job");
    // What the last try opened is no server.
    left_with(cluster, &database, 1).await;
    let said = why(relocate(&there, &Folder::new().place(), &mut silent).await);
    assert!(said.contains("within the last 10 seconds"), "{said}");
    let server = PostgresStore::connect(&cluster.config(&database))
        .await
        .expect("a connection");
    let said = why(relocate(&there, &Folder::new().place(), &mut silent).await);
    assert!(said.contains("stop every server"), "{said}");
    drop(server);
}

/// A customer, a transaction and an event in one commit.
fn commit(number: u64) -> Commit {
    let scope = Scope::test("acct_1");
    let customer = Customer {
        id: format!("cus_{number}").as_str().into(),
        created: Timestamp(1),
        ..Customer::default()
    };
    let event = Event {
        id: format!("evt_{number}").as_str().into(),
        created: Timestamp(1),
        kind: "customer.created".to_owned(),
        object: format!("cus_{number}"),
        object_version: "1".to_owned(),
        ..Event::default()
    };
    let amount = number as i64 + 1;
    let transaction = Transaction {
        id: format!("txn_{number}"),
        movement: Movement::Charge,
        source: format!("ch_{number}"),
        asset: Asset::parse("usd").expect("an asset"),
        created: Timestamp(1),
        available_on: Timestamp(1),
        description: None,
        entries: vec![
            (LedgerAccount::Receivable, amount),
            (LedgerAccount::Available, -amount),
        ],
    };
    let mut commit = Commit::default();
    commit.changes.writes.push(Write {
        key: RecordKey::new(&scope, Kind::Customer, customer.id.as_ref()),
        expected: 0,
        version: 1,
        record: Record::from(customer),
        encoded: None,
    });
    commit.changes.events.push((scope.clone(), event));
    commit.changes.transactions.push((scope, transaction));
    commit
}

/// Makes backups while somebody commits; each holds whole commits, all of those that were acknowledged before it began.
async fn backups_while_committing(store: Arc<dyn Installation>, place: Place) {
    let (stop, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let writing = tokio::spawn({
        let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
        async move {
            while !stop.load(Ordering::SeqCst) {
                let number = done.load(Ordering::SeqCst);
                store.commit(commit(number)).await.expect("a commit");
                done.store(number + 1, Ordering::SeqCst);
            }
        }
    });
    let folder = Folder::new();
    let mut last = 0;
    for number in 0..BACKUPS {
        // Something was committed since the last one.
        while done.load(Ordering::SeqCst) <= last {
            tokio::task::yield_now().await;
        }
        let before = done.load(Ordering::SeqCst);
        let file = folder.file(&format!("{number}.backup"));
        let report = backup(&place, &file, "1", &mut silent)
            .await
            .expect("a report");
        assert!(report.is_sound(), "{report:?}");
        let held = Connection::open(&file).expect("the file");
        let count = |table: &str| count(&held, &format!("SELECT count(*) FROM {table}")) as u64;
        let all = count("customers");
        let counts = [
            count("events"),
            count("ledger_transactions"),
            count("ledger_entries") / 2,
        ];
        assert_eq!(counts, [all; 3]);
        assert!(all >= before, "{all} of {before}");
        last = done.load(Ordering::SeqCst);
    }
    stop.store(true, Ordering::SeqCst);
    writing.await.expect("the writer ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_sqlite_is_one_moment() {
    let folder = Folder::new();
    backups_while_committing(Arc::new(opened(&folder.0)), folder.place()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgres_is_one_moment() {
    let cluster = Cluster::shared().await;
    let database = migrated(&cluster).await;
    let store = PostgresStore::connect(&cluster.config(&database))
        .await
        .expect("a connection");
    backups_while_committing(Arc::new(store), place_of(&cluster, &database)).await;
}
