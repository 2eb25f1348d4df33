//! The clerk: the one thread that holds the book, and syncs once for everybody who waits.
//!
//! Shape: a piece of work is a closure over the book; its result is handed out after the sync. So nobody hears anything,
//! not even of somebody else's booking, that a power cut could take back. Deliberately absent: going on after a failed
//! write. What is on the disk is unknown then, so the process ends.

use super::book::Book;
use florin_engine::Clock;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Pieces of work that wait at once.
const QUEUE_MAX: usize = 1_024;
/// Pieces of work behind one sync.
const BATCH_MAX: usize = 256;
/// The longest sleep before the clock is read again, in milliseconds: the system's clock may be set.
const SLEEP_MS_MAX: i64 = 60_000;

type Answer = Box<dyn FnOnce() + Send>;
type Work = Box<dyn FnOnce(&mut Book, i64) -> Answer + Send>;

/// Access to the book.
#[derive(Clone)]
pub struct Clerk {
    work: mpsc::Sender<Work>,
    changes: watch::Receiver<()>,
}

impl Clerk {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread.
    pub fn start(book: Book) -> std::io::Result<Clerk> {
        let (work, orders) = mpsc::channel(QUEUE_MAX);
        let (changed, changes) = watch::channel(());
        let thread = std::thread::Builder::new().name("book".to_owned());
        thread.spawn(move || keep(book, orders, &changed))?;
        Ok(Clerk { work, changes })
    }

    /// Does something with the book at the current time, in milliseconds since 1970, and returns what came of it once it
    /// is on the disk. `None` means that the book is closed.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Book, i64) -> T + Send + 'static,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |book, now_ms| {
            let done = work(book, now_ms);
            // Whoever hung up does not hear it; the book has it all the same.
            Box::new(move || drop(reply.send(done)))
        });
        self.work.send(work).await.ok()?;
        answer.await.ok()
    }

    /// Tells of every change of the book.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.clone()
    }
}

/// The time in milliseconds since 1970.
fn now_ms() -> i64 {
    crate::runtime::SystemClock::new().now().0
}

fn keep(mut book: Book, mut orders: mpsc::Receiver<Work>, changed: &watch::Sender<()>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while orders.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        let now_ms = now_ms();
        let answers: Vec<Answer> = batch
            .drain(..)
            .map(|work| work(&mut book, now_ms))
            .collect();
        if book.is_changed()
            && let Err(error) = book.sync()
        {
            tracing::error!(%error, "the book cannot be written; nothing more can be promised");
            std::process::abort();
        }
        for answer in answers {
            answer();
        }
        if book.take_news() {
            changed.send_replace(());
        }
    }
}

/// Waits until a moment, in milliseconds since 1970, or a change. `false` means that the book is closed.
pub async fn wait(until_ms: Option<i64>, changes: &mut watch::Receiver<()>) -> bool {
    let sleep_ms = until_ms.map(|until_ms| until_ms.saturating_sub(now_ms()));
    let sleep_ms = sleep_ms.unwrap_or(SLEEP_MS_MAX).clamp(1, SLEEP_MS_MAX);
    let sleep = Duration::from_millis(sleep_ms.unsigned_abs());
    tokio::select! {
        changed = changes.changed() => changed.is_ok(),
        () = tokio::time::sleep(sleep) => true,
    }
}

/// Books late requests at their time, for as long as the book is open.
pub async fn book_late(clerk: Clerk) {
    let mut changes = clerk.changes();
    loop {
        changes.borrow_and_update();
        let Some(next_ms) = clerk.with(super::book::Book::book_late).await else {
            return;
        };
        if !wait(next_ms, &mut changes).await {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::book::{Booked, FILE};
    use super::super::book_tests::{Folder, draft};
    use super::*;

    #[tokio::test]
    async fn what_was_answered_is_in_the_file_and_told_to_those_who_watch() {
        let folder = Folder::new("clerk");
        let clerk = Clerk::start(Book::open(folder.path()).expect("a book")).expect("a thread");
        let mut changes = clerk.changes();
        let same = (0..8).map(|_| clerk.with(|book, now_ms| book.book(draft("ref_1"), now_ms)));
        for booked in same {
            assert!(matches!(booked.await, Some(Booked::Done(_))));
        }
        let text = std::fs::read_to_string(folder.path().join(FILE)).expect("the file");
        assert_eq!(text.lines().count(), 1, "{text}");
        changes.changed().await.expect("the book is open");
    }
}
