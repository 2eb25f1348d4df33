//! Leases of due work: what a process asks for, and the limits that every engine keeps.
//!
//! A lease is short and is renewed while its job waits or runs, so that the work of a process that died is taken over
//! soon. A process that was frozen finds its fence outdated and commits nothing.

use florin_domain::changes::JobKind;

/// How long a lease lasts without being renewed, in milliseconds.
pub const LEASE_MS: i64 = 10_000;
/// How many jobs of one lane one lease takes.
pub const LANE_JOBS_MAX: usize = 32;
/// How many due jobs of a kind one lease looks at: a search must end.
pub const LEASE_LOOKS_MAX: usize = 2_000;

/// What to lease.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// These kinds.
    pub kinds: Vec<JobKind>,
    /// At most so many.
    pub limit: usize,
    /// Not of these lanes: the process has enough of theirs.
    pub except: Vec<String>,
}

impl Wanted {
    /// Of these kinds, of any lane.
    pub fn of(kinds: &[JobKind], limit: usize) -> Wanted {
        Wanted {
            kinds: kinds.to_vec(),
            limit,
            except: Vec::new(),
        }
    }
}

/// A lease that a process holds: the job and its fence.
pub type Held = (String, i64);
