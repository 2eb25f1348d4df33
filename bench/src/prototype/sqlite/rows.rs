//! What one payment does to the tables: the product's statements in the product's order.
//!
//! Deliberately absent: anything that a create-and-confirm does not write.

use std::collections::BTreeMap;

use rusqlite::{Connection, ErrorCode, OptionalExtension, ToSql, params};

use crate::prototype::Refusal;
use crate::prototype::payment::{
    ACCOUNT, ASSET, DESCRIPTION, EVENT_PARTS, EVENTS, LIVE, Part, Payment, SETTINGS,
};

/// Sums of entries by ledger account. They commute, so they are written once per group.
pub type Sums<'g> = BTreeMap<&'g str, i64>;

/// A key column without a value.
const NONE: Option<&str> = None;

const VERSION: &str =
    "SELECT version FROM webhook_settings WHERE account = ? AND live = ? AND id = ?";
const TAKE_KEY: &str = "INSERT INTO idempotency_keys (account, live, name, hash, made, request, attempt) VALUES (?, ?, ?, ?, ?, ?, ?)";
const REPLY: &str = "INSERT INTO idempotency_replies (account, live, request, name, made, status, key_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const METHOD: &str = "INSERT INTO payment_methods (account, live, id, version, created, customer, packed, body) VALUES (?, ?, ?, ?, ?, ?, ?, '')";
const INTENT: &str = "INSERT INTO payment_intents (account, live, id, version, created, customer, packed, body) VALUES (?, ?, ?, ?, ?, ?, ?, '')";
const CHARGE: &str = "INSERT INTO charges (account, live, id, version, created, customer, payment_intent, packed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')";
const EVENT: &str = "INSERT INTO events (account, live, id, version, created, type, object, object_version, packed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')";
const BOOK: &str = "INSERT INTO ledger_transactions (account, live, id, movement, source, asset, created, available_on, description)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const ENTER: &str = "INSERT INTO ledger_entries (account, live, txn, line, ledger_account, amount) VALUES (?, ?, ?, ?, ?, ?)";
const JOB: &str =
    "INSERT INTO jobs (id, kind, account, live, lane, due, leased_by, leased_until, fence, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
const ADD: &str = "INSERT INTO balances (account, live, ledger_account, asset, stripe, amount) VALUES (?, ?, ?, ?, 0, ?)
    ON CONFLICT (account, live, ledger_account, asset, stripe) DO UPDATE SET amount = amount + excluded.amount";

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Self::Used,
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Writes everything but the balances. The savepoint undoes whatever was done before an error.
///
/// # Errors
/// `Used` when a key is there already.
pub fn write(connection: &Connection, payment: &Payment) -> Result<(), Refusal> {
    require(connection)?;
    keep_key(connection, payment)?;
    records(connection, payment)?;
    events(connection, payment)?;
    book(connection, payment)?;
    release_later(connection, payment)?;
    Ok(())
}

fn run(connection: &Connection, text: &str, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
    connection.prepare_cached(text)?.execute(values).map(|_| ())
}

/// The commit relies on nobody listening to events.
fn require(connection: &Connection) -> Result<(), Refusal> {
    let mut select = connection.prepare_cached(VERSION)?;
    let version = select.query_row(params![ACCOUNT, LIVE, SETTINGS], |row| row.get::<_, i64>(0));
    match version.optional()? {
        None => Ok(()),
        Some(_) => Err(Refusal::Failed("Somebody listens to events.".to_owned())),
    }
}

fn keep_key(connection: &Connection, payment: &Payment) -> rusqlite::Result<()> {
    run(
        connection,
        TAKE_KEY,
        params![
            ACCOUNT,
            LIVE,
            payment.key,
            payment.part(Part::Hash),
            payment.made_ms,
            payment.request,
            NONE
        ],
    )?;
    run(
        connection,
        REPLY,
        params![
            ACCOUNT,
            LIVE,
            payment.request,
            payment.key,
            payment.made_ms,
            200,
            "",
            payment.part(Part::Reply)
        ],
    )
}

fn records(connection: &Connection, payment: &Payment) -> rusqlite::Result<()> {
    let made = payment.created;
    let (method, intent) = (payment.part(Part::Method), payment.part(Part::Intent));
    run(
        connection,
        METHOD,
        params![ACCOUNT, LIVE, payment.method, 1, made, NONE, method],
    )?;
    run(
        connection,
        INTENT,
        params![ACCOUNT, LIVE, payment.intent, 2, made, NONE, intent],
    )?;
    run(
        connection,
        CHARGE,
        params![
            ACCOUNT,
            LIVE,
            payment.charge,
            1,
            made,
            NONE,
            payment.intent,
            payment.part(Part::Charge)
        ],
    )
}

fn events(connection: &Connection, payment: &Payment) -> rusqlite::Result<()> {
    let told = payment.told();
    for (place, (kind, version)) in EVENTS.into_iter().enumerate() {
        run(
            connection,
            EVENT,
            params![
                ACCOUNT,
                LIVE,
                payment.events[place],
                1,
                payment.created,
                kind,
                told[place],
                version,
                payment.part(EVENT_PARTS[place])
            ],
        )?;
    }
    Ok(())
}

fn book(connection: &Connection, payment: &Payment) -> rusqlite::Result<()> {
    run(
        connection,
        BOOK,
        params![
            ACCOUNT,
            LIVE,
            payment.transaction,
            "charge",
            payment.charge,
            ASSET,
            payment.created,
            payment.available_on,
            DESCRIPTION
        ],
    )?;
    let mut insert = connection.prepare_cached(ENTER)?;
    for (line, (account, amount)) in payment.entries().into_iter().enumerate() {
        insert.execute(params![
            ACCOUNT,
            LIVE,
            payment.transaction,
            line as i64,
            account,
            amount
        ])?;
    }
    Ok(())
}

fn release_later(connection: &Connection, payment: &Payment) -> rusqlite::Result<()> {
    run(
        connection,
        JOB,
        params![
            payment.job,
            "release",
            ACCOUNT,
            LIVE,
            "release",
            payment.due_ms(),
            NONE,
            0,
            0,
            payment.job_body
        ],
    )
}

/// Adds a written payment to the sums of its group.
pub fn add<'g>(payment: &'g Payment, sums: &mut Sums<'g>) {
    for (account, amount) in payment.entries() {
        *sums.entry(account).or_default() += amount;
    }
}

/// Writes the sums.
///
/// # Errors
/// Those of the database.
pub fn flush(connection: &Connection, sums: &Sums<'_>) -> rusqlite::Result<()> {
    let mut upsert = connection.prepare_cached(ADD)?;
    for (account, sum) in sums {
        upsert.execute(params![ACCOUNT, LIVE, account, ASSET, sum])?;
    }
    Ok(())
}
