//! The product's own tables, from its own migrations.
//!
//! Shape: the same replacement of words as `florin-store/src/schema.rs`, for an empty database that nothing older uses.
//! Deliberately absent: completing a database that another release began.

/// The product's migrations in order.
static MIGRATIONS: [&str; 7] = [
    include_str!("../../../migrations/0001_start.sql"),
    include_str!("../../../migrations/0002_packed.sql"),
    include_str!("../../../migrations/0003_checkout.sql"),
    include_str!("../../../migrations/0004_tallies.sql"),
    include_str!("../../../migrations/0005_methods.sql"),
    include_str!("../../../migrations/0006_confirmations.sql"),
    include_str!("../../../migrations/0007_sessions.sql"),
];

/// Which words an engine uses.
pub struct Dialect {
    /// What stands in the text, and what takes its place.
    words: [(&'static str, &'static str); 5],
    /// Beginnings of statements that run here.
    runs: [&'static str; 2],
    /// The beginning of statements that do not.
    skips: &'static str,
}

/// SQLite, which one process holds alone.
pub const SQLITE: Dialect = Dialect {
    words: [
        ("{int}", "INTEGER"),
        ("{bytes}", "BLOB"),
        ("{key}", "TEXT"),
        ("{end}", " STRICT, WITHOUT ROWID"),
        ("{wide}", " STRICT"),
    ],
    runs: ["{alone}", "{finish}"],
    skips: "{shared}",
};

/// PostgreSQL.
pub const POSTGRES: Dialect = Dialect {
    words: [
        ("{int}", "BIGINT"),
        ("{bytes}", "BYTEA"),
        ("{key}", "TEXT COLLATE \"C\""),
        ("{end}", ""),
        ("{wide}", ""),
    ],
    runs: ["{shared}", "{finish}"],
    skips: "{alone}",
};

/// The statements that make the tables.
pub fn statements(dialect: &Dialect) -> Vec<String> {
    let lines = MIGRATIONS.iter().flat_map(|text| {
        // The last statement of a file has no mark at its end.
        text.lines().chain([";"])
    });
    let text: String = lines
        .filter(|line| !line.trim_start().starts_with("--"))
        .map(|line| format!("{line}\n"))
        .collect();
    text.split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty() && !statement.starts_with(dialect.skips))
        .map(|statement| worded(statement, dialect))
        .collect()
}

fn worded(statement: &str, dialect: &Dialect) -> String {
    let mut text = statement.to_owned();
    for begin in dialect.runs {
        if let Some(rest) = statement.strip_prefix(begin) {
            text = rest.trim_start().to_owned();
        }
    }
    for (word, meant) in dialect.words {
        text = text.replace(word, meant);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_its_own_tables_and_no_word_is_left_open() {
        for (dialect, shelf, renamed) in [(&SQLITE, false, true), (&POSTGRES, true, false)] {
            let all = statements(dialect);
            let has = |text: &str| all.iter().any(|statement| statement.contains(text));
            assert!(!has("{"), "{all:?}");
            assert!(has("CREATE TABLE payment_intents ("));
            assert!(has("DROP INDEX IF EXISTS events_once"));
            assert_eq!(has("UNLOGGED TABLE shelf"), shelf);
            assert_eq!(has("RENAME TO events"), renamed);
        }
    }
}
