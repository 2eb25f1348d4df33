//! Checkpoints: copying the write-ahead log into the database without holding up the writer.
//!
//! A thread of its own copies while commits go on; when it is done, the writer copies the few pages that came meanwhile,
//! between two groups, so that the log starts anew and stays small.

use super::open::{failed, settle};
use crate::commit::StoreError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// The log is copied when it has grown to so many bytes.
pub const WAL_BYTES_WANTED: u64 = 32 * 1024 * 1024;
/// The log's size is looked at after so many groups.
const GROUPS_BETWEEN_LOOKS: u32 = 64;

/// The writer's side of checkpointing.
pub struct Checkpointer {
    wake: Option<SyncSender<()>>,
    copied: Arc<AtomicBool>,
    log: PathBuf,
    groups: u32,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the copying thread.
    pub fn start(database: PathBuf) -> Result<Checkpointer, StoreError> {
        let log = wal_of(&database);
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
            log,
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
        if self.groups.is_multiple_of(GROUPS_BETWEEN_LOOKS) && size(&self.log) > WAL_BYTES_WANTED {
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

fn wal_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
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
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    if let Err(error) = connection.query_row(&sql, [], |_| Ok(())) {
        tracing::warn!(%error, "a checkpoint of the database failed");
    }
}
