//! Reading: connections of their own, short snapshots, every list bounded and served by an index.

use super::apply::job_of;
use super::open::{failed, reader};
use crate::commit::{Reply, SavedClaim, StoreError};
use crate::lease::LEASE_LOOKS_MAX;
use crate::packing;
use crate::query::{Balance, ListQuery, Order, TransactionQuery};
use florin_base::{Asset, Millis, Scope, Timestamp};
use florin_domain::changes::{Created, Job, JobKind};
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::{Kind, Record, RecordKey, Versioned};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// At most so many idle connections are kept.
const IDLE_MAX: usize = 8;

/// Connections that only read. A caller takes one, asks, and puts it back.
pub struct Readers {
    database: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Readers of a database file.
    pub fn new(database: PathBuf) -> Readers {
        Readers {
            database,
            idle: Mutex::default(),
        }
    }

    /// Asks a question. A connection that failed is not used again.
    pub fn with<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match idle {
            Some(connection) => connection,
            None => reader(&self.database)?,
        };
        let answer = question(&connection)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        Ok(answer)
    }
}

fn corrupt(error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// A text of the installation.
pub fn text(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let mut select = connection
        .prepare_cached("SELECT value FROM installation WHERE name = ?")
        .map_err(failed)?;
    select
        .query_row([name], |row| row.get(0))
        .optional()
        .map_err(failed)
}

/// True while a saved reply is sealed with a data key. Only secrets are sealed, so the partial index is short.
pub fn seals_a_reply(connection: &Connection, key_id: &str) -> Result<bool, StoreError> {
    let text =
        "SELECT EXISTS (SELECT 1 FROM idempotency_replies WHERE key_id <> '' AND key_id = ?)";
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    select.query_row([key_id], |row| row.get(0)).map_err(failed)
}

/// One record.
pub fn record(
    connection: &Connection,
    key: &RecordKey,
) -> Result<Option<Versioned<Record>>, StoreError> {
    let text = match key.kind {
        Kind::PaymentIntent => {
            "SELECT version, created, body, packed FROM payment_intents WHERE account = ? AND live = ? AND id = ?"
        }
        kind => &format!(
            "SELECT version, created, body, packed FROM {} WHERE account = ? AND live = ? AND id = ?",
            kind.table()
        ),
    };
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let mut rows = select
        .query(params![&*key.scope.account, key.scope.live, key.id])
        .map_err(failed)?;
    let Some(row) = rows.next().map_err(failed)? else {
        return Ok(None);
    };
    let version: i64 = row.get(0).map_err(failed)?;
    let created = Timestamp(row.get(1).map_err(failed)?);
    let record = decoded(row, 2, (key.kind, &key.id, created))?;
    Ok(Some(Versioned {
        version: version as u64,
        record,
    }))
}

/// The record in the columns `body` and `packed`, which begin at a place.
fn decoded(
    row: &rusqlite::Row<'_>,
    at: usize,
    (kind, id, created): (Kind, &str, Timestamp),
) -> Result<Record, StoreError> {
    let plain = row.get_ref(at).map_err(failed)?.as_str();
    let packed = row.get_ref(at + 1).map_err(failed)?.as_blob_or_null();
    let no_body = |error: rusqlite::types::FromSqlError| StoreError::Corrupt(error.to_string());
    let body = packing::text(packed.map_err(no_body)?, plain.map_err(no_body)?)
        .map_err(|why| StoreError::Corrupt(why.0))?;
    Record::decode(kind, id, created, &body).map_err(|error| corrupt(&error))
}

/// A question in the making: conditions and their values.
struct Conditions {
    text: String,
    values: Vec<Sql>,
}

impl Conditions {
    fn new(scope: &Scope) -> Conditions {
        let values = vec![
            Sql::Text(scope.account.to_string()),
            Sql::Integer(i64::from(scope.live)),
        ];
        Conditions {
            text: "account = ? AND live = ?".to_owned(),
            values,
        }
    }

    fn one_of(&mut self, column: &str, wanted: &[String]) {
        let marks = vec!["?"; wanted.len()].join(", ");
        self.text += &format!(" AND {column} IN ({marks})");
        self.values.extend(wanted.iter().cloned().map(Sql::Text));
    }

    fn created(&mut self, range: Created) {
        for (edge, sign) in [(range.from, ">="), (range.to, "<=")] {
            if let Some(at) = edge {
                self.text += &format!(" AND created {sign} ?");
                self.values.push(Sql::Integer(at.0));
            }
        }
    }

    fn page(&mut self, after: Option<&(Timestamp, String)>, order: Order, limit: usize) {
        let (sign, way) = match order {
            Order::NewestFirst => ("<", "DESC"),
            Order::OldestFirst => (">", "ASC"),
        };
        if let Some((created, id)) = after {
            self.text += &format!(" AND (created, id) {sign} (?, ?)");
            self.values
                .extend([Sql::Integer(created.0), Sql::Text(id.clone())]);
        }
        self.text += &format!(" ORDER BY created {way}, id {way} LIMIT ?");
        self.values.push(Sql::Integer(limit as i64));
    }
}

/// A page of records.
pub fn list(
    connection: &Connection,
    query: &ListQuery,
) -> Result<Vec<Versioned<Record>>, StoreError> {
    let mut conditions = Conditions::new(&query.scope);
    for (column, wanted) in &query.filters {
        conditions.one_of(column, wanted);
    }
    conditions.created(query.created);
    conditions.page(query.after.as_ref(), query.order, query.limit);
    let text = format!(
        "SELECT id, version, created, body, packed FROM {} WHERE {}",
        query.kind.table(),
        conditions.text
    );
    let mut select = connection.prepare_cached(&text).map_err(failed)?;
    let mut rows = select
        .query(params_from_iter(conditions.values))
        .map_err(failed)?;
    let mut page = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let (id, version, created): (String, i64, i64) = (
            row.get(0).map_err(failed)?,
            row.get(1).map_err(failed)?,
            row.get(2).map_err(failed)?,
        );
        let record = decoded(row, 3, (query.kind, &id, Timestamp(created)))?;
        page.push(Versioned {
            version: version as u64,
            record,
        });
    }
    Ok(page)
}

/// Who holds a unique key.
pub fn find(
    connection: &Connection,
    scope: Option<&Scope>,
    space: &str,
    name: &str,
) -> Result<Option<RecordKey>, StoreError> {
    let text = match scope {
        Some(_) => {
            "SELECT account, live, kind, id FROM claims WHERE space = ?1 AND name = ?2 AND account = ?3 AND live = ?4"
        }
        None => {
            "SELECT account, live, kind, id FROM global_claims WHERE space = ?1 AND name = ?2 AND ?3 IS NULL AND ?4 IS NULL"
        }
    };
    let account = scope.map(|scope| scope.account.to_string());
    let live = scope.map(|scope| scope.live);
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let found: Option<(String, bool, String, String)> = select
        .query_row(params![space, name, account, live], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()
        .map_err(failed)?;
    let Some((account, live, table, id)) = found else {
        return Ok(None);
    };
    let kind =
        Kind::from_table(&table).ok_or_else(|| StoreError::Corrupt(format!("no table {table}")))?;
    Ok(Some(RecordKey {
        scope: Scope {
            account: account.into(),
            live,
        },
        kind,
        id,
    }))
}

/// What is known of an idempotency key.
pub fn saved(
    connection: &Connection,
    scope: &Scope,
    key: &str,
) -> Result<Option<SavedClaim>, StoreError> {
    let text = "SELECT k.hash, k.request, k.attempt, r.status, r.key_id, r.body FROM idempotency_keys k
                LEFT JOIN idempotency_replies r ON r.account = k.account AND r.live = k.live AND r.request = k.request
                WHERE k.account = ? AND k.live = ? AND k.name = ?";
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let held = select.query_row(params![&*scope.account, scope.live, key], |row| {
        let status: Option<u16> = row.get(3)?;
        let reply = match status {
            Some(status) => Some(Reply {
                status,
                key_id: row.get(4)?,
                body: row.get(5)?,
            }),
            None => None,
        };
        let hash: Vec<u8> = row.get(0)?;
        let hash = hash.try_into().map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(SavedClaim {
            hash,
            request: row.get(1)?,
            attempt: row.get(2)?,
            reply,
        })
    });
    let mut claim: Option<SavedClaim> = held.optional().map_err(failed)?;
    if let Some(reply) = claim.as_mut().and_then(|claim| claim.reply.as_mut()) {
        let stored = std::mem::take(&mut reply.body);
        reply.body = packing::unpack_reply(stored, &reply.key_id)
            .map_err(|why| StoreError::Corrupt(why.0))?;
    }
    Ok(claim)
}

/// When the next job is due. Reads in the order of due times and stops where nothing earlier can follow.
pub fn next_due(connection: &Connection, kinds: &[JobKind]) -> Result<Option<Millis>, StoreError> {
    let text = "SELECT due, leased_until FROM jobs WHERE kind = ? ORDER BY due, id LIMIT ?";
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let mut next: Option<i64> = None;
    for kind in kinds {
        let looks = LEASE_LOOKS_MAX as i64;
        let mut rows = select.query(params![kind.name(), looks]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (due, leased_until): (i64, i64) =
                (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
            if next.is_some_and(|next| due >= next) {
                break;
            }
            let free = due.max(leased_until);
            next = Some(next.map_or(free, |next| next.min(free)));
        }
    }
    Ok(next.map(Millis))
}

/// The jobs of a scope.
pub fn jobs(connection: &Connection, scope: &Scope, limit: usize) -> Result<Vec<Job>, StoreError> {
    let text = "SELECT id, kind, account, live, lane, due, body FROM jobs WHERE account = ? AND live = ? ORDER BY due, id LIMIT ?";
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let rows = select
        .query_map(params![&*scope.account, scope.live, limit as i64], job_of)
        .map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}

/// Balances that are not zero.
pub fn balances(connection: &Connection, scope: &Scope) -> Result<Vec<Balance>, StoreError> {
    let text = "SELECT ledger_account, asset, SUM(amount) FROM balances WHERE account = ? AND live = ?
                GROUP BY ledger_account, asset HAVING SUM(amount) <> 0 ORDER BY ledger_account, asset";
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let mut rows = select
        .query(params![&*scope.account, scope.live])
        .map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let (name, asset): (String, String) =
            (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
        let amount = row.get(2).map_err(failed)?;
        found.push(Balance {
            account: account_of(&name)?,
            asset: asset_of(&asset)?,
            amount,
        });
    }
    Ok(found)
}

fn account_of(name: &str) -> Result<LedgerAccount, StoreError> {
    LedgerAccount::from_name(name)
        .ok_or_else(|| StoreError::Corrupt(format!("no ledger account {name}")))
}

fn asset_of(name: &str) -> Result<Asset, StoreError> {
    Asset::parse(name).ok_or_else(|| StoreError::Corrupt(format!("no asset {name}")))
}

/// A page of ledger transactions with their entries.
pub fn transactions(
    connection: &Connection,
    query: &TransactionQuery,
) -> Result<Vec<Transaction>, StoreError> {
    let mut conditions = Conditions::new(&query.scope);
    if !query.ids.is_empty() {
        conditions.one_of("id", &query.ids);
    }
    if let Some(source) = &query.source {
        conditions.one_of("source", std::slice::from_ref(source));
    }
    if !query.movements.is_empty() {
        let names: Vec<String> = query
            .movements
            .iter()
            .map(|movement| movement.name().to_owned())
            .collect();
        conditions.one_of("movement", &names);
    }
    if let Some(asset) = &query.asset {
        conditions.one_of("asset", &[asset.to_string()]);
    }
    conditions.created(query.created);
    conditions.page(query.after.as_ref(), query.order, query.limit);
    let text = format!(
        "SELECT id, movement, source, asset, created, available_on, description FROM ledger_transactions WHERE {}",
        conditions.text
    );
    let mut select = connection.prepare_cached(&text).map_err(failed)?;
    let mut rows = select
        .query(params_from_iter(conditions.values))
        .map_err(failed)?;
    let mut page = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let mut transaction = transaction_of(row)?;
        transaction.entries = entries(connection, &query.scope, &transaction.id)?;
        page.push(transaction);
    }
    Ok(page)
}

fn transaction_of(row: &rusqlite::Row<'_>) -> Result<Transaction, StoreError> {
    let movement: String = row.get(1).map_err(failed)?;
    let asset: String = row.get(3).map_err(failed)?;
    Ok(Transaction {
        id: row.get(0).map_err(failed)?,
        movement: Movement::from_name(&movement)
            .ok_or_else(|| StoreError::Corrupt(format!("no movement {movement}")))?,
        source: row.get(2).map_err(failed)?,
        asset: asset_of(&asset)?,
        created: Timestamp(row.get(4).map_err(failed)?),
        available_on: Timestamp(row.get(5).map_err(failed)?),
        description: row.get(6).map_err(failed)?,
        entries: Vec::new(),
    })
}

fn entries(
    connection: &Connection,
    scope: &Scope,
    id: &str,
) -> Result<Vec<(LedgerAccount, i64)>, StoreError> {
    let text = "SELECT ledger_account, amount FROM ledger_entries WHERE account = ? AND live = ? AND txn = ? ORDER BY line";
    let mut select = connection.prepare_cached(text).map_err(failed)?;
    let mut rows = select
        .query(params![&*scope.account, scope.live, id])
        .map_err(failed)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let name: String = row.get(0).map_err(failed)?;
        lines.push((account_of(&name)?, row.get(1).map_err(failed)?));
    }
    Ok(lines)
}

/// The epoch of settings.
pub fn epoch(connection: &Connection) -> Result<u64, StoreError> {
    let mut select = connection
        .prepare_cached("SELECT epoch FROM epochs WHERE name = 'settings'")
        .map_err(failed)?;
    let epoch: i64 = select.query_row([], |row| row.get(0)).map_err(failed)?;
    Ok(epoch as u64)
}
