//! The writer: one thread, one connection, groups of commits with one fsync each.

use super::apply::{self, Deltas};
use super::checkpoint::Checkpointer;
use super::jobs;
use super::open::Options;
use super::prepared::Prepared;
use crate::ailing::Ailing;
use crate::commit::{LeasedJob, StoreError};
use crate::lease::{Held, Wanted};
use florin_base::Millis;
use florin_base::limits::{COMMIT_GROUP_MAX, COMMIT_QUEUE_MAX};
use futures_channel::oneshot;
use rusqlite::{Connection, ErrorCode};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer can be asked for.
pub enum Request {
    /// Commit.
    Commit {
        member: Box<Prepared>,
        reply: Answer<Vec<LeasedJob>>,
    },
    /// Lease due jobs.
    Lease {
        wanted: Wanted,
        reply: Answer<Vec<LeasedJob>>,
    },
    /// Begin leases anew.
    Renew {
        held: Vec<Held>,
        reply: Answer<Vec<String>>,
    },
    /// Drop old idempotency keys.
    Prune {
        kept_ms: i64,
        limit: usize,
        reply: Answer<usize>,
    },
    /// Replace a text of the installation.
    Text {
        change: TextChange,
        reply: Answer<bool>,
    },
}

/// A text of the installation in place of the expected one.
pub struct TextChange {
    /// Which one.
    pub name: String,
    /// What has to be there; `None` for nothing.
    pub expected: Option<String>,
    /// What shall be there.
    pub value: String,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Request>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
}

/// A handle to the writer thread. Dropping it stops the thread after what waits is done.
pub struct Writer {
    shared: Arc<Shared>,
    ailing: Arc<Ailing>,
    thread: Option<JoinHandle<()>>,
}

/// The answer when the writer thread has ended.
pub fn gone() -> StoreError {
    StoreError::Unavailable("the database writer has stopped".to_owned())
}

/// The system's clock, which is this engine's.
pub fn now() -> Millis {
    Millis(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map(|d| d.as_millis() as i64)
            .unwrap_or_default(),
    )
}

fn locked(shared: &Shared) -> MutexGuard<'_, Queue> {
    shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    /// Starts the thread. Leases of an earlier process are void: one process holds the directory.
    pub fn start(
        connection: Connection,
        database: PathBuf,
        _options: &Options,
    ) -> Result<Writer, StoreError> {
        connection
            .execute(
                "UPDATE jobs SET leased_by = NULL, leased_until = 0 WHERE leased_until <> 0",
                [],
            )
            .map_err(super::open::failed)?;
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            arrived: Condvar::new(),
        });
        let checkpointer = Checkpointer::start(database)?;
        // Letters within, so that no search for card numbers takes it for one.
        let process = format!("process{}at{:x}", std::process::id(), now().0);
        let seen = Arc::clone(&shared);
        let ailing = Arc::<Ailing>::default();
        let noted = Arc::clone(&ailing);
        let thread = std::thread::Builder::new()
            .name("florin-writer".to_owned())
            .spawn(move || {
                let _guard = EndsTheProcess;
                Thread {
                    connection,
                    ailing: noted,
                    process,
                    checkpointer,
                }
                .run(&seen)
            })
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Writer {
            shared,
            ailing,
            thread: Some(thread),
        })
    }

    /// Queues a request. A full queue refuses what may be refused.
    pub fn send<T>(
        &self,
        make: impl FnOnce(Answer<T>) -> Request,
        must_not_shed: bool,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let mut queue = locked(&self.shared);
        if queue.closed {
            return Err(gone());
        }
        if queue.waiting.len() >= COMMIT_QUEUE_MAX && !must_not_shed {
            return Err(StoreError::Unavailable(
                "too many commits are waiting".to_owned(),
            ));
        }
        queue.waiting.push_back(make(reply));
        drop(queue);
        self.shared.arrived.notify_one();
        Ok(answer)
    }

    /// Fails when the thread has ended, and while commits fail.
    ///
    /// # Errors
    /// Why no commit is taken.
    pub fn health(&self) -> Result<(), StoreError> {
        match &self.thread {
            Some(thread) if !thread.is_finished() => self.ailing.check(),
            _ => Err(gone()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        locked(&self.shared).closed = true;
        self.shared.arrived.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Nobody knows what a writer that panics has left undone: the process ends, and opening the database again recovers.
struct EndsTheProcess;

impl Drop for EndsTheProcess {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("the database writer ended in a panic; the process ends");
            std::process::abort();
        }
    }
}

struct Thread {
    connection: Connection,
    ailing: Arc<Ailing>,
    process: String,
    checkpointer: Checkpointer,
}

type Done = (Answer<Vec<LeasedJob>>, Result<Vec<LeasedJob>, StoreError>);

impl Thread {
    fn run(mut self, shared: &Shared) {
        while let Some(taken) = wait(shared) {
            self.serve(taken);
            self.checkpointer.after_group(&self.connection);
        }
        self.checkpointer.stop(&self.connection);
    }

    /// Runs what was taken: neighbouring commits as one group, everything else by itself.
    fn serve(&mut self, taken: Vec<Request>) {
        let mut group = Vec::new();
        for request in taken {
            match request {
                Request::Commit { member, reply } => group.push((member, reply)),
                other => {
                    self.group(std::mem::take(&mut group));
                    self.single(other);
                }
            }
        }
        self.group(group);
    }

    fn single(&mut self, request: Request) {
        match request {
            Request::Commit { member, reply } => self.group(vec![(member, reply)]),
            Request::Lease { wanted, reply } => {
                let leased = jobs::lease(&mut self.connection, &self.process, &wanted, now());
                let _ = reply.send(leased);
            }
            Request::Renew { held, reply } => {
                let _ = reply.send(jobs::renew(&mut self.connection, &held, now()));
            }
            Request::Prune {
                kept_ms,
                limit,
                reply,
            } => {
                let before = now().plus_ms(-kept_ms);
                let _ = reply.send(apply::prune(&mut self.connection, before, limit));
            }
            Request::Text { change, reply } => {
                let _ = reply.send(self.replace_text(&change));
            }
        }
    }

    fn group(&mut self, members: Vec<(Box<Prepared>, Answer<Vec<LeasedJob>>)>) {
        if members.is_empty() {
            return;
        }
        let (members, replies): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        let results = match self.try_group(&members) {
            Ok(results) => results,
            Err(_) if members.len() > 1 => {
                members.iter().map(|member| self.alone(member)).collect()
            }
            Err(error) => vec![Err(error)],
        };
        for (reply, result) in replies.into_iter().zip(results) {
            // A caller that went away does not undo a commit.
            let _: Result<(), Done> = reply
                .send(result)
                .map_err(|result| (oneshot::channel().0, result));
        }
    }

    fn replace_text(&self, change: &TextChange) -> Result<bool, StoreError> {
        run(&self.connection, "BEGIN IMMEDIATE")?;
        let replaced = apply::replace_text(&self.connection, change)
            .and_then(|is_replaced| self.commit().map(|()| is_replaced));
        replaced.map_err(|error| self.roll_back(error))
    }

    fn alone(&mut self, member: &Prepared) -> Result<Vec<LeasedJob>, StoreError> {
        self.try_group(std::slice::from_ref(&member))
            .and_then(|mut results| results.pop().unwrap_or_else(|| Err(gone())))
    }

    /// One transaction, one savepoint per member, one fsync. An error means that nothing of the group happened.
    fn try_group<M: AsRef<Prepared>>(
        &mut self,
        members: &[M],
    ) -> Result<Vec<Result<Vec<LeasedJob>, StoreError>>, StoreError> {
        let at = now();
        run(&self.connection, "BEGIN IMMEDIATE")?;
        let mut deltas = Deltas::default();
        let mut results = Vec::with_capacity(members.len());
        for member in members {
            match self.member(member.as_ref(), &mut deltas, at) {
                Ok(result) => results.push(result),
                Err(error) => return Err(self.roll_back(error)),
            }
        }
        let finished = deltas.flush(&self.connection).and_then(|()| self.commit());
        match finished {
            Ok(()) => Ok(results),
            Err(error) => Err(self.roll_back(error)),
        }
    }

    /// One member in its savepoint. The outer error fails the whole group, the inner one only the member.
    fn member(
        &self,
        member: &Prepared,
        deltas: &mut Deltas,
        at: Millis,
    ) -> Result<Result<Vec<LeasedJob>, StoreError>, StoreError> {
        run(&self.connection, "SAVEPOINT member")?;
        let mark = deltas.mark();
        let result = apply::member(&self.connection, member, deltas, (&self.process, at));
        if result.is_err() {
            deltas.back_to(mark);
            run(&self.connection, "ROLLBACK TO member")?;
        }
        run(&self.connection, "RELEASE member")?;
        match result {
            Err(StoreError::Unavailable(why)) => Err(StoreError::Unavailable(why)),
            other => Ok(other),
        }
    }

    /// Commits, and tells of it to whoever asks for the health of the store.
    fn commit(&self) -> Result<(), StoreError> {
        let done = self
            .connection
            .prepare_cached("COMMIT")
            .and_then(|mut s| s.execute([]));
        done.map_err(not_committed)?;
        self.ailing.went_well();
        Ok(())
    }

    fn roll_back(&self, error: StoreError) -> StoreError {
        if let StoreError::Unavailable(why) = &error {
            self.ailing.failed(why);
        }
        // SQLite has rolled back by itself after some errors; then this finds no transaction, which is fine.
        let _ = self.connection.execute_batch("ROLLBACK");
        error
    }
}

fn run(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(statement)
        .and_then(|mut s| s.execute([]))
        .map(|_| ())
        .map_err(super::open::failed)
}

/// Commits a transaction of the writer's that is no group.
///
/// # Errors
/// Those of the database, but for a failed write or sync of the log, which ends the process.
pub fn finish(transaction: rusqlite::Transaction<'_>) -> Result<(), StoreError> {
    transaction.commit().map_err(not_committed)
}

/// A failed write or sync of the log ends the process: what the disk holds is not known any more, and trying again could
/// report as durable what is not.
fn not_committed(failed: rusqlite::Error) -> StoreError {
    if failed.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) {
        tracing::error!(error = %failed, "the disk failed during a commit; the process ends so that recovery can read the log");
        std::process::abort();
    }
    super::open::failed(failed)
}

/// Waits for work and takes up to one group of it; `None` when the writer is closed and everything is done.
fn wait(shared: &Shared) -> Option<Vec<Request>> {
    let mut queue = locked(shared);
    while queue.waiting.is_empty() {
        if queue.closed {
            return None;
        }
        queue = shared
            .arrived
            .wait(queue)
            .unwrap_or_else(PoisonError::into_inner);
    }
    let count = queue.waiting.len().min(COMMIT_GROUP_MAX);
    Some(queue.waiting.drain(..count).collect())
}

impl AsRef<Prepared> for Prepared {
    fn as_ref(&self) -> &Prepared {
        self
    }
}
