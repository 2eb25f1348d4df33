//! Values of rows, and a checksum of a table that does not depend on the order of its rows.
//!
//! A row's hash is the first half of SHA-256 over its cells, each with its type and length; a table's checksum is the sum
//! of the hashes of its rows, modulo 2^128. So a row that is missing, there twice, or changed in any cell shows. It finds
//! damage; it is no seal against somebody who forges a copy.

use aws_lc_rs::digest::{Context, SHA256};
use std::fmt;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// A 64-bit integer.
    Int,
    /// A text.
    Text,
    /// A byte string.
    Bytes,
}

/// A value. Texts are ordered byte by byte, as the databases order keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A text.
    Text(String),
    /// A byte string.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => f.write_str("null"),
            Cell::Int(value) => write!(f, "{value}"),
            Cell::Text(text) => write!(f, "{text:?}"),
            Cell::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// The cells of one row.
pub type Row = Vec<Cell>;

/// How many rows a table has, and their checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// The number of rows.
    pub rows: u64,
    /// The sum of their hashes.
    pub sum: u128,
}

impl Digest {
    /// Counts a row in.
    pub fn add(&mut self, row: &[Cell]) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hash(row));
    }

    /// The checksum as 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:032x}", self.sum)
    }
}

fn hash(row: &[Cell]) -> u128 {
    let mut context = Context::new(&SHA256);
    let mut put = |tag: u8, bytes: &[u8]| {
        context.update(&[tag]);
        context.update(&(bytes.len() as u64).to_le_bytes());
        context.update(bytes);
    };
    for cell in row {
        match cell {
            Cell::Null => put(0, &[]),
            Cell::Int(value) => put(1, &value.to_le_bytes()),
            Cell::Text(text) => put(2, text.as_bytes()),
            Cell::Bytes(bytes) => put(3, bytes),
        }
    }
    let hash = context.finish();
    let mut half = [0; 16];
    half.copy_from_slice(&hash.as_ref()[..16]);
    u128::from_le_bytes(half)
}

/// Replaces zero bytes in texts, which some databases cannot hold, as the store of such a database does itself. True when
/// there were any.
pub fn clean(row: &mut [Cell]) -> bool {
    let mut is_changed = false;
    for cell in row {
        if let Cell::Text(text) = cell
            && text.contains('\0')
        {
            *text = text.replace('\0', "\u{FFFD}");
            is_changed = true;
        }
    }
    is_changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[Row]) -> Digest {
        let mut digest = Digest::default();
        rows.iter().for_each(|row| digest.add(row));
        digest
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_everything_else_does() {
        let rows = vec![
            vec![text("ab"), text("c"), Cell::Int(5)],
            vec![text("x"), Cell::Null, Cell::Int(-5)],
        ];
        let whole = digest(&rows);
        let turned: Vec<Row> = rows.iter().rev().cloned().collect();
        assert_eq!(digest(&turned), whole);
        let mut changes: Vec<Vec<Row>> = vec![vec![rows[0].clone(); 2], rows[..1].to_vec()];
        let mut change = |edit: &dyn Fn(&mut Vec<Row>)| {
            let mut changed = rows.clone();
            edit(&mut changed);
            changes.push(changed);
        };
        change(&|rows| (rows[0][0], rows[0][1]) = (text("a"), text("bc")));
        change(&|rows| rows[1][1] = text(""));
        change(&|rows| rows[1][1] = Cell::Bytes(Vec::new()));
        change(&|rows| rows[0][0] = Cell::Bytes(b"ab".to_vec()));
        // The sum of a column stays the same.
        change(&|rows| (rows[0][2], rows[1][2]) = (Cell::Int(6), Cell::Int(-6)));
        change(&|rows| (rows[0][2], rows[1][2]) = (Cell::Int(-5), Cell::Int(5)));
        for changed in changes {
            assert_ne!(digest(&changed), whole, "{changed:?}");
        }
    }

    /// Copies are read by later releases, so the checksum of a row may never change.
    #[test]
    fn the_checksum_stays_what_it_is() {
        let row = vec![
            text("acct_1"),
            Cell::Int(1),
            Cell::Null,
            Cell::Bytes(vec![0, 255]),
        ];
        assert_eq!(digest(&[row]).hex(), "f1ff43cb7b732874e694633807daba56");
        assert_eq!(Digest::default().hex(), "0".repeat(32));
    }

    #[test]
    fn zero_bytes_are_replaced_in_texts_alone() {
        let mut row = vec![text("a\0b"), Cell::Bytes(vec![0]), text("c")];
        assert!(clean(&mut row));
        assert_eq!(row, [text("a\u{FFFD}b"), Cell::Bytes(vec![0]), text("c")]);
        assert!(!clean(&mut row));
    }

    #[test]
    fn keys_are_ordered_byte_by_byte() {
        assert!(text("Z") < text("a") && text("a") < text("aa") && text("z") < text("é"));
        assert!(Cell::Int(-1) < Cell::Int(1));
    }
}
