//! Questions to the tables in memory.

use super::state::{Row, State};
use crate::StoreError;
use crate::commit::SavedClaim;
use crate::query::{Balance, ID, ListQuery, Order, TransactionQuery};
use florin_base::{Millis, Scope, Timestamp};
use florin_domain::changes::Created;
use florin_domain::ledger::Transaction;
use florin_domain::{Kind, Record, RecordKey, Versioned};
use std::collections::BTreeMap;

pub(super) fn decode(key: &RecordKey, row: &Row) -> Result<Versioned<Record>, StoreError> {
    let record = Record::decode(key.kind, &key.id, row.created, &row.body);
    let record = record.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Versioned {
        version: row.version,
        record,
    })
}

fn is_within(range: &Created, created: Timestamp) -> bool {
    range.from.is_none_or(|from| from <= created) && range.to.is_none_or(|to| created <= to)
}

/// True for what lies behind the cursor in the order of reading.
fn is_behind(
    after: Option<&(Timestamp, String)>,
    order: Order,
    created: Timestamp,
    id: &str,
) -> bool {
    let Some((at, cursor)) = after else {
        return true;
    };
    let place = (created, id).cmp(&(*at, cursor.as_str()));
    match order {
        Order::NewestFirst => place.is_lt(),
        Order::OldestFirst => place.is_gt(),
    }
}

/// Walks a range in the order of reading.
fn ordered<'a, T: 'a>(
    range: impl DoubleEndedIterator<Item = T> + 'a,
    order: Order,
) -> Box<dyn Iterator<Item = T> + 'a> {
    match order {
        Order::NewestFirst => Box::new(range.rev()),
        Order::OldestFirst => Box::new(range),
    }
}

/// True when each filter names a value that the row has in its key column.
fn has_columns(query: &ListQuery, id: &str, row: &Row) -> bool {
    query.filters.iter().all(|(column, wanted)| {
        if *column == ID {
            return wanted.iter().any(|one| one == id);
        }
        let at = query
            .kind
            .columns()
            .iter()
            .position(|known| known == column);
        let value = at
            .and_then(|at| row.columns.get(at))
            .and_then(Option::as_ref);
        value.is_some_and(|value| wanted.contains(value))
    })
}

impl State {
    pub(super) fn get(
        &self,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Versioned<Record>>>, StoreError> {
        keys.iter()
            .map(|key| {
                self.records
                    .get(key)
                    .map(|row| decode(key, row))
                    .transpose()
            })
            .collect()
    }

    pub(super) fn list(&self, query: &ListQuery) -> Result<Vec<Versioned<Record>>, StoreError> {
        if let Some((column, _)) = query
            .filters
            .iter()
            .find(|(column, _)| !query.has_key(column))
        {
            return Err(StoreError::Corrupt(format!(
                "{} has no key column {column}",
                query.kind.table()
            )));
        }
        let first = (
            query.scope.clone(),
            query.kind,
            Timestamp(i64::MIN),
            String::new(),
        );
        let last = (
            query.scope.clone(),
            query.kind,
            Timestamp(i64::MAX),
            String::from(char::MAX),
        );
        let mut page = Vec::new();
        for (scope, kind, created, id) in ordered(self.by_created.range(first..last), query.order) {
            if page.len() == query.limit {
                break;
            }
            if !is_within(&query.created, *created)
                || !is_behind(query.after.as_ref(), query.order, *created, id)
            {
                continue;
            }
            let key = RecordKey::new(scope, *kind, id);
            if let Some(row) = self
                .records
                .get(&key)
                .filter(|row| has_columns(query, id, row))
            {
                page.push(decode(&key, row)?);
            }
        }
        Ok(page)
    }

    pub(super) fn find(&self, scope: Option<&Scope>, space: &str, key: &str) -> Option<RecordKey> {
        self.claims
            .get(&(scope.cloned(), space.to_owned(), key.to_owned()))
            .cloned()
    }

    pub(super) fn saved(&self, scope: &Scope, key: &str) -> Option<SavedClaim> {
        let row = self.keys.get(&(scope.clone(), key.to_owned()))?;
        Some(SavedClaim {
            hash: row.hash,
            request: row.request.clone(),
            attempt: row.attempt.clone(),
            reply: self
                .replies
                .get(&(scope.clone(), row.request.clone()))
                .cloned(),
        })
    }

    pub(super) fn balances_of(&self, scope: &Scope) -> Vec<Balance> {
        let mine = self
            .balances
            .iter()
            .filter(|((owner, _, _), amount)| owner == scope && **amount != 0);
        let by_name: BTreeMap<_, _> = mine
            .map(|((_, account, asset), amount)| {
                (
                    (account.name(), *asset),
                    Balance {
                        account: *account,
                        asset: *asset,
                        amount: *amount,
                    },
                )
            })
            .collect();
        by_name.into_values().collect()
    }

    pub(super) fn transactions_of(&self, query: &TransactionQuery) -> Vec<Transaction> {
        let first = (query.scope.clone(), Timestamp(i64::MIN), String::new());
        let last = (
            query.scope.clone(),
            Timestamp(i64::MAX),
            String::from(char::MAX),
        );
        let range = self
            .transactions
            .range(first..last)
            .map(|(_, transaction)| transaction);
        ordered(range, query.order)
            .filter(|transaction| is_asked_for(query, transaction))
            .take(query.limit)
            .cloned()
            .collect()
    }

    pub(super) fn prune(&mut self, before: Millis, limit: usize) -> usize {
        let mut old: Vec<(Millis, Scope, String)> = self
            .keys
            .iter()
            .filter(|(_, row)| row.is_over(before))
            .map(|((scope, key), row)| (row.made, scope.clone(), key.clone()))
            .collect();
        old.sort();
        old.truncate(limit);
        for (_, scope, key) in &old {
            if let Some(row) = self.keys.remove(&(scope.clone(), key.clone())) {
                self.replies.remove(&(scope.clone(), row.request));
            }
        }
        old.len()
    }

    /// The newest version of every record of one kind, in key order.
    pub(super) fn all_of(&self, kind: Kind) -> Result<Vec<(Scope, Record)>, StoreError> {
        let rows = self.records.iter().filter(|(key, _)| key.kind == kind);
        rows.map(|(key, row)| Ok((key.scope.clone(), decode(key, row)?.record)))
            .collect()
    }
}

fn is_asked_for(query: &TransactionQuery, transaction: &Transaction) -> bool {
    let TransactionQuery {
        ids,
        source,
        movements,
        asset,
        created,
        after,
        order,
        ..
    } = query;
    (ids.is_empty() || ids.contains(&transaction.id))
        && source
            .as_ref()
            .is_none_or(|source| *source == transaction.source)
        && (movements.is_empty() || movements.contains(&transaction.movement))
        && asset.is_none_or(|asset| asset == transaction.asset)
        && is_within(created, transaction.created)
        && is_behind(after.as_ref(), *order, transaction.created, &transaction.id)
}
