//! The schema: one text for both engines, from `migrations/`, with the few words that differ put in.
//!
//! In the text, `{int}` is a 64-bit integer, `{bytes}` a byte string, `{key}` a text that compares byte by byte,
//! `{end}` what follows the closing bracket of a table, and `{wide}` the same for a table whose rows may be so long that
//! SQLite keeps them better beside the index of their key than in it. A statement that begins with `{shared}` is for
//! engines that several processes share, and is left out for SQLite.

use florin_domain::Kind;

/// The migrations in order. Each is run once; its number is the position, from 1.
pub const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/0001_start.sql")];

/// What a statement begins with that only engines have which several processes share.
const SHARED: &str = "{shared}";

/// Which words an engine uses.
#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// STRICT tables without a row id.
    Sqlite,
    /// PostgreSQL and what speaks like it.
    Postgres,
}

/// The statements of one migration for an engine.
pub fn statements(migration: &str, dialect: Dialect) -> Vec<String> {
    let (int, bytes, key, end, wide) = match dialect {
        Dialect::Sqlite => (
            "INTEGER",
            "BLOB",
            "TEXT",
            " STRICT, WITHOUT ROWID",
            " STRICT",
        ),
        Dialect::Postgres => ("BIGINT", "BYTEA", "TEXT COLLATE \"C\"", "", ""),
    };
    let text: String = migration
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .map(|l| format!("{l}\n"))
        .collect();
    text.split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .filter_map(
            |statement| match (statement.strip_prefix(SHARED), dialect) {
                (None, _) => Some(statement),
                (Some(_), Dialect::Sqlite) => None,
                (Some(shared), Dialect::Postgres) => Some(shared.trim_start()),
            },
        )
        .map(|s| {
            s.replace("{int}", int)
                .replace("{bytes}", bytes)
                .replace("{key}", key)
                .replace("{end}", end)
                .replace("{wide}", wide)
        })
        .collect()
}

/// The columns of a kind's table in their order: account, live, id, version, created, the key columns, body.
pub fn columns(kind: Kind) -> Vec<&'static str> {
    let mut all = vec!["account", "live", "id", "version", "created"];
    all.extend(kind.columns());
    all.push("body");
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_table_with_its_key_columns() {
        let text = MIGRATIONS.join("\n");
        for kind in Kind::ALL {
            let start = format!("CREATE TABLE {} (", kind.table());
            let table = text
                .split(&start)
                .nth(1)
                .unwrap_or_else(|| panic!("no table {}", kind.table()));
            let table = table.split(";").next().unwrap_or_default();
            for column in columns(*kind) {
                assert!(
                    table.contains(&format!("{column} ")),
                    "{} lacks {column}",
                    kind.table()
                );
            }
        }
    }

    #[test]
    fn the_shelf_is_no_table_of_a_single_process() {
        let named = |dialect| {
            let all = MIGRATIONS.iter().flat_map(|text| statements(text, dialect));
            all.filter(|statement| statement.contains("shelf"))
                .collect::<Vec<String>>()
        };
        assert_eq!(named(Dialect::Sqlite), Vec::<String>::new());
        let shared = named(Dialect::Postgres);
        assert!(
            shared[0].starts_with("CREATE UNLOGGED TABLE shelf ("),
            "{shared:?}"
        );
        assert!(
            shared[1].starts_with("CREATE INDEX shelf_by_made "),
            "{shared:?}"
        );
    }

    #[test]
    fn no_word_of_a_dialect_is_left_open() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            for statement in MIGRATIONS.iter().flat_map(|text| statements(text, dialect)) {
                assert!(!statement.contains('{'), "{statement}");
            }
        }
    }
}
