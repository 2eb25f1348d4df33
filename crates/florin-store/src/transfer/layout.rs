//! Which tables are copied, and what their columns hold, read from the text of the migrations.
//!
//! Nobody keeps a list by hand: a table or a column of a new migration is copied without further ado, and a test compares
//! with what migrated databases hold. Shape: a [`Layout`] of [`Table`]s for the first `n` migrations, so that a copy made
//! by an older release can be read. Deliberately absent: indexes and checks, which the target's own migrations make.

use super::cells::{Cell, CellKind};
use crate::schema::{Dialect, statements};

/// Tables that are not copied: marks of commits whose answer was lost, which concern the old database alone.
const LEFT_OUT: [&str; 1] = ["group_markers"];
/// Columns of leases. A copy is served by other processes, so every job in it is free.
const LEASES: [(&str, &str); 2] = [("jobs", "leased_by"), ("jobs", "leased_until")];

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: CellKind,
    /// It may hold nothing.
    pub is_nullable: bool,
}

/// A table that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// The places of the columns of its key, in the key's order.
    pub key: Vec<usize>,
    /// A migration puts rows into it, so it is not empty in a fresh database. The copy's rows take their place.
    pub is_seeded: bool,
    /// The places of columns that say who holds a lease until when.
    leases: Vec<usize>,
}

impl Table {
    /// The names of the columns with commas between them.
    pub fn column_names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        names.join(", ")
    }

    /// The names of the key's columns with commas between them.
    pub fn key_names(&self) -> String {
        let names = self.key.iter().map(|at| self.columns[*at].name.as_str());
        names.collect::<Vec<&str>>().join(", ")
    }

    /// The place of a column.
    pub fn at(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The key of a row.
    pub fn key_of(&self, row: &[Cell]) -> Vec<Cell> {
        self.key.iter().map(|at| row[*at].clone()).collect()
    }

    /// Takes the lease off a row. True when there was one.
    pub fn free(&self, row: &mut [Cell]) -> bool {
        let mut was_held = false;
        for at in &self.leases {
            let free = match self.columns[*at].is_nullable {
                true => Cell::Null,
                false => Cell::Int(0),
            };
            was_held |= row[*at] != free;
            row[*at] = free;
        }
        was_held
    }
}

/// The tables that are copied.
#[derive(Clone, Debug)]
pub struct Layout {
    /// In the order in which the migrations make them.
    pub tables: Vec<Table>,
}

impl Layout {
    /// The tables after these migrations.
    pub fn of(migrations: &[&str]) -> Layout {
        let mut tables: Vec<Table> = Vec::new();
        for text in migrations {
            for statement in statements(text, Dialect::Sqlite) {
                apply(&mut tables, &statement);
            }
        }
        tables.retain(|table| !LEFT_OUT.contains(&table.name.as_str()));
        for table in &mut tables {
            let leases = LEASES.iter().filter(|(of, _)| *of == table.name);
            table.leases = leases.filter_map(|(_, column)| table.at(column)).collect();
        }
        Layout { tables }
    }

    /// A table by its name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// What a statement does to the tables. Indexes and the like do nothing to them.
fn apply(tables: &mut Vec<Table>, statement: &str) {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let named =
        |tables: &mut Vec<Table>, name: &str| tables.iter().position(|table| table.name == name);
    match words[..] {
        ["CREATE", "TABLE", name, ..] => tables.push(table(name, statement)),
        ["DROP", "TABLE", name] => tables.retain(|table| table.name != name),
        ["ALTER", "TABLE", name, "RENAME", "TO", new] => {
            if let Some(at) = named(tables, name) {
                tables[at].name = new.to_owned();
            }
        }
        // Rows that a migration only moves are none of a fresh database.
        ["INSERT", "INTO", _, "SELECT", ..] => {}
        ["INSERT", "INTO", name, ..] => {
            if let Some(at) = named(tables, name) {
                tables[at].is_seeded = true;
            }
        }
        ["ALTER", "TABLE", name, "ADD", "COLUMN", ..] => {
            let added = statement
                .split_once(" ADD COLUMN ")
                .and_then(|(_, c)| column(c));
            if let (Some(at), Some(added)) = (named(tables, name), added) {
                tables[at].columns.push(added);
            }
        }
        _ => {}
    }
}

fn table(name: &str, statement: &str) -> Table {
    let inside = statement.split_once('(').map_or("", |(_, rest)| rest);
    let inside = inside.rsplit_once(')').map_or("", |(body, _)| body);
    let mut columns = Vec::new();
    let mut key = "";
    for part in parts(inside) {
        match part.strip_prefix("PRIMARY KEY (") {
            Some(rest) => key = rest.trim_end_matches(')'),
            None => columns.extend(column(part)),
        }
    }
    let key = key.split(',').map(str::trim);
    let place = |name: &str| {
        columns
            .iter()
            .position(|column: &Column| column.name == name)
    };
    Table {
        name: name.to_owned(),
        key: key.filter_map(place).collect(),
        columns,
        is_seeded: false,
        leases: Vec::new(),
    }
}

fn column(text: &str) -> Option<Column> {
    let mut words = text.split_whitespace();
    let (name, kind) = (words.next()?, words.next()?);
    let kind = match kind {
        "INTEGER" => CellKind::Int,
        "TEXT" => CellKind::Text,
        "BLOB" => CellKind::Bytes,
        _ => return None,
    };
    Some(Column {
        name: name.to_owned(),
        kind,
        is_nullable: !text.contains("NOT NULL"),
    })
}

/// Splits at commas that stand in no bracket.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::MIGRATIONS;
    use rusqlite::Connection;

    /// The columns of a table as SQLite knows them: name, type, nullable, place in the key.
    fn known(connection: &Connection, table: &str) -> Vec<(String, String, bool, i64)> {
        let sql =
            format!("SELECT name, type, \"notnull\" = 0, pk FROM pragma_table_info('{table}')");
        let mut select = connection.prepare(&sql).expect("a statement");
        let rows = select.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        });
        rows.expect("rows").map(|row| row.expect("a row")).collect()
    }

    fn read(table: &Table) -> Vec<(String, String, bool, i64)> {
        let columns = table.columns.iter().enumerate();
        columns
            .map(|(at, column)| {
                let kind = match column.kind {
                    CellKind::Int => "INTEGER",
                    CellKind::Text => "TEXT",
                    CellKind::Bytes => "BLOB",
                };
                let place = table.key.iter().position(|key| *key == at);
                let place = place.map_or(0, |place| place as i64 + 1);
                (
                    column.name.clone(),
                    kind.to_owned(),
                    column.is_nullable,
                    place,
                )
            })
            .collect()
    }

    #[test]
    fn the_tables_are_those_of_a_migrated_database() {
        let connection = Connection::open_in_memory().expect("a database");
        for statement in MIGRATIONS
            .iter()
            .flat_map(|t| statements(t, Dialect::Sqlite))
        {
            connection.execute_batch(&statement).expect("a statement");
        }
        let layout = Layout::of(MIGRATIONS);
        let mut select = connection
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            )
            .expect("a statement");
        let names = select.query_map([], |row| row.get::<_, String>(0));
        let mut seen = 0;
        for name in names.expect("rows").map(|name| name.expect("a name")) {
            if LEFT_OUT.contains(&name.as_str()) {
                continue;
            }
            let table = layout
                .table(&name)
                .unwrap_or_else(|| panic!("{name} is not copied"));
            assert_eq!(read(table), known(&connection, &name), "{name}");
            let rows: i64 = connection
                .query_row(&format!("SELECT count(*) FROM {name}"), [], |row| {
                    row.get(0)
                })
                .expect("a count");
            assert_eq!(table.is_seeded, rows > 0, "{name}");
            seen += 1;
        }
        assert_eq!(seen, layout.tables.len());
    }

    #[test]
    fn later_migrations_add_and_remove() {
        let texts = [
            "CREATE TABLE a (\n  id {key} NOT NULL,\n  n {int} CHECK (n IN (1, 2)),\n  PRIMARY KEY (id)\n){end};",
            "ALTER TABLE a ADD COLUMN late {bytes};\nCREATE TABLE b (id {key} NOT NULL, PRIMARY KEY (id)){wide};",
            "DROP TABLE b",
        ];
        let names = |n: usize| {
            let layout = Layout::of(&texts[..n]);
            let all = layout.tables.iter();
            all.map(|table| format!("{}({})", table.name, table.column_names()))
                .collect::<Vec<String>>()
        };
        assert_eq!(names(1), ["a(id, n)"]);
        assert_eq!(names(2), ["a(id, n, late)", "b(id)"]);
        assert_eq!(names(3), ["a(id, n, late)"]);
        let late = &Layout::of(&texts).tables[0].columns[2];
        assert_eq!((late.kind, late.is_nullable), (CellKind::Bytes, true));
    }

    #[test]
    fn leases_are_taken_off() {
        let layout = Layout::of(MIGRATIONS);
        let jobs = layout.table("jobs").expect("the jobs");
        let mut row: Vec<Cell> = jobs.columns.iter().map(|_| Cell::Int(7)).collect();
        assert!(jobs.free(&mut row));
        assert!(!jobs.free(&mut row));
        let changed: Vec<&str> = (0..row.len())
            .filter(|at| row[*at] != Cell::Int(7))
            .map(|at| jobs.columns[at].name.as_str())
            .collect();
        assert_eq!(changed, ["leased_by", "leased_until"]);
        let customers = layout.table("customers").expect("the customers");
        assert!(!customers.free(&mut [Cell::Int(7), Cell::Int(7)]));
    }
}
