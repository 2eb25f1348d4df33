//! A folder for one test, removed at its end.
//!
//! Deliberately absent: keeping it for a look after a failure; set `FLORIN_KEEP` for that.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static MADE: AtomicU32 = AtomicU32::new(0);

/// An empty folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one; `name` helps a reader of the temporary directory.
    pub fn new(name: &str) -> Folder {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-it-{}-{number}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // A process id comes back after a restart of the machine; what lies there then is nobody's.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file or folder in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::env::var_os("FLORIN_KEEP").is_none() {
            // A folder that does not go is the operating system's to clean.
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// Copies the files of a folder (not its folders) into another one.
pub fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
        }
    }
}
