//! The schema: one text for both engines, from `migrations/`, with the few words that differ put in.
//!
//! In the text, `{int}` is a 64-bit integer, `{bytes}` a byte string, `{key}` a text that compares byte by byte,
//! `{end}` what follows the closing bracket of a table, and `{wide}` the same for a table whose rows may be so long that
//! SQLite keeps them better beside the index of their key than in it. A statement that begins with `{shared}` is for
//! engines that several processes share, one with `{alone}` for SQLite. One with `{finish}` takes away what only older
//! releases use: SQLite, which one process holds alone, runs it in its place; other engines at the end, with
//! `florin migrate --finish`, when no older copy serves any more.

use florin_domain::Kind;

/// The migrations in order. Each is run once; its number is the position, from 1.
pub const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/0001_start.sql"),
    include_str!("../../../migrations/0002_packed.sql"),
    include_str!("../../../migrations/0003_checkout.sql"),
    include_str!("../../../migrations/0004_tallies.sql"),
    include_str!("../../../migrations/0005_methods.sql"),
    include_str!("../../../migrations/0006_confirmations.sql"),
    include_str!("../../../migrations/0007_sessions.sql"),
];

/// From this migration on a record may have its body in `packed`.
pub const PACKED_SINCE: usize = 2;
/// The text of an installation that says up to which migration no older release serves any more.
pub const FINISHED: &str = "schema_finished";

/// What a statement begins with that only engines have which several processes share.
const SHARED: &str = "{shared}";
/// What a statement begins with that only an engine has which one process holds alone.
const ALONE: &str = "{alone}";
/// What a statement begins with that takes away what only older releases use.
const FINISH: &str = "{finish}";

/// Which words an engine uses.
#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// STRICT tables without a row id.
    Sqlite,
    /// PostgreSQL and what speaks like it.
    Postgres,
}

/// Whether a statement of a migration runs for an engine, and what is left of it then.
fn at_once(statement: &str, dialect: Dialect) -> Option<&str> {
    let is_alone = matches!(dialect, Dialect::Sqlite);
    for (word, runs) in [(SHARED, !is_alone), (ALONE, is_alone), (FINISH, is_alone)] {
        if let Some(rest) = statement.strip_prefix(word) {
            return runs.then(|| rest.trim_start());
        }
    }
    Some(statement)
}

/// The statements of one migration for an engine.
pub fn statements(migration: &str, dialect: Dialect) -> Vec<String> {
    worded(migration, dialect, |statement| at_once(statement, dialect))
}

/// The statements of one migration that wait until no older release serves.
pub fn finishing(migration: &str) -> Vec<String> {
    worded(migration, Dialect::Postgres, |statement| {
        statement.strip_prefix(FINISH).map(str::trim_start)
    })
}

fn worded(
    migration: &str,
    dialect: Dialect,
    picked: impl for<'s> Fn(&'s str) -> Option<&'s str>,
) -> Vec<String> {
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
        .filter_map(picked)
        .map(|s| {
            s.replace("{int}", int)
                .replace("{bytes}", bytes)
                .replace("{key}", key)
                .replace("{end}", end)
                .replace("{wide}", wide)
        })
        .collect()
}

/// The columns of a kind's table in their order: account, live, id, version, created, the key columns, body, packed.
pub fn columns(kind: Kind) -> Vec<&'static str> {
    let mut all = vec!["account", "live", "id", "version", "created"];
    all.extend(kind.columns());
    all.extend(["body", "packed"]);
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
            let packed = format!("ALTER TABLE {} ADD COLUMN packed {{bytes}};", kind.table());
            let can_be_packed = table.contains("packed {bytes}") || text.contains(&packed);
            assert!(can_be_packed, "{} cannot be packed", kind.table());
            for column in columns(*kind)
                .into_iter()
                .filter(|column| *column != "packed")
            {
                let added = format!("ALTER TABLE {} ADD COLUMN {column} ", kind.table());
                assert!(
                    table.contains(&format!("{column} ")) || text.contains(&added),
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
    fn what_older_releases_use_goes_at_the_end() {
        let gone = "DROP INDEX IF EXISTS events_once";
        let of = |dialect| statements(MIGRATIONS[1], dialect);
        assert!(
            of(Dialect::Sqlite)
                .iter()
                .any(|statement| statement == gone)
        );
        assert!(
            !of(Dialect::Postgres)
                .iter()
                .any(|statement| statement.contains("DROP"))
        );
        assert_eq!(finishing(MIGRATIONS[1]), [gone]);
        assert_eq!(finishing(MIGRATIONS[0]), Vec::<String>::new());
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
