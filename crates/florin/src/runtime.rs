//! The real world: the system's clock, its randomness, tasks on tokio.

use florin_base::Millis;
use florin_engine::world::Task;
use florin_engine::{Clock, Random, Spawn};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The system's clock, or another one that it follows.
pub struct SystemClock {
    started: Instant,
    /// What to add to the system's time, in milliseconds.
    offset_ms: AtomicI64,
}

impl SystemClock {
    /// A clock that counts from now.
    pub fn new() -> SystemClock {
        SystemClock {
            started: Instant::now(),
            offset_ms: AtomicI64::new(0),
        }
    }

    /// Goes by a clock that shows this time now.
    pub fn follow(&self, theirs: Millis) {
        self.offset_ms
            .store(theirs.0 - system_now().0, Ordering::Relaxed);
    }
}

fn system_now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        system_now().plus_ms(self.offset_ms.load(Ordering::Relaxed))
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn sleep(&self, ms: u64) -> Task {
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }
}

/// Bytes taken from the system at once.
const POOL_BYTES: usize = 4_096;

/// The system's randomness, taken in larger pieces: an id needs few bytes, and each piece costs a call.
pub struct SystemRandom {
    pool: Mutex<Pool>,
}

struct Pool {
    bytes: Box<[u8; POOL_BYTES]>,
    used: usize,
}

impl SystemRandom {
    /// An empty pool, filled at its first use.
    pub fn new() -> SystemRandom {
        SystemRandom {
            pool: Mutex::new(Pool {
                bytes: Box::new([0; POOL_BYTES]),
                used: POOL_BYTES,
            }),
        }
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut pool = self
            .pool
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in bytes {
            if pool.used == POOL_BYTES {
                match florin_vault::random_bytes::<POOL_BYTES>() {
                    Ok(fresh) => *pool.bytes = fresh,
                    // Ids and secrets without randomness would be worse than no server.
                    Err(_) => std::process::abort(),
                }
                pool.used = 0;
            }
            let at = pool.used;
            *byte = std::mem::take(&mut pool.bytes[at]);
            pool.used += 1;
        }
    }
}

/// Tasks on tokio.
pub struct TokioSpawn;

impl Spawn for TokioSpawn {
    fn spawn(&self, task: Task) {
        tokio::spawn(task);
    }
}
