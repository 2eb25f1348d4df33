//! What a backup knows of itself: a small table of facts, and the rows and checksum of each table.

use super::cells::Digest;
use std::collections::BTreeMap;

/// The number of the form of a backup. A release refuses numbers that it does not know.
pub const FORMAT: i64 = 1;
/// The tables that hold the facts, in SQLite's words.
pub const TABLES: &str = "
    CREATE TABLE backup_facts (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name)) STRICT, WITHOUT ROWID;
    CREATE TABLE backup_tables (name TEXT NOT NULL, count INTEGER NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (name)) STRICT, WITHOUT ROWID;";

/// The facts of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The form of the backup.
    pub format: i64,
    /// The release that made it.
    pub release: String,
    /// When, in seconds since 1970.
    pub made: i64,
    /// The engine that it was made of: `sqlite` or `postgres`.
    pub engine: String,
    /// What was read of each table.
    pub tables: BTreeMap<String, Digest>,
}

impl Facts {
    /// The rows of `backup_facts`.
    pub fn rows(&self) -> [(&'static str, String); 4] {
        [
            ("format", self.format.to_string()),
            ("release", self.release.clone()),
            ("made", self.made.to_string()),
            ("engine", self.engine.clone()),
        ]
    }

    /// Takes a row of `backup_facts` in. What a newer release adds is passed over.
    pub fn take(&mut self, name: &str, value: String) {
        match name {
            "format" => self.format = value.parse().unwrap_or(0),
            "made" => self.made = value.parse().unwrap_or(0),
            "release" => self.release = value,
            "engine" => self.engine = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_as_they_are_written() {
        let facts = Facts {
            format: FORMAT,
            release: "1.2.3".to_owned(),
            made: 1_800_000_000,
            engine: "postgres".to_owned(),
            tables: BTreeMap::new(),
        };
        let mut read = Facts::default();
        for (name, value) in facts.rows() {
            read.take(name, value);
        }
        read.take("of a later release", "anything".to_owned());
        assert_eq!(read, facts);
    }
}
