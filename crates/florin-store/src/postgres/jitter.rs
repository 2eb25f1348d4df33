//! A little randomness: names of runs, and waits that do not march in step. Nothing secret is made of it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A random number. The standard library seeds its hash maps from the operating system; their seed is all we need.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A name that no other run of any process has.
pub fn run_name() -> String {
    format!(
        "run_{:016x}{:016x}",
        random(),
        random() ^ u64::from(std::process::id())
    )
}

/// Waits between half of this and all of it, in milliseconds.
pub async fn pause(most_ms: u64) {
    let half = most_ms / 2;
    tokio::time::sleep(Duration::from_millis(half + random() % (half + 1))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_names_of_their_own() {
        assert_ne!(run_name(), run_name());
        assert_eq!(run_name().len(), 36);
    }
}
