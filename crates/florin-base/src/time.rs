//! Time as values: seconds on the wire, milliseconds for jobs and ids, days for the ledger.
//!
//! Deliberately absent: the clock. `now` always comes in as a value.

use serde::{Deserialize, Serialize};

/// Seconds since the Unix epoch, UTC: the unit of every time on the wire.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Timestamp(pub i64);

/// Milliseconds since the Unix epoch, UTC: the unit of due times, leases and ids.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Millis(pub i64);

/// Days since the Unix epoch, UTC: the unit of `available_on` in the ledger.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Day(pub i64);

/// Seconds in a day.
pub const DAY_S: i64 = 86_400;

impl Timestamp {
    /// This time plus some seconds (negative for earlier).
    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds))
    }

    /// The UTC day in which this second lies.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_S))
    }

    /// The same instant in milliseconds.
    pub fn millis(self) -> Millis {
        Millis(self.0.saturating_mul(1000))
    }
}

impl Millis {
    /// The second in which this instant lies.
    pub fn timestamp(self) -> Timestamp {
        Timestamp(self.0.div_euclid(1000))
    }

    /// This instant plus some milliseconds.
    pub fn plus_ms(self, ms: i64) -> Millis {
        Millis(self.0.saturating_add(ms))
    }
}

impl Day {
    /// The year and the month (1 to 12) of this day in the proleptic Gregorian calendar.
    pub fn year_month(self) -> (i64, i64) {
        let (year, month, _) = self.date();
        (year, month)
    }

    /// The day as ISO 8601 writes it: `2026-11-30`.
    pub fn iso(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Year, month and day of the month, both from 1.
    ///
    /// Counts in eras of 400 years that begin on 1 March, so that leap days come last.
    fn date(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    /// The first second of the day.
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY_S))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_know_their_month() {
        for (day, expected) in [
            (0, (1970, 1)),
            (58, (1970, 2)),
            (59, (1970, 3)),
            (11_016, (2000, 2)),
            (11_017, (2000, 3)),
            (20_778, (2026, 11)),
            (-1, (1969, 12)),
        ] {
            assert_eq!(Day(day).year_month(), expected, "{day}");
        }
    }

    #[test]
    fn days_are_written_as_dates() {
        for (day, expected) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_787, "2026-11-30"),
            (20_788, "2026-12-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(Day(day).iso(), expected, "{day}");
        }
    }

    #[test]
    fn days_round_down_even_before_the_epoch() {
        assert_eq!(Timestamp(86_399).day(), Day(0));
        assert_eq!(Timestamp(86_400).day(), Day(1));
        assert_eq!(Timestamp(-1).day(), Day(-1));
        assert_eq!(Day(2).start(), Timestamp(172_800));
        assert_eq!(Millis(-1).timestamp(), Timestamp(-1));
    }
}
