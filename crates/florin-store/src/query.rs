//! Questions that lists may ask. Every filter is on a key column, so every list is served by an index.

use florin_base::{Asset, Scope, Timestamp};
use florin_domain::Kind;
use florin_domain::changes::Created;
use florin_domain::ledger::{LedgerAccount, Movement};

/// The column of the id, which every table has.
pub(crate) const ID: &str = "id";

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
    /// Key columns, or the id, and one of the values that each must have.
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

    /// Only records with one of these ids.
    pub fn named(mut self, ids: Vec<String>) -> ListQuery {
        self.filters.push((ID, ids));
        self
    }

    /// Whether a list can be filtered by a column.
    pub(crate) fn has_key(&self, column: &str) -> bool {
        column == ID || self.kind.columns().contains(&column)
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
