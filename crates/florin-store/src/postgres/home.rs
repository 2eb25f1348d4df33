//! Which server is believed to be the one that takes writes.
//!
//! Every connection tells on which host it ended and, where the server knows it, on which timeline. A server that was
//! replaced may go on answering for a while; it is known by its older timeline, or by a newer connection that ended on
//! another host. Then the generation grows, and whoever holds a connection of an older one lets go of it. Deliberately
//! absent: asking other hosts than the one that is needed.

/// What is known.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Home {
    host: usize,
    timeline: Option<u32>,
    generation: u64,
}

impl Home {
    /// The host that is tried first.
    pub fn host(&self) -> usize {
        self.host
    }

    /// Grows whenever the server is another one than before.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes note of a fresh connection and gives its generation; `None` when its server was replaced by a newer one.
    pub fn admit(&mut self, host: usize, timeline: Option<u32>) -> Option<u64> {
        if timeline.is_some() && timeline < self.timeline {
            return None;
        }
        let newest = timeline.max(self.timeline);
        if self.generation == 0 || host != self.host || newest != self.timeline {
            self.generation += 1;
            (self.host, self.timeline) = (host, newest);
        }
        Some(self.generation)
    }
}

/// Asks a server for its timeline, as the first eight digits of the file that it writes to.
pub const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// Reads the answer.
pub fn parse_timeline(digits: &str) -> Option<u32> {
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_server_stays_in_its_generation() {
        let mut home = Home::default();
        assert_eq!(home.admit(1, Some(3)), Some(1));
        assert_eq!(home.admit(1, Some(3)), Some(1));
        assert_eq!((home.host(), home.generation()), (1, 1));
    }

    #[test]
    fn another_host_or_a_newer_timeline_begins_a_generation() {
        let mut home = Home::default();
        home.admit(0, Some(1));
        assert_eq!(home.admit(1, Some(1)), Some(2));
        assert_eq!(home.admit(1, Some(2)), Some(3));
        // One name may lead to a server that does not know its timeline; what is known stays known.
        assert_eq!(home.admit(1, None), Some(3));
        assert_eq!(home.admit(0, None), Some(4));
        assert_eq!(home.admit(0, Some(1)), None);
        assert_eq!((home.host(), home.generation()), (0, 4));
    }

    #[test]
    fn timelines_are_hexadecimal() {
        assert_eq!(parse_timeline("0000000A"), Some(10));
        assert_eq!(parse_timeline("later"), None);
    }
}
