//! Checkpoints, as in the product: a thread copies the log while commits go on, then the writer copies the rest.
//!
//! Deliberately absent: any other way of copying; the log's size decides.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{OTHER_CACHE_KIB, settle};

/// The log is copied when it has grown to so many bytes.
const LOG_BYTES_WANTED: u64 = 32 * 1024 * 1024;
/// The log's size is looked at after so many groups.
const GROUPS_BETWEEN_LOOKS: u32 = 64;

/// The writer's side of checkpointing.
pub struct Checkpointer {
    wake: SyncSender<()>,
    copied: Arc<AtomicBool>,
    log: PathBuf,
    groups: u32,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Starts the copying thread.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn start(database: &Path) -> Result<Self, String> {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
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
            log: log.into(),
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
        if self.groups.is_multiple_of(GROUPS_BETWEEN_LOOKS) && size(&self.log) > LOG_BYTES_WANTED {
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

fn size(path: &Path) -> u64 {
    std::fs::metadata(path)
        .map(|data| data.len())
        .unwrap_or_default()
}

fn copy(connection: &Connection, woken: &Receiver<()>, done: &AtomicBool) {
    while woken.recv().is_ok() {
        checkpoint(connection, "PASSIVE");
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
