//! The sandbox processor's own book: what was asked under which reference, what came of it, and who still has to hear of it.
//!
//! Shape: a file of JSON lines that only grows, and its contents in memory. A change is made in memory and put into a
//! buffer; [`Book::sync`] writes the buffer, and nobody may be answered before. The same steps rebuild the memory at a
//! start. A last line without its end was never answered for and is cut off; any other damage is an error.
//! Deliberately absent: card numbers, shrinking, and the clock (times come in as values).

use super::notices::{Key, Next, Outbox, Word};
use anyhow::{Context, Result, bail};
use florin_domain::processor::{Outcome, ProcessorRequest};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The book's file in its directory. It is also the lock.
pub const FILE: &str = "sandbox-processor.jsonl";
/// How many bookings a book takes. Each needs about 2 KB of memory.
pub const ENTRIES_MAX: usize = 1_000_000;
/// How many late requests wait at once.
pub const HELD_MAX: usize = 100_000;

/// Which notices a booking causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tell {
    /// How often its first outcome is told.
    pub first: u32,
    /// How often the outcome that it turns to is told.
    pub second: u32,
    /// They wait until so many notices wait, and then leave in reverse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<u32>,
}

/// A request and its ruling, before anything is booked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// What was asked. It holds no card number.
    pub request: ProcessorRequest,
    /// The answer.
    pub outcome: Outcome,
    /// What it turns to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Outcome>,
    /// How long after the booking it turns, in milliseconds.
    #[serde(default)]
    pub wait_ms: i64,
    /// Who hears of it.
    #[serde(default)]
    pub tell: Tell,
}

/// One booked effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// 1 for the first one, without gaps.
    pub number: u64,
    /// The caller's reference.
    pub reference: String,
    /// What was asked.
    pub request: ProcessorRequest,
    /// What came of it at once.
    pub outcome: Outcome,
    /// What it turns to.
    pub later: Option<Outcome>,
    /// When it turns, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later_at_ms: Option<i64>,
    /// When it was booked, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who hears of it.
    #[serde(default)]
    pub tell: Tell,
    /// The late request that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
}

impl Entry {
    /// The outcome as it stands at a moment.
    fn standing(&self, now_ms: i64) -> Outcome {
        match (&self.later, self.later_at_ms) {
            (Some(later), Some(at_ms)) if now_ms >= at_ms => later.clone(),
            (Some(_), Some(at_ms)) => {
                let mut outcome = self.outcome.clone();
                set_wait(&mut outcome, at_ms - now_ms);
                outcome
            }
            _ => self.outcome.clone(),
        }
    }
}

/// Says in an outcome how long its turn is away.
pub fn set_wait(outcome: &mut Outcome, wait_ms: i64) {
    match outcome {
        Outcome::Pending { ask_after_ms } => *ask_after_ms = wait_ms,
        Outcome::Approved(approval) => {
            approval.ask_after_ms = approval.ask_after_ms.map(|_| wait_ms);
        }
        Outcome::Declined(_) | Outcome::ActionRequired | Outcome::Unknown => {}
    }
}

/// A request that came and is booked later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Held {
    id: u64,
    /// When it is booked, in milliseconds since 1970.
    due_ms: i64,
    draft: Draft,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    Booked(Box<Entry>),
    Held(Box<Held>),
    /// A late request whose reference was taken when its time came.
    Repeated {
        held: u64,
    },
    /// Somebody has taken a notice.
    Told(Key),
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Booked {
    /// This, now or at an earlier call with the same reference.
    Done(Outcome),
    /// The reference belongs to another request.
    Another,
    /// The book is full.
    Full,
}

/// A page of entries.
#[derive(Debug, Serialize)]
pub struct Page {
    /// In order.
    pub entries: Vec<Entry>,
    /// More follow.
    pub has_more: bool,
}

/// The book.
pub struct Book {
    file: File,
    /// Lines that are not written yet.
    unwritten: Vec<u8>,
    entries: Vec<Entry>,
    by_reference: HashMap<String, usize>,
    held: BTreeMap<u64, Held>,
    /// When each of them is due.
    held_due: BTreeSet<(i64, u64)>,
    held_count: u64,
    outbox: Outbox,
    /// Something happened that those who wait for moments must look at.
    is_news: bool,
}

impl Book {
    /// Opens the book in a directory, and makes both when they are missing.
    ///
    /// # Errors
    /// Another process has it, it is damaged, or the directory cannot be used.
    pub fn open(directory: &Path) -> Result<Book> {
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(directory);
        made.with_context(|| format!("cannot make {}", directory.display()))?;
        let path = directory.join(FILE);
        let opened = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&path);
        let file = opened.with_context(|| format!("cannot open {}", path.display()))?;
        if file.try_lock().is_err() {
            bail!(
                "{} is in use by another sandbox processor; stop it first, or choose another --data",
                directory.display()
            );
        }
        // The file's name must survive a power cut, too.
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .with_context(|| format!("cannot sync {}", directory.display()))?;
        let mut book = Book {
            file,
            unwritten: Vec::new(),
            entries: Vec::new(),
            by_reference: HashMap::new(),
            held: BTreeMap::new(),
            held_due: BTreeSet::new(),
            held_count: 0,
            outbox: Outbox::default(),
            is_news: false,
        };
        book.replay(&path)?;
        Ok(book)
    }

    fn replay(&mut self, path: &Path) -> Result<()> {
        let mut reader = BufReader::new(self.file.try_clone()?);
        let (mut line, mut number, mut whole_bytes) = (Vec::new(), 0_u64, 0_u64);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line);
            let count = read.with_context(|| format!("cannot read {}", path.display()))?;
            if count == 0 {
                return Ok(());
            }
            number += 1;
            if line.last() != Some(&b'\n') {
                tracing::warn!(
                    line = number,
                    bytes = count,
                    "the book's last line is torn; it was never answered for and is cut off"
                );
                self.file.set_len(whole_bytes)?;
                return self.file.sync_all().context("cannot sync the book");
            }
            let damaged = || format!("{} is damaged in line {number}", path.display());
            let record = serde_json::from_slice(&line).ok().with_context(damaged)?;
            self.check(&record).with_context(damaged)?;
            self.apply(record);
            whole_bytes += count as u64;
        }
    }

    /// Whether a line of the file can follow the ones before.
    fn check(&self, record: &Record) -> Result<()> {
        match record {
            Record::Booked(entry) if entry.number != self.entries.len() as u64 + 1 => {
                bail!("an entry is missing or there twice")
            }
            Record::Booked(entry) if self.by_reference.contains_key(&entry.reference) => {
                bail!("a reference is booked twice")
            }
            _ => Ok(()),
        }
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Booked(entry) => {
                if let Some(id) = entry.held {
                    self.let_go(id);
                }
                self.owe(&entry);
                self.by_reference
                    .insert(entry.reference.clone(), self.entries.len());
                self.entries.push(*entry);
            }
            Record::Held(held) => {
                self.held_count = self.held_count.max(held.id);
                self.held_due.insert((held.due_ms, held.id));
                self.held.insert(held.id, *held);
            }
            Record::Repeated { held } => self.let_go(held),
            Record::Told(key) => self.outbox.done(key),
        }
    }

    fn let_go(&mut self, id: u64) {
        if let Some(held) = self.held.remove(&id) {
            self.held_due.remove(&(held.due_ms, id));
        }
    }

    fn owe(&mut self, entry: &Entry) {
        let second_ms = entry.later_at_ms.unwrap_or(entry.at_ms);
        for (word, copies, due_ms) in [
            (Word::First, entry.tell.first, entry.at_ms),
            (Word::Second, entry.tell.second, second_ms),
        ] {
            for copy in 0..copies {
                let key = Key {
                    number: entry.number,
                    word,
                    copy,
                };
                self.outbox.add(key, due_ms, entry.tell.hold);
            }
        }
    }

    /// Takes a change into memory and into the buffer.
    fn note(&mut self, record: Record) {
        serde_json::to_writer(&mut self.unwritten, &record)
            .expect("a record is plain data and a buffer takes everything");
        self.unwritten.push(b'\n');
        self.is_news = true;
        self.apply(record);
    }

    /// Whether something waits for [`Book::sync`].
    pub fn is_changed(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Whether something happened since the last question that those who wait for moments must look at.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_news)
    }

    /// Writes what changed, and returns when it would survive a power cut.
    ///
    /// # Errors
    /// The disk's. What is in the file then is unknown, and nobody may be answered any more.
    pub fn sync(&mut self) -> std::io::Result<()> {
        self.file.write_all(&self.unwritten)?;
        self.file.sync_data()?;
        self.unwritten.clear();
        Ok(())
    }

    fn find(&self, reference: &str) -> Option<&Entry> {
        self.entries.get(*self.by_reference.get(reference)?)
    }

    /// Books a request once; the same one again has its first outcome.
    pub fn book(&mut self, draft: Draft, now_ms: i64) -> Booked {
        match self.find(&draft.request.reference) {
            Some(entry) if entry.request == draft.request => Booked::Done(entry.outcome.clone()),
            Some(_) => Booked::Another,
            None if self.entries.len() >= ENTRIES_MAX => Booked::Full,
            None => {
                let outcome = draft.outcome.clone();
                self.enter(draft, now_ms, None);
                Booked::Done(outcome)
            }
        }
    }

    fn enter(&mut self, draft: Draft, at_ms: i64, held: Option<u64>) {
        let later_at_ms = draft
            .later
            .as_ref()
            .map(|_| at_ms.saturating_add(draft.wait_ms));
        self.note(Record::Booked(Box::new(Entry {
            number: self.entries.len() as u64 + 1,
            reference: draft.request.reference.clone(),
            request: draft.request,
            outcome: draft.outcome,
            later: draft.later,
            later_at_ms,
            at_ms,
            tell: draft.tell,
            held,
        })));
    }

    /// Keeps a request that is booked at a later moment. `false` means that too many wait already.
    pub fn hold(&mut self, draft: Draft, due_ms: i64) -> bool {
        if self.held.len() >= HELD_MAX {
            return false;
        }
        let id = self.held_count + 1;
        self.note(Record::Held(Box::new(Held { id, due_ms, draft })));
        true
    }

    /// Books the late requests whose time has come, and says when the next one's comes. One whose reference was taken in
    /// the meantime changes nothing: the caller tried again, and the first arrival counts.
    pub fn book_late(&mut self, now_ms: i64) -> Option<i64> {
        while let Some(&(due_ms, id)) = self.held_due.first() {
            if due_ms > now_ms {
                return Some(due_ms);
            }
            let draft = self.held.get(&id).map(|held| held.draft.clone());
            match draft {
                Some(draft)
                    if self.find(&draft.request.reference).is_none()
                        && self.entries.len() < ENTRIES_MAX =>
                {
                    self.enter(draft, now_ms, Some(id));
                }
                _ => self.note(Record::Repeated { held: id }),
            }
        }
        None
    }

    /// What an inquiry hears. A booking is not shown before `visibility_delay_ms` have passed.
    pub fn ask(&self, reference: &str, now_ms: i64, visibility_delay_ms: i64) -> Option<Outcome> {
        let entry = self.find(reference)?;
        let shown_ms = entry.at_ms.saturating_add(visibility_delay_ms);
        (now_ms >= shown_ms).then(|| entry.standing(now_ms))
    }

    /// At most `limit` entries after a number.
    pub fn page(&self, after: u64, limit: usize) -> Page {
        let skipped = usize::try_from(after).unwrap_or(usize::MAX);
        let rest = self.entries.get(skipped..).unwrap_or_default();
        Page {
            entries: rest.iter().take(limit).cloned().collect(),
            has_more: rest.len() > limit,
        }
    }

    /// How many bookings there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The notice that is due, or when to look again.
    pub fn next_notice(&mut self, now_ms: i64) -> Next {
        self.outbox.next(now_ms)
    }

    /// What a notice says: the reference and an outcome.
    pub fn words(&self, key: Key) -> Option<(String, Outcome)> {
        let index = usize::try_from(key.number.checked_sub(1)?).ok()?;
        let entry = self.entries.get(index)?;
        let outcome = match key.word {
            Word::First => entry.outcome.clone(),
            Word::Second => entry.later.clone()?,
        };
        Some((entry.reference.clone(), outcome))
    }

    /// Notes that a notice was taken.
    pub fn told(&mut self, key: Key) {
        self.note(Record::Told(key));
    }

    /// Plans another try of a notice; says how many there were.
    pub fn not_told(&mut self, key: Key, now_ms: i64) -> u32 {
        self.outbox.failed(key, now_ms)
    }

    /// Lets go of the notices that wait for others.
    pub fn release_notices(&mut self, now_ms: i64) {
        self.outbox.release(now_ms);
        self.is_news = true;
    }
}
