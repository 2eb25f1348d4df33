//! The two ends of a copy, as small traits, and a cursor over the rows of a table.
//!
//! A [`Source`] reads a table in batches by its key, from one consistent view of the database. A [`Sink`] is a source that
//! is being filled: what was written shows to others only when it is kept, and is gone when it is dropped.

use super::cells::{Cell, Digest, Row};
use super::facts::Facts;
use super::layout::Table;
use crate::StoreError;
use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::Pin;

/// How many rows are read or written at a time. Together with the length of a row it bounds the memory of a copy.
pub const BATCH_ROWS: usize = 500;

/// A future on the caller's own thread.
pub type Local<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + 'a>>;

/// Where rows come from.
pub trait Source {
    /// At most [`BATCH_ROWS`] rows behind a key (or from the first one on), in the order of the key. Empty at the end.
    fn batch<'a>(&'a self, table: &'a Table, after: Option<&'a [Cell]>) -> Local<'a, Vec<Row>>;

    /// Where nothing kept others from changing the source, this looks at it as it is now, and the answer is true. False
    /// where it cannot have changed, or may.
    fn renew(&self) -> Local<'_, bool> {
        Box::pin(ready(Ok(false)))
    }
}

/// Where rows go.
pub trait Sink: Source {
    /// Removes the rows that a migration put into a table.
    fn clear<'a>(&'a self, table: &'a Table) -> Local<'a, ()>;

    /// Adds rows.
    fn write<'a>(&'a self, table: &'a Table, rows: &'a [Row]) -> Local<'a, ()>;

    /// Texts may hold zero bytes here.
    fn takes_zero_bytes(&self) -> bool;

    /// Writes down what a backup knows of itself.
    fn note<'a>(&'a self, facts: &'a Facts) -> Local<'a, ()>;

    /// Everything was written: from here on it is read back, as it will be read later.
    fn seal(&mut self) -> Local<'_, ()>;

    /// Puts the copy in its place, durably.
    fn keep(self: Box<Self>) -> Local<'static, ()>;
}

/// The rows of a table, one after the other.
pub struct Cursor<'a> {
    source: &'a dyn Source,
    table: &'a Table,
    ready: VecDeque<Row>,
    last: Option<Vec<Cell>>,
    has_ended: bool,
}

impl<'a> Cursor<'a> {
    /// From the first row on.
    pub fn new(source: &'a dyn Source, table: &'a Table) -> Cursor<'a> {
        Cursor {
            source,
            table,
            ready: VecDeque::new(),
            last: None,
            has_ended: false,
        }
    }

    /// The next rows; empty at the end.
    ///
    /// # Errors
    /// Those of the database, and `Corrupt` when keys do not grow: an index is damaged or sorts otherwise.
    pub async fn batch(&mut self) -> Result<Vec<Row>, StoreError> {
        if self.has_ended {
            return Ok(Vec::new());
        }
        let rows = self.source.batch(self.table, self.last.as_deref()).await?;
        for row in &rows {
            let key = self.table.key_of(row);
            if self.last.as_ref().is_some_and(|last| *last >= key) {
                let name = &self.table.name;
                return Err(StoreError::Corrupt(format!(
                    "the keys of {name} do not grow at {key:?}; its index may be damaged"
                )));
            }
            self.last = Some(key);
        }
        self.has_ended = rows.len() < BATCH_ROWS;
        Ok(rows)
    }

    /// The next row, which stays there.
    ///
    /// # Errors
    /// As [`Cursor::batch`].
    pub async fn peek(&mut self) -> Result<Option<&Row>, StoreError> {
        if self.ready.is_empty() {
            self.ready = self.batch().await?.into();
        }
        Ok(self.ready.front())
    }

    /// The next row.
    ///
    /// # Errors
    /// As [`Cursor::batch`].
    pub async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        self.peek().await?;
        Ok(self.ready.pop_front())
    }
}

/// Reads a whole table and sums it up, with every lease taken off.
///
/// # Errors
/// As [`Cursor::batch`].
pub async fn digest(source: &dyn Source, table: &Table) -> Result<Digest, StoreError> {
    let mut cursor = Cursor::new(source, table);
    let mut digest = Digest::default();
    loop {
        let rows = cursor.batch().await?;
        if rows.is_empty() {
            return Ok(digest);
        }
        for mut row in rows {
            table.free(&mut row);
            digest.add(&row);
        }
    }
}
