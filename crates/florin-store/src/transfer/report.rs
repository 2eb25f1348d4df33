//! What became of a copy: the tables of both sides, and the sums of the ledger.

use super::books::Books;
use super::cells::Digest;

/// One table on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The table.
    pub name: String,
    /// What a backup says of itself.
    pub recorded: Option<Digest>,
    /// What was read of the source.
    pub source: Digest,
    /// What was read of the source a second time, where it might have changed meanwhile.
    pub again: Option<Digest>,
    /// What was written: the same, unless the target cannot hold zero bytes in texts.
    pub written: Digest,
    /// What was read back of the target.
    pub found: Digest,
}

impl Compared {
    /// What differs, in words; `None` when nothing does.
    pub fn difference(&self) -> Option<String> {
        let recorded = self.recorded.unwrap_or(self.source);
        let again = self.again.unwrap_or(self.source);
        let (whose, wanted, got) = if recorded != self.source {
            ("the backup is damaged: it recorded", recorded, self.source)
        } else if again != self.source {
            (
                "the source changed meanwhile: there were",
                self.source,
                again,
            )
        } else if self.written != self.found {
            ("the copy differs: written were", self.written, self.found)
        } else {
            return None;
        };
        Some(format!(
            "{}: {whose} {} rows with checksum {}, read were {} rows with checksum {}",
            self.name,
            wanted.rows,
            wanted.hex(),
            got.rows,
            got.hex()
        ))
    }
}

/// What became of a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Each table.
    pub tables: Vec<Compared>,
    /// The ledger of the copy.
    pub books: Books,
    /// How many jobs were leased, and are free in the copy.
    pub freed: u64,
    /// How many rows lost zero bytes in their texts, because the target cannot hold them.
    pub cleaned: u64,
}

impl Report {
    /// The copy holds what the source held. Only then it was put in its place.
    pub fn is_faithful(&self) -> bool {
        self.differences().is_empty()
    }

    /// The copy is faithful and its ledger adds up.
    pub fn is_sound(&self) -> bool {
        self.is_faithful() && self.books.findings_total == 0
    }

    /// What differs between the two sides.
    pub fn differences(&self) -> Vec<String> {
        self.tables
            .iter()
            .filter_map(Compared::difference)
            .collect()
    }

    /// How many rows the copy has.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.found.rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: u64, sum: u128) -> Digest {
        Digest { rows, sum }
    }

    #[test]
    fn every_side_counts() {
        let same = Compared {
            name: "t".to_owned(),
            recorded: Some(digest(2, 5)),
            source: digest(2, 5),
            again: Some(digest(2, 5)),
            written: digest(2, 6),
            found: digest(2, 6),
        };
        assert_eq!(same.difference(), None);
        let cases = [
            (
                Compared {
                    found: digest(1, 6),
                    ..same.clone()
                },
                "the copy differs",
            ),
            (
                Compared {
                    found: digest(2, 7),
                    ..same.clone()
                },
                "the copy differs",
            ),
            (
                Compared {
                    recorded: Some(digest(3, 5)),
                    ..same.clone()
                },
                "the backup is damaged",
            ),
            (
                Compared {
                    recorded: Some(digest(2, 4)),
                    ..same.clone()
                },
                "the backup is damaged",
            ),
        ];
        let changed = Compared {
            again: Some(digest(3, 6)),
            ..same.clone()
        };
        let cases = cases.into_iter();
        for (compared, why) in cases.chain([(changed, "the source changed meanwhile")]) {
            let said = compared.difference().unwrap_or_default();
            assert!(said.starts_with("t: ") && said.contains(why), "{said}");
            let report = Report {
                tables: vec![same.clone(), compared],
                ..Report::default()
            };
            assert!(!report.is_faithful() && !report.is_sound());
        }
        let mut report = Report {
            tables: vec![same],
            ..Report::default()
        };
        assert!(report.is_faithful() && report.is_sound());
        report.books.findings_total = 1;
        assert!(report.is_faithful() && !report.is_sound());
    }
}
