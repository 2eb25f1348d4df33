//! Host names to addresses.
//!
//! Shape: the trait [`Resolve`], the system's resolver behind it, and [`Remembering`], which keeps
//! answers for a few seconds so that a busy endpoint does not cost one lookup a call.
//! Deliberately absent: judging the addresses (the guard does that on every call, also for remembered
//! ones), time-to-live values (the system's resolver does not tell them), remembering failures.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long an answer is remembered, in milliseconds.
const REMEMBERED_MS: u64 = 5_000;
/// The most hosts that are remembered.
const HOSTS_MAX: usize = 256;

/// The future of one lookup.
pub type ResolveFuture<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Something that knows the addresses of host names.
pub trait Resolve: Send + Sync {
    /// All addresses of `host` (a name in lower case, without a trailing dot), best first.
    ///
    /// # Errors
    /// Whatever the lookup reports; an empty list counts as not found.
    fn resolve<'a>(&'a self, host: &'a str) -> ResolveFuture<'a>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolve;

impl Resolve for SystemResolve {
    fn resolve<'a>(&'a self, host: &'a str) -> ResolveFuture<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Remembers another resolver's answers for a few seconds, for a bounded number of hosts.
pub struct Remembering<R> {
    inner: R,
    known: Mutex<HashMap<String, Answer>>,
}

struct Answer {
    addresses: Vec<IpAddr>,
    until: Instant,
}

impl<R: Resolve> Remembering<R> {
    /// Puts a memory in front of `inner`.
    pub fn new(inner: R) -> Self {
        let known = Mutex::new(HashMap::new());
        Self { inner, known }
    }

    fn recall(&self, host: &str) -> Option<Vec<IpAddr>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = known.get(host)?;
        (answer.until > Instant::now()).then(|| answer.addresses.clone())
    }

    fn remember(&self, host: &str, addresses: Vec<IpAddr>) {
        let now = Instant::now();
        let until = now + Duration::from_millis(REMEMBERED_MS);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= HOSTS_MAX {
            known.retain(|_, answer| answer.until > now);
        }
        // With that many hosts alive at once the newcomer is looked up each time instead.
        if known.len() < HOSTS_MAX || known.contains_key(host) {
            known.insert(host.to_owned(), Answer { addresses, until });
        }
    }
}

impl<R: Resolve> Resolve for Remembering<R> {
    fn resolve<'a>(&'a self, host: &'a str) -> ResolveFuture<'a> {
        Box::pin(async move {
            if let Some(addresses) = self.recall(host) {
                return Ok(addresses);
            }
            let addresses = self.inner.resolve(host).await?;
            if !addresses.is_empty() {
                self.remember(host, addresses.clone());
            }
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// Answers 10.0.0.1, 10.0.0.2 and so on; fails for the host `gone`.
    #[derive(Default)]
    struct Counting(AtomicU8);

    impl Resolve for Counting {
        fn resolve<'a>(&'a self, host: &'a str) -> ResolveFuture<'a> {
            let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let gone = host == "gone";
            Box::pin(async move {
                match gone {
                    true => Err(io::Error::other("no such host")),
                    false => Ok(vec![IpAddr::from([10, 0, 0, count])]),
                }
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn answers_are_remembered_for_seconds_only() {
        let memory = Remembering::new(Counting::default());
        let first = memory.resolve("a").await.expect("first");
        tokio::time::advance(Duration::from_millis(REMEMBERED_MS - 1)).await;
        assert_eq!(memory.resolve("a").await.expect("remembered"), first);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_ne!(memory.resolve("a").await.expect("asked again"), first);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_not_remembered() {
        let memory = Remembering::new(Counting::default());
        assert!(memory.resolve("gone").await.is_err());
        assert!(memory.resolve("gone").await.is_err());
        assert_eq!(memory.inner.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_is_bounded_and_renews_itself() {
        let memory = Remembering::new(Counting::default());
        for index in 0..HOSTS_MAX + 10 {
            memory.remember(&format!("h{index}"), vec![IpAddr::from([10, 0, 0, 1])]);
        }
        assert_eq!(memory.known.lock().expect("lock").len(), HOSTS_MAX);
        assert_eq!(memory.recall("h300"), None);
        tokio::time::advance(Duration::from_millis(REMEMBERED_MS)).await;
        memory.remember("late", vec![IpAddr::from([10, 0, 0, 1])]);
        assert!(memory.recall("late").is_some());
    }
}
