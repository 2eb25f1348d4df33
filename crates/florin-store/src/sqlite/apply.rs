//! What one member of a group does to the tables.

use super::open::failed;
use super::prepared::{Prepared, Row};
use super::writer::{TextChange, finish};
use crate::commit::{Finish, IdempotencyClaim, LeasedJob, StoreError};
use crate::lease::LEASE_MS;
use crate::schema::columns;
use florin_base::{Asset, Millis, Scope};
use florin_domain::changes::{Claim, Floor, Job, JobKind};
use florin_domain::ledger::{LedgerAccount, Transaction};
use florin_domain::{Kind, RecordKey};
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
use rusqlite::{CachedStatement, Connection, ToSql, params};
use std::collections::HashMap;
use std::sync::LazyLock;

struct KindSql {
    insert: String,
    update: String,
    version: String,
}

static SQL: LazyLock<HashMap<Kind, KindSql>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, sql(*kind))).collect());

fn sql(kind: Kind) -> KindSql {
    let table = kind.table();
    let mut all = columns(kind);
    all.retain(|column| *column != "body");
    let marks = vec!["?"; all.len()].join(", ");
    let sets: Vec<String> = kind
        .columns()
        .iter()
        .map(|column| format!("{column} = ?"))
        .collect();
    let sets = sets
        .iter()
        .fold(String::new(), |text, set| text + set + ", ");
    KindSql {
        insert: format!(
            "INSERT INTO {table} ({}, body) VALUES ({marks}, '')",
            all.join(", ")
        ),
        update: format!(
            "UPDATE {table} SET version = ?, {sets}packed = ?, body = '' WHERE account = ? AND live = ? AND id = ? AND version = ?"
        ),
        version: format!("SELECT version FROM {table} WHERE account = ? AND live = ? AND id = ?"),
    }
}

pub fn statement<'c>(
    connection: &'c Connection,
    text: &str,
) -> Result<CachedStatement<'c>, StoreError> {
    connection.prepare_cached(text).map_err(failed)
}

/// A key that was there already, as `taken`; a value out of its range, a full disk and everything else as it is.
fn refused(error: rusqlite::Error, taken: StoreError) -> StoreError {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE) => taken,
        _ => failed(error),
    }
}

/// Sums of entries that the group has not written yet. They commute, so they are written once, at the end.
#[derive(Default)]
pub struct Deltas {
    list: Vec<(Scope, LedgerAccount, Asset, i64)>,
}

impl Deltas {
    /// Where a member begins.
    pub fn mark(&self) -> usize {
        self.list.len()
    }

    /// Forgets what a failed member added.
    pub fn back_to(&mut self, mark: usize) {
        self.list.truncate(mark);
    }

    fn add(&mut self, scope: &Scope, transaction: &Transaction) {
        for (account, amount) in &transaction.entries {
            self.list
                .push((scope.clone(), *account, transaction.asset, *amount));
        }
    }

    fn waiting(&self, floor: &Floor) -> i128 {
        let mine = self.list.iter().filter(|(scope, account, asset, _)| {
            *scope == floor.scope && *account == floor.account && *asset == floor.asset
        });
        mine.map(|(_, _, _, amount)| i128::from(*amount)).sum()
    }

    /// Writes the sums.
    pub fn flush(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut sums: HashMap<(&Scope, LedgerAccount, Asset), i128> = HashMap::new();
        for (scope, account, asset, amount) in &self.list {
            *sums.entry((scope, *account, *asset)).or_default() += i128::from(*amount);
        }
        let mut upsert = statement(
            connection,
            "INSERT INTO balances (account, live, ledger_account, asset, stripe, amount) VALUES (?, ?, ?, ?, 0, ?)
             ON CONFLICT (account, live, ledger_account, asset, stripe) DO UPDATE SET amount = amount + excluded.amount",
        )?;
        for ((scope, account, asset), sum) in sums {
            let out_of_range = || StoreError::Corrupt("a balance leaves its range".to_owned());
            let amount = i64::try_from(sum).map_err(|_| out_of_range())?;
            upsert
                .execute(params![
                    &*scope.account,
                    scope.live,
                    account.name(),
                    asset.as_str(),
                    amount
                ])
                .map_err(failed)?;
        }
        Ok(())
    }
}

/// Applies one member. Its savepoint undoes whatever it did before an error.
pub fn member(
    connection: &Connection,
    member: &Prepared,
    deltas: &mut Deltas,
    lease: (&str, Millis),
) -> Result<Vec<LeasedJob>, StoreError> {
    let commit = &member.commit;
    if let Some(finish) = &commit.finish {
        finish_job(connection, finish)?;
    }
    for require in &commit.changes.requires {
        check_version(connection, &require.key, require.version as i64)?;
    }
    for claim in &commit.changes.claims {
        take_claim(connection, claim)?;
    }
    if let Some(claim) = &commit.claim {
        take_idempotency(connection, claim, lease.1)?;
    }
    for row in &member.rows {
        write_row(connection, row)?;
    }
    for (scope, transaction) in &commit.changes.transactions {
        book(connection, scope, transaction)?;
        deltas.add(scope, transaction);
    }
    for floor in &commit.changes.floors {
        check_floor(connection, floor, deltas)?;
    }
    if commit.bumps_epoch {
        bump_epoch(connection)?;
    }
    add_jobs(connection, member, lease)
}

fn bump_epoch(connection: &Connection) -> Result<(), StoreError> {
    let text = "UPDATE epochs SET epoch = epoch + 1 WHERE name = 'settings'";
    let bumped = statement(connection, text)?.execute([]);
    bumped.map(|_| ()).map_err(failed)
}

fn check_version(connection: &Connection, key: &RecordKey, version: i64) -> Result<(), StoreError> {
    let mut select = statement(connection, &SQL[&key.kind].version)?;
    let mut rows = select
        .query(params![&*key.scope.account, key.scope.live, key.id])
        .map_err(failed)?;
    let found: i64 = match rows.next().map_err(failed)? {
        Some(row) => row.get(0).map_err(failed)?,
        None => 0,
    };
    if found == version {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

fn write_row(connection: &Connection, row: &Row) -> Result<(), StoreError> {
    let sql = &SQL[&row.kind];
    let account: &str = &row.scope.account;
    let mut values: Vec<&dyn ToSql> = Vec::with_capacity(12);
    if row.expected == 0 {
        values.extend([
            &account as &dyn ToSql,
            &row.scope.live,
            &row.id,
            &row.version,
            &row.created,
        ]);
        values.extend(row.columns.iter().map(|column| column as &dyn ToSql));
        values.push(&row.body);
        let inserted = statement(connection, &sql.insert)?.execute(values.as_slice());
        return inserted
            .map(|_| ())
            .map_err(|error| refused(error, StoreError::Conflict));
    }
    values.push(&row.version);
    values.extend(row.columns.iter().map(|column| column as &dyn ToSql));
    values.extend([
        &row.body as &dyn ToSql,
        &account,
        &row.scope.live,
        &row.id,
        &row.expected,
    ]);
    match statement(connection, &sql.update)?
        .execute(values.as_slice())
        .map_err(failed)?
    {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

fn take_claim(connection: &Connection, claim: &Claim) -> Result<(), StoreError> {
    let target = &claim.target;
    let (account, live): (&str, bool) = match &claim.scope {
        Some(scope) => (&scope.account, scope.live),
        None => (&target.scope.account, target.scope.live),
    };
    let text = match claim.scope {
        Some(_) => {
            "INSERT INTO claims (account, live, space, name, kind, id) VALUES (?, ?, ?, ?, ?, ?)"
        }
        None => {
            "INSERT INTO global_claims (account, live, space, name, kind, id) VALUES (?, ?, ?, ?, ?, ?)"
        }
    };
    let values = params![
        account,
        live,
        claim.space,
        claim.key,
        target.kind.table(),
        target.id
    ];
    let taken = StoreError::Claimed {
        space: claim.space.to_owned(),
    };
    statement(connection, text)?
        .execute(values)
        .map(|_| ())
        .map_err(|error| refused(error, taken))
}

fn take_idempotency(
    connection: &Connection,
    claim: &IdempotencyClaim,
    now: Millis,
) -> Result<(), StoreError> {
    let account: &str = &claim.scope.account;
    let live = claim.scope.live;
    let taken = || StoreError::Claimed {
        space: "idempotency".to_owned(),
    };
    if !claim.is_held {
        let text = "INSERT INTO idempotency_keys (account, live, name, hash, made, request, attempt) VALUES (?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            account,
            live,
            claim.key,
            claim.hash.as_slice(),
            now.0,
            claim.request,
            claim.attempt
        ];
        statement(connection, text)?
            .execute(values)
            .map_err(|error| refused(error, taken()))?;
    }
    let Some(reply) = &claim.reply else {
        return Ok(());
    };
    let text = "INSERT INTO idempotency_replies (account, live, request, name, made, status, key_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let values = params![
        account,
        live,
        claim.request,
        claim.key,
        now.0,
        reply.status,
        reply.key_id,
        reply.body
    ];
    statement(connection, text)?
        .execute(values)
        .map(|_| ())
        .map_err(|error| refused(error, taken()))
}

fn book(
    connection: &Connection,
    scope: &Scope,
    transaction: &Transaction,
) -> Result<(), StoreError> {
    let account: &str = &scope.account;
    let text = "INSERT INTO ledger_transactions (account, live, id, movement, source, asset, created, available_on, description)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = params![
        account,
        scope.live,
        transaction.id,
        transaction.movement.name(),
        transaction.source,
        transaction.asset.as_str(),
        transaction.created.0,
        transaction.available_on.0,
        transaction.description
    ];
    statement(connection, text)?
        .execute(values)
        .map_err(|error| refused(error, StoreError::Conflict))?;
    let text = "INSERT INTO ledger_entries (account, live, txn, line, ledger_account, amount) VALUES (?, ?, ?, ?, ?, ?)";
    let mut insert = statement(connection, text)?;
    for (line, (ledger_account, amount)) in transaction.entries.iter().enumerate() {
        let values = params![
            account,
            scope.live,
            transaction.id,
            line as i64,
            ledger_account.name(),
            amount
        ];
        insert
            .execute(values)
            .map_err(|error| refused(error, StoreError::Conflict))?;
    }
    Ok(())
}

fn check_floor(connection: &Connection, floor: &Floor, deltas: &Deltas) -> Result<(), StoreError> {
    let text = "SELECT amount FROM balances WHERE account = ? AND live = ? AND ledger_account = ? AND asset = ?";
    let values = params![
        &*floor.scope.account,
        floor.scope.live,
        floor.account.name(),
        floor.asset.as_str()
    ];
    let mut select = statement(connection, text)?;
    let stripes = select.query_map(values, |row| row.get::<_, i64>(0));
    let mut sum = deltas.waiting(floor);
    for stripe in stripes.map_err(failed)? {
        sum += i128::from(stripe.map_err(failed)?);
    }
    let left = i64::try_from(sum).map(LedgerAccount::merchant_view);
    match left.is_ok_and(|left| left >= floor.at_least) {
        true => Ok(()),
        false => Err(StoreError::Floor),
    }
}

fn finish_job(connection: &Connection, finish: &Finish) -> Result<(), StoreError> {
    let changed = match finish.again {
        None => statement(connection, "DELETE FROM jobs WHERE id = ? AND fence = ?")?.execute(params![finish.job, finish.fence]),
        Some(due) => statement(
            connection,
            "UPDATE jobs SET due = ?, leased_by = NULL, leased_until = 0 WHERE id = ? AND fence = ?",
        )?
        .execute(params![due.0, finish.job, finish.fence]),
    };
    match changed.map_err(failed)? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

fn add_jobs(
    connection: &Connection,
    member: &Prepared,
    lease: (&str, Millis),
) -> Result<Vec<LeasedJob>, StoreError> {
    let (process, now) = lease;
    let mut taken = Vec::new();
    for job in &member.commit.changes.jobs {
        let take = member.commit.takes_jobs && job.due <= now;
        let (by, until, fence) = if take {
            (Some(process), now.0 + LEASE_MS, 1)
        } else {
            (None, 0, 0)
        };
        let text = "INSERT INTO jobs (id, kind, account, live, lane, due, leased_by, leased_until, fence, body)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
        let scope = &job.scope;
        let body = job.body.to_string();
        let values = params![
            job.id,
            job.kind.name(),
            &*scope.account,
            scope.live,
            job.lane,
            job.due.0,
            by,
            until,
            fence,
            body
        ];
        let added = statement(connection, text)?
            .execute(values)
            .map_err(failed)?;
        if take && added == 1 {
            taken.push(LeasedJob {
                job: job.clone(),
                fence,
            });
        }
    }
    Ok(taken)
}

/// Reads a job from (id, kind, account, live, lane, due, body).
pub fn job_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Job> {
    let kind: String = row.get(1)?;
    let account: String = row.get(2)?;
    let body: String = row.get(6)?;
    Ok(Job {
        id: row.get(0)?,
        kind: JobKind::from_name(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
        scope: Scope {
            account: account.into(),
            live: row.get(3)?,
        },
        lane: row.get(4)?,
        due: Millis(row.get(5)?),
        body: serde_json::from_str(&body).map_err(|_| rusqlite::Error::InvalidQuery)?,
    })
}

/// Keys that nothing waits for any more. An answer that came late is kept as long as any other, so its own time counts.
const OLD_KEYS: &str = "SELECT account, live, name, request FROM idempotency_keys AS k
     WHERE made < ?1 AND (attempt IS NULL OR EXISTS (
         SELECT 1 FROM idempotency_replies AS r
         WHERE r.account = k.account AND r.live = k.live AND r.request = k.request AND r.made < ?1))
     ORDER BY made LIMIT ?2";

/// Drops idempotency keys answered before an instant, with their replies.
pub fn prune(
    connection: &mut Connection,
    before: Millis,
    limit: usize,
) -> Result<usize, StoreError> {
    let transaction = connection.transaction().map_err(failed)?;
    let old: Vec<(String, bool, String, String)> = {
        let mut select = statement(&transaction, OLD_KEYS)?;
        let rows = select
            .query_map(params![before.0, limit as i64], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .map_err(failed)?;
        rows.collect::<Result<_, _>>().map_err(failed)?
    };
    for (account, live, name, request) in &old {
        let key = "DELETE FROM idempotency_keys WHERE account = ? AND live = ? AND name = ?";
        statement(&transaction, key)?
            .execute(params![account, live, name])
            .map_err(failed)?;
        let reply =
            "DELETE FROM idempotency_replies WHERE account = ? AND live = ? AND request = ?";
        statement(&transaction, reply)?
            .execute(params![account, live, request])
            .map_err(failed)?;
    }
    finish(transaction)?;
    Ok(old.len())
}

/// Replaces a text of the installation if the expected one is there, and bumps the epoch.
pub fn replace_text(connection: &Connection, change: &TextChange) -> Result<bool, StoreError> {
    let TextChange {
        name,
        expected,
        value,
    } = change;
    let changed = match expected {
        Some(expected) => {
            let text = "UPDATE installation SET value = ? WHERE name = ? AND value = ?";
            statement(connection, text)?.execute(params![value, name, expected])
        }
        None => {
            let text = "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING";
            statement(connection, text)?.execute(params![name, value])
        }
    };
    let is_replaced = changed.map_err(failed)? == 1;
    if is_replaced {
        bump_epoch(connection)?;
    }
    Ok(is_replaced)
}
