//! What the figures depend on: processor, memory, disk, and what the server uses of them.
//!
//! Shape: small readings of `/proc` and the file system; what cannot be read is left out or zero, since
//! no reading decides anything. Deliberately absent: host names, paths, anything but Linux.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the disk is tried, in milliseconds.
const DISK_TRIAL_MS: u64 = 1_000;
/// Directories deeper than this are not counted.
const DEPTH_MAX: u32 = 16;

/// Memory of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident now, in bytes.
    pub resident_bytes: u64,
    /// The most that was ever resident, in bytes.
    pub peak_bytes: u64,
}

/// The memory of the process `pid`; zeros if it is gone.
pub fn memory(pid: u32) -> Memory {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    Memory {
        resident_bytes: kibibytes(&status, "VmRSS:") * 1024,
        peak_bytes: kibibytes(&status, "VmHWM:") * 1024,
    }
}

/// The number in a line such as `VmRSS:    1234 kB`.
fn kibibytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Bytes that the files under `directory` take up on the disk.
pub fn disk_bytes(directory: &Path) -> u64 {
    below(directory, 0)
}

fn below(directory: &Path, depth: u32) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else {
        return 0;
    };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() && depth < DEPTH_MAX => below(&entry.path(), depth + 1),
        Ok(found) => found.blocks() * 512,
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// One line on processor and memory, such as `2 processors (name), 16 GiB of memory`.
pub fn description() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let gibibytes = kibibytes(&meminfo, "MemTotal:") as f64 / f64::from(1 << 20);
    format!("{processors} processors ({model}), {gibibytes:.0} GiB of memory")
}

/// The type of the file system that holds `path`, such as `ext4`; on `tmpfs` a sync costs nothing.
pub fn file_system(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = fields.filter(|(point, _)| path.starts_with(point));
    // Of equal mount points the last one is on top.
    let nearest = holding.max_by_key(|(point, _)| point.len());
    nearest.map_or("unknown", |(_, kind)| kind).to_owned()
}

/// How often a second 4 KiB can be appended and synced in `directory`: the floor below every commit.
///
/// # Errors
/// The file cannot be written.
pub fn syncs_per_second(directory: &Path) -> io::Result<f64> {
    let path = directory.join("sync-trial");
    let mut file = fs::File::create(&path)?;
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < Duration::from_millis(DISK_TRIAL_MS) {
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    let seconds = began.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok(f64::from(count) / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_are_read() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), 1024);
        assert_eq!(kibibytes(status, "VmHWM:"), 2048);
        assert_eq!(kibibytes(status, "VmSwap:"), 0);
    }

    #[test]
    fn this_process_uses_memory_and_a_dead_one_none() {
        let own = memory(std::process::id());
        assert!(
            own.resident_bytes > 100_000 && own.peak_bytes >= own.resident_bytes,
            "{own:?}"
        );
        assert_eq!(memory(u32::MAX), Memory::default());
    }

    #[test]
    fn files_are_counted_at_every_depth() {
        let root = std::env::temp_dir().join(format!("florin-bench-disk-{}", std::process::id()));
        fs::create_dir_all(root.join("a/b")).expect("directories");
        fs::write(root.join("one"), [1; 10_000]).expect("file");
        fs::write(root.join("a/b/two"), [1; 20_000]).expect("file");
        fs::File::open(root.join("one"))
            .and_then(|file| file.sync_all())
            .expect("sync");
        fs::File::open(root.join("a/b/two"))
            .and_then(|file| file.sync_all())
            .expect("sync");
        let counted = disk_bytes(&root);
        assert_ne!(file_system(&root), "unknown");
        fs::remove_dir_all(&root).expect("clean up");
        assert!((30_000..100_000).contains(&counted), "{counted}");
        assert_eq!(disk_bytes(&root), 0);
    }
}
