//! Checkpoints, as in the product: a thread copies the log while commits go on until little is left, then the writer copies
//! the rest.
//!
//! Deliberately absent: any other way of copying; the pages that wait decide.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{OTHER_CACHE_KIB, settle};

/// The log is copied when so many pages of it wait for that.
const LOG_PAGES_WANTED: i64 = 8_192;
/// So few pages are left to the writer.
const PAGES_LEFT: i64 = 256;
/// So often the thread copies what came meanwhile.
const PASSES_MAX: u32 = 12;
/// The log is looked at after so many groups.
const GROUPS_BETWEEN_LOOKS: u32 = 16;

/// The writer's side of checkpointing.
pub struct Checkpointer {
    wake: SyncSender<()>,
    copied: Arc<AtomicBool>,
    groups: u32,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Starts the copying thread.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn start(database: &Path) -> Result<Self, String> {
        let connection = opened(database).map_err(|error| error.to_string())?;
        let (wake, woken) = sync_channel(1);
        let copied = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&copied);
        let thread = std::thread::Builder::new()
            .name("prototype-copy".to_owned())
            .spawn(move || copy(&connection, &woken, &done))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            wake,
            copied,
            groups: 0,
            thread,
        })
    }

    /// Called by the writer between two groups.
    pub fn after_group(&mut self, writer: &Connection) {
        self.groups = self.groups.wrapping_add(1);
        if self.copied.swap(false, Ordering::AcqRel) {
            checkpoint(writer, "PASSIVE");
            return;
        }
        if self.groups.is_multiple_of(GROUPS_BETWEEN_LOOKS) && waiting(writer) > LOG_PAGES_WANTED {
            // A full channel means that the thread is already at work.
            let _ = self.wake.try_send(());
        }
    }

    /// Ends the thread and empties the log.
    pub fn stop(self, writer: &Connection) {
        drop(self.wake);
        let _ = self.thread.join();
        checkpoint(writer, "TRUNCATE");
    }
}

fn opened(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(database)?;
    settle(&connection, OTHER_CACHE_KIB)?;
    connection.execute_batch("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;")?;
    Ok(connection)
}

/// How many pages of the log are not in the database yet.
fn waiting(connection: &Connection) -> i64 {
    let looked = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)");
    let pages = looked.and_then(|mut look| {
        look.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
    });
    pages.unwrap_or_default()
}

fn copy(connection: &Connection, woken: &Receiver<()>, done: &AtomicBool) {
    while woken.recv().is_ok() {
        for _ in 0..PASSES_MAX {
            checkpoint(connection, "PASSIVE");
            if waiting(connection) <= PAGES_LEFT {
                break;
            }
        }
        done.store(true, Ordering::Release);
    }
}

/// A checkpoint that cannot run now is no failure: the log stays until the next one.
fn checkpoint(connection: &Connection, mode: &str) {
    let text = format!("PRAGMA wal_checkpoint({mode})");
    if let Err(error) = connection.query_row(&text, [], |_| Ok(())) {
        eprintln!("A checkpoint failed: {error}");
    }
}
