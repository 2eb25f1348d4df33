//! The sums of the ledger, read from a copy: transactions are zero, balances are the sums of their entries.
//!
//! Three cursors walk side by side, account by account, so the memory is that of one account's balances, and every engine
//! is checked by the same arithmetic. Deliberately absent: repair.

use super::cells::{Cell, Row};
use super::ends::{Cursor, Source};
use super::layout::{Layout, Table};
use crate::StoreError;
use std::collections::BTreeMap;

/// How many findings are kept; the others are counted.
pub const FINDINGS_MAX: usize = 20;

/// What a look at the ledger found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// How many transactions there are.
    pub transactions: u64,
    /// How many entries there are.
    pub entries: u64,
    /// How many balances there are.
    pub balances: u64,
    /// What is wrong, the first [`FINDINGS_MAX`].
    pub findings: Vec<String>,
    /// How much is wrong.
    pub findings_total: u64,
}

impl Books {
    fn find(&mut self, finding: String) {
        self.findings_total += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

/// Checks the ledger.
///
/// # Errors
/// Those of the database, and `Corrupt` when a table of the ledger is not there.
pub async fn audit(source: &dyn Source, layout: &Layout) -> Result<Books, StoreError> {
    let mut walk = Walk {
        transactions: Reader::new(source, layout, "ledger_transactions")?,
        entries: Reader::new(source, layout, "ledger_entries")?,
        balances: Reader::new(source, layout, "balances")?,
        books: Books::default(),
    };
    while let Some(scope) = walk.scope().await? {
        walk.audit(&scope).await?;
    }
    Ok(walk.books)
}

/// A cursor that knows the columns of its table.
struct Reader<'a> {
    table: &'a Table,
    cursor: Cursor<'a>,
}

impl<'a> Reader<'a> {
    fn new(
        source: &'a dyn Source,
        layout: &'a Layout,
        name: &str,
    ) -> Result<Reader<'a>, StoreError> {
        let missing = || StoreError::Corrupt(format!("there is no table {name}"));
        let table = layout.table(name).ok_or_else(missing)?;
        Ok(Reader {
            table,
            cursor: Cursor::new(source, table),
        })
    }

    /// The account and mode of the next row.
    async fn scope(&mut self) -> Result<Option<Vec<Cell>>, StoreError> {
        let row = self.cursor.peek().await?;
        Ok(row.map(|row| {
            self.table.key[..2]
                .iter()
                .map(|at| row[*at].clone())
                .collect()
        }))
    }

    /// The third column of the next row's key, when the row is of this scope.
    async fn id(&mut self, scope: &[Cell]) -> Result<Option<String>, StoreError> {
        if self.scope().await?.as_deref() != Some(scope) {
            return Ok(None);
        }
        let row = self.cursor.peek().await?;
        Ok(row.map(|row| text(row, self.table.key[2])))
    }

    async fn next(&mut self) -> Result<Row, StoreError> {
        let row = self.cursor.next().await?;
        row.ok_or_else(|| StoreError::Corrupt(format!("{} ended early", self.table.name)))
    }

    fn text(&self, row: &Row, column: &str) -> String {
        self.table
            .at(column)
            .map_or_else(String::new, |at| text(row, at))
    }

    fn amount(&self, row: &Row) -> i128 {
        match self.table.at("amount").map(|at| &row[at]) {
            Some(Cell::Int(amount)) => i128::from(*amount),
            _ => 0,
        }
    }
}

fn text(row: &Row, at: usize) -> String {
    match &row[at] {
        Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// Balances by ledger account and asset.
type Sums = BTreeMap<(String, String), i128>;

struct Walk<'a> {
    transactions: Reader<'a>,
    entries: Reader<'a>,
    balances: Reader<'a>,
    books: Books,
}

impl Walk<'_> {
    /// The first account and mode that any of the tables still has.
    async fn scope(&mut self) -> Result<Option<Vec<Cell>>, StoreError> {
        let scopes = [
            self.transactions.scope().await?,
            self.entries.scope().await?,
            self.balances.scope().await?,
        ];
        Ok(scopes.into_iter().flatten().min())
    }

    async fn audit(&mut self, scope: &[Cell]) -> Result<(), StoreError> {
        let mut sums = Sums::new();
        loop {
            let booked = self.transactions.id(scope).await?;
            let entered = self.entries.id(scope).await?;
            match (booked, entered) {
                (None, None) => break,
                (Some(booked), entered) if entered.as_ref().is_none_or(|e| booked < *e) => {
                    self.transactions.next().await?;
                    self.books.transactions += 1;
                    self.books
                        .find(format!("transaction {booked} has no entries"));
                }
                (booked, Some(entered)) if booked.as_ref().is_none_or(|b| entered < *b) => {
                    self.entries.next().await?;
                    self.books.entries += 1;
                    self.books
                        .find(format!("an entry of {entered} has no transaction"));
                }
                (_, entered) => {
                    let id = entered.unwrap_or_default();
                    self.transaction(scope, &id, &mut sums).await?;
                }
            }
        }
        self.balances(scope, sums).await
    }

    /// One transaction with its entries.
    async fn transaction(
        &mut self,
        scope: &[Cell],
        id: &str,
        sums: &mut Sums,
    ) -> Result<(), StoreError> {
        let row = self.transactions.next().await?;
        let asset = self.transactions.text(&row, "asset");
        self.books.transactions += 1;
        let mut sum = 0;
        while self.entries.id(scope).await?.as_deref() == Some(id) {
            let entry = self.entries.next().await?;
            self.books.entries += 1;
            let amount = self.entries.amount(&entry);
            let account = self.entries.text(&entry, "ledger_account");
            sum += amount;
            *sums.entry((account, asset.clone())).or_default() += amount;
        }
        if sum != 0 {
            self.books
                .find(format!("transaction {id} sums to {sum} {asset}"));
        }
        Ok(())
    }

    async fn balances(&mut self, scope: &[Cell], mut sums: Sums) -> Result<(), StoreError> {
        while self.balances.scope().await?.as_deref() == Some(scope) {
            let row = self.balances.next().await?;
            self.books.balances += 1;
            let (account, asset) = (
                self.balances.text(&row, "ledger_account"),
                self.balances.text(&row, "asset"),
            );
            *sums.entry((account, asset)).or_default() -= self.balances.amount(&row);
        }
        for ((account, asset), missing) in sums {
            if missing != 0 {
                self.books.find(format!(
                    "the balance {account} of {scope:?} is {} {asset} off its entries",
                    -missing
                ));
            }
        }
        Ok(())
    }
}
