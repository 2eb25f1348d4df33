//! Whether commits fail, for whoever asks for the health of a store.
//!
//! A database can answer every question and yet take no commit: a full disk, a standby that is waited for. Deliberately
//! absent: a commit of its own to find out, which would fit on a disk that is too full for a payment.

use crate::StoreError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A commit that failed is told of for so long, unless one went well since.
const TOLD: Duration = Duration::from_secs(5);

/// The last commit that failed, if none went well since.
#[derive(Debug, Default)]
pub struct Ailing {
    last: Mutex<Option<(Instant, String)>>,
}

impl Ailing {
    fn locked(&self) -> MutexGuard<'_, Option<(Instant, String)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The database took no commit.
    pub fn failed(&self, why: &str) {
        *self.locked() = Some((Instant::now(), why.to_owned()));
    }

    /// It took one.
    pub fn went_well(&self) {
        let mut last = self.locked();
        if last.is_some() {
            *last = None;
        }
    }

    /// Fails while commits do.
    ///
    /// # Errors
    /// `Unavailable`, with what the last commit failed of.
    pub fn check(&self) -> Result<(), StoreError> {
        match &*self.locked() {
            Some((at, why)) if at.elapsed() < TOLD => {
                Err(StoreError::Unavailable(format!("commits fail: {why}")))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_until_a_commit_goes_well() {
        let ailing = Ailing::default();
        assert_eq!(ailing.check(), Ok(()));
        ailing.failed("the disk is full");
        let told = StoreError::Unavailable("commits fail: the disk is full".to_owned());
        assert_eq!(ailing.check(), Err(told));
        ailing.went_well();
        assert_eq!(ailing.check(), Ok(()));
    }
}
