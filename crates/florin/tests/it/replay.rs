//! Power cuts, replayed: at a random step everything that no sync had covered is kept, lost or torn, as a disk may do.
//!
//! Sectors have 512 bytes; un-synced writes may reach the disk in any order. Deliberately absent: lost directory
//! entries and disks that lie about a sync.

use crate::load::Seeded;
use crate::strace::Step;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a disk writes whole.
const SECTOR_BYTES: usize = 512;

/// A disk: what is on it for sure, and what is on its way.
#[derive(Default)]
pub struct Disk {
    kept: BTreeMap<PathBuf, Vec<u8>>,
    /// Step number and change, in order.
    waiting: BTreeMap<PathBuf, Vec<(usize, Change)>>,
    told: BTreeSet<String>,
    done: usize,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Change::Write(at, bytes) => {
                file.resize(file.len().max(at + bytes.len()), 0);
                file[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Change::Truncate(length) => file.resize(*length, 0),
        }
    }
}

impl Disk {
    /// A disk that holds the files of a folder as if they lay in another one.
    pub fn holding(folder: &Path, named: &Path) -> Disk {
        let mut disk = Disk::default();
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("an entry").path();
            let name = named.join(path.file_name().expect("a file has a name"));
            disk.kept.insert(name, std::fs::read(path).expect("a file"));
        }
        disk
    }

    /// Goes on to a step; steps lie in the past once they are done.
    pub fn advance(&mut self, steps: &[Step], until: usize) {
        for (at, step) in steps.iter().enumerate().take(until).skip(self.done) {
            match step {
                Step::Write(path, offset, bytes) => {
                    let change = Change::Write(*offset, bytes.clone());
                    self.waiting
                        .entry(path.clone())
                        .or_default()
                        .push((at, change));
                }
                Step::Truncate(path, length) => {
                    let change = Change::Truncate(*length);
                    self.waiting
                        .entry(path.clone())
                        .or_default()
                        .push((at, change));
                }
                Step::Sync(path, covered) => self.sync(path, *covered),
                Step::Unlink(path) => {
                    self.kept.remove(path);
                    self.waiting.remove(path);
                }
                Step::Told(name) => {
                    self.told.insert(name.clone());
                }
            }
        }
        self.done = self.done.max(until);
    }

    fn sync(&mut self, path: &Path, covered: usize) {
        let file = self.kept.entry(path.to_path_buf()).or_default();
        let Some(waiting) = self.waiting.get_mut(path) else {
            return;
        };
        let split = waiting.partition_point(|(at, _)| *at < covered);
        for (_, change) in waiting.drain(..split) {
            change.apply(file);
        }
    }

    /// Who was told before the cut.
    pub fn told(&self) -> &BTreeSet<String> {
        &self.told
    }

    /// Cuts the power: writes what a disk may hold then into a folder.
    pub fn cut(&self, random: &mut Seeded, folder: &Path) {
        let names: BTreeSet<&PathBuf> = self.kept.keys().chain(self.waiting.keys()).collect();
        for path in names {
            let mut file = self.kept.get(path).cloned().unwrap_or_default();
            if let Some(waiting) = self.waiting.get(path) {
                survive(&mut file, waiting, random);
            }
            let name = path.file_name().expect("a file has a name");
            std::fs::write(folder.join(name), file).expect("a file can be written");
        }
    }
}

/// How un-synced changes survive: none, all, the first ones, or any of them; the last two tear writes too.
fn survive(file: &mut Vec<u8>, waiting: &[(usize, Change)], random: &mut Seeded) {
    let way = random.below(4);
    let first = random.below(waiting.len() as u64 + 1) as usize;
    for (at, (_, change)) in waiting.iter().enumerate() {
        let kept = match way {
            0 => false,
            1 => true,
            2 => at < first,
            _ => random.below(2) == 0,
        };
        if !kept {
            continue;
        }
        match change {
            Change::Write(offset, bytes) if way >= 2 && random.below(3) == 0 => {
                let sectors = random.below((bytes.len() / SECTOR_BYTES) as u64 + 1) as usize;
                Change::Write(*offset, bytes[..sectors * SECTOR_BYTES].to_vec()).apply(file);
            }
            other => other.apply(file),
        }
    }
}

#[test]
fn only_what_was_synced_is_certain() {
    let path = PathBuf::from("/d/a.db");
    let steps = [
        Step::Write(path.clone(), 0, b"abc".to_vec()),
        Step::Write(path.clone(), 1, b"X".to_vec()),
        Step::Sync(path.clone(), 1),
        Step::Told("a".to_owned()),
    ];
    let mut disk = Disk::default();
    disk.advance(&steps, 3);
    assert_eq!(disk.kept[&path], b"abc");
    assert_eq!((disk.waiting[&path].len(), disk.told.len()), (1, 0));
    disk.advance(&steps, 4);
    assert!(disk.told.contains("a"));
}
