//! Checkpoints: copying the write-ahead log into the database without holding up the writer.
//!
//! A thread of its own copies while commits go on, again and again until little is left; then the writer copies the few
//! pages that came meanwhile, between two groups, so that the log starts anew and stays small.

use super::open::{failed, settle};
use crate::commit::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// The log is copied when so many pages of it wait for that: 32 MiB. Each copy ends with a sync of the database, which
/// commits have to wait for on most disks, so that copying often costs more than a long log.
pub const WAL_PAGES_WANTED: i64 = 8_192;
/// So few pages are left to the writer, which nobody's commit passes meanwhile: about two milliseconds of copying.
const PAGES_LEFT: i64 = 256;
/// So often the thread copies what came meanwhile before it leaves the rest to the writer, however much it is.
const PASSES_MAX: u32 = 12;
/// The log is looked at after so many groups.
const GROUPS_BETWEEN_LOOKS: u32 = 16;

/// The writer's side of checkpointing.
pub struct Checkpointer {
    wake: Option<SyncSender<()>>,
    copied: Arc<AtomicBool>,
    groups: u32,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the copying thread.
    pub fn start(database: PathBuf) -> Result<Checkpointer, StoreError> {
        let (wake, woken) = sync_channel(1);
        let copied = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&copied);
        let connection = Connection::open(&database).map_err(failed)?;
        settle(&connection, 1024)?;
        connection
            .execute_batch("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;")
            .map_err(failed)?;
        let thread = std::thread::Builder::new()
            .name("florin-checkpoint".to_owned())
            .spawn(move || copy(&connection, &woken, &done))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Checkpointer {
            wake: Some(wake),
            copied,
            groups: 0,
            thread: Some(thread),
        })
    }

    /// Called by the writer between two groups.
    pub fn after_group(&mut self, writer: &Connection) {
        self.groups += 1;
        if self.copied.swap(false, Ordering::AcqRel) {
            checkpoint(writer, "PASSIVE");
            return;
        }
        if self.groups.is_multiple_of(GROUPS_BETWEEN_LOOKS) && waiting(writer) > WAL_PAGES_WANTED {
            // A full channel means that the thread is already at work.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
    }

    /// Ends the thread and empties the log.
    pub fn stop(mut self, writer: &Connection) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        checkpoint(writer, "TRUNCATE");
    }
}

/// How many pages of the log are not in the database yet. The file's size does not tell: it stays when the log starts anew.
fn waiting(connection: &Connection) -> i64 {
    let looked = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)");
    let pages = looked.and_then(|mut look| {
        look.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
    });
    pages.unwrap_or_else(|error| {
        tracing::warn!(%error, "the log of the database could not be looked at");
        0
    })
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
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    if let Err(error) = connection.query_row(&sql, [], |_| Ok(())) {
        tracing::warn!(%error, "a checkpoint of the database failed");
    }
}
