//! The auditor: reads a database that a server left behind and says what is wrong with it.
//!
//! It knows the tables and shares no code with what wrote them. Shape: each check is a query that names the rows which
//! break a rule. Deliberately absent: repair.

use florin_store::packing;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// A rule, and the query that returns a text for each row that breaks it.
const RULES: [(&str, &str); 13] = [
    (
        "a transaction sums to zero",
        "SELECT txn || ' ' || sum(amount) FROM ledger_entries GROUP BY account, live, txn HAVING sum(amount) <> 0",
    ),
    (
        "a transaction has its entries",
        "SELECT id FROM ledger_transactions t WHERE (SELECT count(*) FROM ledger_entries e
           WHERE e.account = t.account AND e.live = t.live AND e.txn = t.id) < 2",
    ),
    (
        "an entry has its transaction",
        "SELECT txn FROM ledger_entries e WHERE NOT EXISTS (SELECT 1 FROM ledger_transactions t
           WHERE e.account = t.account AND e.live = t.live AND e.txn = t.id)",
    ),
    (
        "a balance is the sum of its entries",
        "SELECT ledger_account || ' ' || asset || ' ' || sum(amount) FROM (
           SELECT account, live, ledger_account, asset, amount FROM balances
           UNION ALL
           SELECT e.account, e.live, e.ledger_account, t.asset, -e.amount FROM ledger_entries e
             JOIN ledger_transactions t ON e.account = t.account AND e.live = t.live AND e.txn = t.id)
         GROUP BY account, live, ledger_account, asset HAVING sum(amount) <> 0",
    ),
    (
        "an event is told once",
        "SELECT object || ' ' || type FROM events GROUP BY account, live, object, object_version, type HAVING count(*) > 1",
    ),
    (
        "an intent was told when it was made",
        "SELECT id FROM payment_intents i WHERE NOT EXISTS (SELECT 1 FROM told e
           WHERE e.account = i.account AND e.live = i.live AND e.object = i.id AND e.type = 'payment_intent.created')",
    ),
    (
        "an intent that succeeded was told once",
        "SELECT id FROM payment_intents i WHERE json_extract(body, '$.status') = 'succeeded' AND (SELECT count(*) FROM told e
           WHERE e.account = i.account AND e.live = i.live AND e.object = i.id AND e.type = 'payment_intent.succeeded') <> 1",
    ),
    (
        "a charge was told once",
        "SELECT id FROM charges c WHERE (SELECT count(*) FROM told e WHERE e.account = c.account AND e.live = c.live
           AND e.object = c.id AND e.type IN ('charge.succeeded', 'charge.failed')) <> 1",
    ),
    (
        "a captured charge is booked with what was captured",
        "SELECT id FROM charges c WHERE coalesce(json_extract(body, '$.amount_captured'), 0) <> (SELECT coalesce(sum(e.amount), 0)
           FROM ledger_transactions t CROSS JOIN ledger_entries e ON e.account = t.account AND e.live = t.live AND e.txn = t.id
           WHERE t.account = c.account AND t.live = c.live AND t.source = c.id AND t.movement = 'charge'
             AND e.ledger_account = 'receivable')",
    ),
    (
        "a refund is booked with its amount",
        "SELECT id FROM refunds r WHERE json_extract(body, '$.status') = 'succeeded' AND -json_extract(body, '$.amount') <>
           (SELECT coalesce(sum(e.amount), 0)
           FROM ledger_transactions t CROSS JOIN ledger_entries e ON e.account = t.account AND e.live = t.live AND e.txn = t.id
           WHERE t.account = r.account AND t.live = r.live AND t.source = r.id AND t.movement = 'refund'
             AND e.ledger_account = 'receivable')",
    ),
    (
        "a charge is refunded by what its refunds say, and no more than it took",
        "SELECT id FROM charges c WHERE coalesce(json_extract(body, '$.amount_refunded'), 0) > coalesce(json_extract(body, '$.amount_captured'), 0)
           OR coalesce(json_extract(body, '$.amount_refunded'), 0) <> (SELECT coalesce(sum(r.amount), 0) FROM given_back r
             WHERE r.account = c.account AND r.live = c.live AND r.charge = c.id AND r.status IN ('succeeded', 'pending'))",
    ),
    (
        "an intent has at most one charge that took money",
        "SELECT payment_intent FROM charges c WHERE payment_intent IS NOT NULL AND EXISTS (SELECT 1 FROM told e
           WHERE e.account = c.account AND e.live = c.live AND e.object = c.id AND e.type = 'charge.succeeded')
         GROUP BY account, live, payment_intent HAVING count(*) > 1",
    ),
    (
        "an order, which is one idempotency key, is paid by one intent and refunded by one refund",
        "SELECT t || ' ' || o FROM (
           SELECT 'intent' AS t, account, live, json_extract(body, '$.metadata.order') AS o FROM payment_intents
           UNION ALL
           SELECT 'refund' AS t, account, live, json_extract(body, '$.metadata.order') AS o FROM refunds)
         WHERE o IS NOT NULL GROUP BY t, account, live, o HAVING count(*) > 1",
    ),
];

/// Events by their objects, for which the product has no index, and refunds by their charges, for which a view with packed
/// bodies uses none.
const BY_OBJECT: &str = "CREATE TEMP TABLE told AS SELECT account, live, object, type FROM events;
    CREATE INDEX temp.told_by_object ON told (account, live, object, type);
    CREATE TEMP TABLE given_back AS SELECT account, live, charge, json_extract(body, '$.amount') AS amount,
        coalesce(json_extract(body, '$.status'), 'pending') AS status FROM refunds;
    CREATE INDEX temp.given_back_by_charge ON given_back (account, live, charge)";

/// Opens a database for reading. Bodies that are packed are seen as the text that they are.
pub fn open(database: &Path) -> Connection {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .unwrap_or_else(|error| panic!("{}: {error}", database.display()));
    see_bodies(&connection);
    connection
}

/// Puts views in front of tables with packed bodies. Of a database whose tables cannot be read nothing is seen.
pub fn see_bodies(connection: &Connection) {
    knows_bodies(connection);
    for (table, body) in packed_tables(connection) {
        let query = format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE name NOT IN ('body', 'packed')"
        );
        let columns = column(connection, &query).expect("the columns can be read");
        let view = format!(
            "CREATE TEMP VIEW {table} AS SELECT {}, {body} AS body FROM main.{table}",
            columns.join(", ")
        );
        connection.execute_batch(&view).expect("a view can be made");
    }
}

/// Teaches a connection the function that unpacks.
fn knows_bodies(connection: &Connection) {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let unpacked = connection.create_scalar_function("unpacked", 2, flags, |row| {
        let unreadable =
            |why: packing::Unreadable| rusqlite::Error::UserFunctionError(why.0.into());
        // Of a record the text of before stands beside it, of an answer its seal.
        match (row.get_raw(0), row.get_raw(1)) {
            (ValueRef::Null, ValueRef::Text(plain)) => Ok(plain.to_vec()),
            (ValueRef::Blob(packed), ValueRef::Text(b"")) if packed.first() != Some(&b'{') => {
                packing::unpack(packed)
                    .map(std::borrow::Cow::into_owned)
                    .map_err(unreadable)
            }
            (ValueRef::Blob(bytes), _) => Ok(bytes.to_vec()),
            _ => Ok(Vec::new()),
        }
    });
    unpacked.expect("a function can be added");
}

/// The tables that may hold packed bodies, and what gives them as text.
fn packed_tables(connection: &Connection) -> Vec<(String, &'static str)> {
    let query = "SELECT t.name FROM main.sqlite_schema t JOIN pragma_table_info(t.name) c ON c.name = 'packed'
        WHERE t.type = 'table'";
    let records = column(connection, query).unwrap_or_default();
    let mut tables: Vec<(String, &str)> = records
        .into_iter()
        .map(|table| (table, "CAST(unpacked(packed, body) AS TEXT)"))
        .collect();
    if !tables.is_empty() {
        tables.push(("idempotency_replies".to_owned(), "unpacked(body, key_id)"));
    }
    tables
}

/// Everything that is wrong, each with its rule; empty when the books are right.
pub fn findings(connection: &Connection) -> Vec<String> {
    let mut found = Vec::new();
    let whole: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap_or_else(|error| error.to_string());
    if whole != "ok" {
        found.push(format!("the file is whole: {whole}"));
    }
    if let Err(error) = connection.execute_batch(BY_OBJECT) {
        found.push(format!("events and refunds can be read: {error}"));
    }
    for (rule, query) in RULES {
        match column(connection, query) {
            Ok(rows) => found.extend(rows.into_iter().map(|row| format!("{rule}: {row}"))),
            Err(error) => found.push(format!("{rule}: {error}")),
        }
    }
    found
}

/// Fails the test when anything is wrong.
#[track_caller]
pub fn assert_sound(database: &Path) {
    let found = findings(&open(database));
    assert!(found.is_empty(), "{found:#?}");
}

/// The first column of a query, as text.
pub fn column(connection: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| row.get_ref(0).map(shown))?;
    rows.collect()
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// The tables of a database.
pub fn tables(connection: &Connection) -> Vec<String> {
    let query = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    column(connection, query).expect("the schema can be read")
}

/// Every row of a table under a condition, as one text each.
pub fn rows(connection: &Connection, table: &str, condition: &str) -> Vec<String> {
    let query = format!("SELECT * FROM {table} WHERE {condition}");
    let mut statement = connection.prepare(&query).expect("a query");
    let columns = statement.column_count();
    let read = statement.query_map([], |row| {
        let cells: rusqlite::Result<Vec<String>> =
            (0..columns).map(|at| row.get_ref(at).map(shown)).collect();
        Ok(cells?.join("\u{1f}"))
    });
    let rows: rusqlite::Result<Vec<String>> = read.expect("the table can be read").collect();
    rows.expect("the rows can be read")
}

/// What a statement of sabotage does to a copy of the database is found by the rule whose name holds `rule`.
#[track_caller]
pub fn assert_caught(database: &Path, sabotage: &str, rule: &str) {
    let copy = database.with_extension("sabotaged");
    std::fs::copy(database, &copy).expect("the database can be copied");
    let connection = Connection::open(&copy).expect("the copy opens");
    knows_bodies(&connection);
    for (table, body) in packed_tables(&connection) {
        if table != "idempotency_replies" {
            let plain = format!("UPDATE {table} SET body = {body}, packed = NULL");
            connection
                .execute_batch(&plain)
                .expect("bodies can be unpacked");
        }
    }
    let changed = connection.execute(sabotage, []).expect("sabotage runs");
    assert!(changed > 0, "{sabotage:?} changed nothing");
    let found = findings(&connection);
    assert!(
        found.iter().any(|text| text.contains(rule)),
        "{sabotage:?} was not caught by {rule:?}: {found:#?}"
    );
    drop(connection);
    std::fs::remove_file(&copy).expect("the copy can be removed");
}
