//! Questions that lists may ask. Every filter is on a key column, so every list is served by an index.

use florin_base::{Asset, Scope, Timestamp};
use florin_domain::changes::Created;
use florin_domain::ledger::{LedgerAccount, Movement};
use florin_domain::{Kind, Record};
use std::cmp::Ordering;

/// In which direction a page is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first; used for the page before a cursor.
    OldestFirst,
}

/// A page of one kind of records in one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct ListQuery {
    /// Whose.
    pub scope: Scope,
    /// Which table.
    pub kind: Kind,
    /// Key columns and one of the values that each must have.
    pub filters: Vec<(&'static str, Vec<String>)>,
    /// When they were made.
    pub created: Created,
    /// Only what comes behind this (created, id) in the order of reading.
    pub after: Option<(Timestamp, String)>,
    /// In which direction.
    pub order: Order,
    /// At most so many.
    pub limit: usize,
}

impl ListQuery {
    /// The newest `limit` records of a kind.
    pub fn newest(scope: &Scope, kind: Kind, limit: usize) -> ListQuery {
        ListQuery {
            scope: scope.clone(),
            kind,
            filters: Vec::new(),
            created: Created::default(),
            after: None,
            order: Order::NewestFirst,
            limit,
        }
    }

    /// Only records with this value in a key column.
    pub fn with(mut self, column: &'static str, value: &str) -> ListQuery {
        self.filters.push((column, vec![value.to_owned()]));
        self
    }

    /// Whether a record of this scope and kind is in the list, at any place behind `after`.
    pub fn holds(&self, record: &Record) -> bool {
        let columns = record.columns();
        let fits = |(column, wanted): &(&'static str, Vec<String>)| {
            let at = self.kind.columns().iter().position(|name| name == column);
            let value = at.and_then(|at| columns[at]);
            value.is_some_and(|value| wanted.iter().any(|one| one == value))
        };
        let behind = |(created, id): &(Timestamp, String)| {
            let place = (record.created(), record.id());
            let cursor = (*created, id.as_str());
            match self.order {
                Order::NewestFirst => place < cursor,
                Order::OldestFirst => place > cursor,
            }
        };
        let made = record.created();
        self.created.from.is_none_or(|from| from <= made)
            && self.created.to.is_none_or(|to| made <= to)
            && self.filters.iter().all(fits)
            && self.after.as_ref().is_none_or(behind)
    }

    /// The order of two records in the list.
    pub fn order_of(&self, one: &Record, other: &Record) -> Ordering {
        let order = (one.created(), one.id()).cmp(&(other.created(), other.id()));
        match self.order {
            Order::NewestFirst => order.reverse(),
            Order::OldestFirst => order,
        }
    }
}

/// A page of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionQuery {
    /// Whose.
    pub scope: Scope,
    /// Only these ids; empty means all.
    pub ids: Vec<String>,
    /// Only of this source.
    pub source: Option<String>,
    /// Only these movements; empty means all.
    pub movements: Vec<Movement>,
    /// Only this asset.
    pub asset: Option<Asset>,
    /// When they were booked.
    pub created: Created,
    /// Only what comes behind this (created, id) in the order of reading.
    pub after: Option<(Timestamp, String)>,
    /// In which direction.
    pub order: Order,
    /// At most so many.
    pub limit: usize,
}

impl TransactionQuery {
    /// The transaction with this id.
    pub fn one(scope: &Scope, id: &str) -> TransactionQuery {
        TransactionQuery {
            ids: vec![id.to_owned()],
            ..TransactionQuery::newest(scope, 1)
        }
    }

    /// The newest `limit` transactions.
    pub fn newest(scope: &Scope, limit: usize) -> TransactionQuery {
        TransactionQuery {
            scope: scope.clone(),
            ids: Vec::new(),
            source: None,
            movements: Vec::new(),
            asset: None,
            created: Created::default(),
            after: None,
            order: Order::NewestFirst,
            limit,
        }
    }
}

/// A balance that is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Which account of the chart.
    pub account: LedgerAccount,
    /// Which asset.
    pub asset: Asset,
    /// Debit positive, minor units.
    pub amount: i64,
}
