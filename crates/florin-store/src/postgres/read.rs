//! Pages: lists of records, the ledger, balances.

use super::params::{Param, clean, live};
use super::pool::Pool;
use super::records::{column, decode};
use crate::StoreError;
use crate::query::{Balance, ListQuery, Order, TransactionQuery};
use florin_base::{Asset, Scope, Timestamp};
use florin_domain::changes::Created;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::{Record, Versioned};
use std::borrow::Cow;
use std::fmt::Write;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// How many values of one filter get a branch of their own in a list. More of them are looked up together and sorted.
const BRANCHES_MAX: usize = 8;

/// A WHERE clause and what stands in it.
struct Conditions<'a> {
    text: String,
    params: Vec<Param<'a>>,
}

impl<'a> Conditions<'a> {
    fn of(scope: &'a Scope) -> Conditions<'a> {
        let params = vec![Param::new(&*scope.account), Param::new(live(scope))];
        Conditions {
            text: "account = $1 AND live = $2".to_owned(),
            params,
        }
    }

    /// Adds a parameter and gives its place.
    fn place(&mut self, param: Param<'a>) -> usize {
        self.params.push(param);
        self.params.len()
    }

    fn and(&mut self, condition: &str, param: Param<'a>) {
        let place = self.place(param);
        // Writing to a string cannot fail.
        let _ = write!(self.text, " AND {condition} ${place}");
    }

    /// One value is compared by itself: behind an equality an index gives its rows in order, behind an array it does not.
    fn one_of<T: ToSql + Sync + Send + 'a>(&mut self, name: &str, mut values: Vec<T>) {
        if let [_] = values[..]
            && let Some(value) = values.pop()
        {
            return self.and(&format!("{name} ="), Param::new(value));
        }
        let place = self.place(Param::new(values));
        let _ = write!(self.text, " AND {name} = ANY(${place}::text[])");
    }

    fn created(&mut self, range: &Created) {
        if let Some(from) = range.from {
            self.and("created >=", Param::new(from.0));
        }
        if let Some(to) = range.to {
            self.and("created <=", Param::new(to.0));
        }
    }

    /// The cursor. Gives the order and the limit.
    fn page(
        &mut self,
        after: Option<&'a (Timestamp, String)>,
        order: Order,
        limit: usize,
    ) -> String {
        let (sign, way) = match order {
            Order::NewestFirst => ("<", "DESC"),
            Order::OldestFirst => (">", "ASC"),
        };
        if let Some((created, id)) = after {
            let (at, behind) = (
                self.place(Param::new(created.0)),
                self.place(Param::new(clean(id))),
            );
            let _ = write!(self.text, " AND (created, id) {sign} (${at}, ${behind})");
        }
        let limit = self.place(Param::new(i64::try_from(limit).unwrap_or(i64::MAX)));
        format!("ORDER BY created {way}, id {way} LIMIT ${limit}")
    }

    async fn rows(&self, pool: &Pool, text: &str) -> Result<Vec<Row>, StoreError> {
        let params: Vec<&(dyn ToSql + Sync)> = self.params.iter().map(Param::as_sql).collect();
        pool.rows(text, &params).await
    }
}

/// A question for a page of records.
pub struct Listing<'a> {
    /// The statement.
    pub text: String,
    conditions: Conditions<'a>,
}

impl Listing<'_> {
    /// What stands in the statement.
    pub fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.conditions.params.iter().map(Param::as_sql).collect()
    }
}

/// Asks for a page. Of a filter with several values each is looked up by itself, in the order of its index and within
/// the limit; the few rows that come out are put in order then.
///
/// # Errors
/// `Corrupt` for a filter that is no key column.
pub fn listing(query: &ListQuery) -> Result<Listing<'_>, StoreError> {
    let table = query.kind.table();
    let mut conditions = Conditions::of(&query.scope);
    let mut branches: Option<(&str, Vec<Cow<'_, str>>)> = None;
    for (name, wanted) in &query.filters {
        if !query.has_key(name) {
            return Err(StoreError::Corrupt(format!(
                "{table} has no key column {name}"
            )));
        }
        let mut values: Vec<Cow<'_, str>> = wanted.iter().map(|value| clean(value)).collect();
        values.sort_unstable();
        values.dedup();
        match branches.is_none() && (2..=BRANCHES_MAX).contains(&values.len()) {
            true => branches = Some((*name, values)),
            false => conditions.one_of(name, values),
        }
    }
    conditions.created(&query.created);
    let order = conditions.page(query.after.as_ref(), query.order, query.limit);
    let base = format!(
        "SELECT id, version, created, body, packed FROM {table} WHERE {}",
        conditions.text
    );
    let text = match branches {
        None => format!("{base} {order}"),
        Some((name, values)) => {
            let branch = |value: Cow<'_, str>| {
                let place = conditions.place(Param::new(value.into_owned()));
                format!("({base} AND {name} = ${place} {order})")
            };
            let branches: Vec<String> = values.into_iter().map(branch).collect();
            format!(
                "SELECT id, version, created, body, packed FROM ({}) AS u {order}",
                branches.join(" UNION ALL ")
            )
        }
    };
    Ok(Listing { text, conditions })
}

/// A page of records.
pub async fn list(pool: &Pool, query: &ListQuery) -> Result<Vec<Versioned<Record>>, StoreError> {
    let listing = listing(query)?;
    let rows = pool.rows(&listing.text, &listing.params()).await?;
    rows.iter()
        .map(|row| decode(query.kind, column(row, 0)?, row, 1))
        .collect()
}

/// Balances that are not zero. A sum of bigints is a numeric; as text it is read back without loss.
pub async fn balances(pool: &Pool, scope: &Scope) -> Result<Vec<Balance>, StoreError> {
    let text = "SELECT ledger_account, asset, sum(amount)::text FROM balances WHERE account = $1 AND live = $2
        GROUP BY ledger_account, asset HAVING sum(amount) <> 0 ORDER BY ledger_account, asset";
    let rows = pool.rows(text, &[&&*scope.account, &live(scope)]).await?;
    let mut balances = Vec::with_capacity(rows.len());
    for row in &rows {
        let amount = column::<&str>(row, 2)?.parse();
        let amount =
            amount.map_err(|_| StoreError::Corrupt("a balance beyond 64 bits".to_owned()))?;
        balances.push(Balance {
            account: ledger_account(column(row, 0)?)?,
            asset: asset(column(row, 1)?)?,
            amount,
        });
    }
    Ok(balances)
}

fn ledger_account(name: &str) -> Result<LedgerAccount, StoreError> {
    LedgerAccount::from_name(name)
        .ok_or_else(|| StoreError::Corrupt(format!("no ledger account is called {name}")))
}

fn asset(name: &str) -> Result<Asset, StoreError> {
    Asset::parse(name).ok_or_else(|| StoreError::Corrupt(format!("no asset is called {name}")))
}

/// A page of the ledger, its entries joined in the same statement.
pub async fn transactions(
    pool: &Pool,
    query: &TransactionQuery,
) -> Result<Vec<Transaction>, StoreError> {
    let mut conditions = Conditions::of(&query.scope);
    if !query.ids.is_empty() {
        conditions.one_of("id", query.ids.iter().map(|id| clean(id)).collect());
    }
    if let Some(source) = &query.source {
        conditions.and("source =", Param::new(clean(source)));
    }
    if !query.movements.is_empty() {
        conditions.one_of(
            "movement",
            query
                .movements
                .iter()
                .map(|movement| movement.name())
                .collect(),
        );
    }
    if let Some(asset) = query.asset {
        conditions.and("asset =", Param::new(asset.to_string()));
    }
    conditions.created(&query.created);
    let order = conditions.page(query.after.as_ref(), query.order, query.limit);
    let way = match query.order {
        Order::NewestFirst => "DESC",
        Order::OldestFirst => "ASC",
    };
    let text = format!(
        "SELECT t.id, t.movement, t.source, t.asset, t.created, t.available_on, t.description, e.ledger_account, e.amount
         FROM (SELECT * FROM ledger_transactions WHERE {} {order}) t
         LEFT JOIN ledger_entries e ON e.account = t.account AND e.live = t.live AND e.txn = t.id
         ORDER BY t.created {way}, t.id {way}, e.line",
        conditions.text
    );
    let mut page: Vec<Transaction> = Vec::new();
    for row in &conditions.rows(pool, &text).await? {
        let id: &str = column(row, 0)?;
        if page.last().is_none_or(|last| last.id != id) {
            page.push(transaction(row)?);
        }
        if let (Some(last), Some(name)) = (page.last_mut(), column::<Option<&str>>(row, 7)?) {
            last.entries.push((ledger_account(name)?, column(row, 8)?));
        }
    }
    Ok(page)
}

fn transaction(row: &Row) -> Result<Transaction, StoreError> {
    let movement: &str = column(row, 1)?;
    let movement = Movement::from_name(movement);
    Ok(Transaction {
        id: column(row, 0)?,
        movement: movement.ok_or_else(|| StoreError::Corrupt("an unknown movement".to_owned()))?,
        source: column(row, 2)?,
        asset: asset(column(row, 3)?)?,
        created: Timestamp(column(row, 4)?),
        available_on: Timestamp(column(row, 5)?),
        description: column(row, 6)?,
        entries: Vec::new(),
    })
}
