//! The writer thread: groups of payments, one transaction and one sync each, one savepoint per payment.
//!
//! Deliberately absent: leases, pruning, texts of the installation, which go through the product's writer, too.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::checkpoint::Checkpointer;
use super::rows::{self, Sums};
use crate::prototype::payment::Payment;
use crate::prototype::{GROUP_MAX, Member, Outcome, QUEUE_MAX, Refusal};

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Member>,
    is_closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
}

impl Shared {
    fn locked(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for members and takes up to one group; `None` when the queue is closed and empty.
    fn group(&self) -> Option<Vec<Member>> {
        let mut queue = self.locked();
        while queue.waiting.is_empty() {
            if queue.is_closed {
                return None;
            }
            queue = self
                .arrived
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let count = queue.waiting.len().min(GROUP_MAX);
        Some(queue.waiting.drain(..count).collect())
    }
}

/// A handle to the thread. Dropping it lets the thread finish what waits.
pub struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn start(connection: Connection, database: &Path) -> Result<Self, String> {
        let shared: Arc<Shared> = Arc::default();
        let seen = Arc::clone(&shared);
        let checkpointer = Checkpointer::start(database)?;
        let thread = std::thread::Builder::new()
            .name("prototype-writer".to_owned())
            .spawn(move || write(&connection, checkpointer, &seen))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Queues a payment.
    ///
    /// # Errors
    /// The queue is full or closed.
    pub fn send(&self, payment: Payment) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        let (member, outcome) = Member::new(payment);
        let mut queue = self.shared.locked();
        if queue.is_closed || queue.waiting.len() >= QUEUE_MAX {
            return Err(Refusal::Failed("Too many commits wait.".to_owned()));
        }
        queue.waiting.push_back(member);
        drop(queue);
        self.shared.arrived.notify_one();
        Ok(outcome)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.locked().is_closed = true;
        self.shared.arrived.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(connection: &Connection, mut checkpointer: Checkpointer, shared: &Shared) {
    while let Some(group) = shared.group() {
        commit(connection, group);
        checkpointer.after_group(connection);
    }
    checkpointer.stop(connection);
}

/// Commits a group and tells its members, after the sync.
fn commit(connection: &Connection, group: Vec<Member>) {
    match transaction(connection, &group) {
        Ok(outcomes) => {
            for (member, outcome) in group.into_iter().zip(outcomes) {
                member.tell(outcome);
            }
        }
        Err(error) => {
            // SQLite has rolled back by itself after some errors; then there is nothing left to roll back.
            let _ = connection.execute_batch("ROLLBACK");
            for member in group {
                member.tell(Err(Refusal::Failed(error.to_string())));
            }
        }
    }
}

fn transaction(connection: &Connection, group: &[Member]) -> rusqlite::Result<Vec<Outcome>> {
    run(connection, "BEGIN IMMEDIATE")?;
    let mut sums = Sums::default();
    let mut outcomes = Vec::with_capacity(group.len());
    for member in group {
        outcomes.push(one(connection, &member.payment, &mut sums)?);
    }
    rows::flush(connection, &sums)?;
    run(connection, "COMMIT")?;
    Ok(outcomes)
}

/// One payment in its savepoint. The outer error fails the group, the inner one only the payment.
fn one<'g>(
    connection: &Connection,
    payment: &'g Payment,
    sums: &mut Sums<'g>,
) -> rusqlite::Result<Outcome> {
    run(connection, "SAVEPOINT member")?;
    let outcome = rows::write(connection, payment);
    match &outcome {
        Ok(()) => rows::add(payment, sums),
        Err(_) => run(connection, "ROLLBACK TO member")?,
    }
    run(connection, "RELEASE member")?;
    Ok(outcome)
}

fn run(connection: &Connection, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(text)?.execute([]).map(|_| ())
}
