//! Arrivals at a fixed rate, whatever the server does.
//!
//! Shape: a thread of its own gives one permit at each arrival's time, because the runtime's timers are only exact
//! to a millisecond; clients take permits and learn when the arrival was due. Deliberately absent: random arrivals.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

/// A series of arrivals.
pub struct Pace {
    start: Instant,
    per_second: u64,
    count: u64,
    drawn: AtomicU64,
    turns: Semaphore,
}

impl Pace {
    /// Begins a series now, for this many clients.
    pub fn start(per_second: u32, seconds: u64, clients: u32) -> Arc<Self> {
        let per_second = u64::from(per_second.max(1));
        let pace = Arc::new(Self {
            start: Instant::now(),
            per_second,
            count: per_second * seconds,
            drawn: AtomicU64::new(0),
            turns: Semaphore::new(0),
        });
        let clock = Arc::clone(&pace);
        std::thread::spawn(move || clock.tick(clients));
        pace
    }

    /// When the next arrival is due, once it is; `None` after the last one.
    pub async fn next(&self) -> Option<Instant> {
        self.turns.acquire().await.ok()?.forget();
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        (number < self.count).then(|| self.due(number))
    }

    fn due(&self, number: u64) -> Instant {
        self.start + Duration::from_nanos(number * 1_000_000_000 / self.per_second)
    }

    fn tick(&self, clients: u32) {
        for number in 0..self.count {
            let due = self.due(number);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            self.turns.add_permits(1);
        }
        // One more for each client, so that all of them learn of the end.
        self.turns.add_permits(clients as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn arrivals_come_in_order_not_early_and_then_end_for_all() {
        let pace = Pace::start(200, 1, 2);
        let start = pace.start;
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let pace = Arc::clone(&pace);
            clients.spawn(async move {
                let mut seen = Vec::new();
                while let Some(due) = pace.next().await {
                    assert!(Instant::now() >= due);
                    seen.push(due);
                }
                seen
            });
        }
        let mut all: Vec<Instant> = clients.join_all().await.into_iter().flatten().collect();
        all.sort_unstable();
        assert_eq!(all.len(), 200);
        assert_eq!(all[0], start);
        assert_eq!(all[199] - start, Duration::from_millis(995));
    }
}
