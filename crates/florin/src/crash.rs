//! Crash drills: `florin dev` with `FLORIN_CRASH_AT=N` ends at its N-th step as a crash would, for tests of recovery.
//!
//! Shape: a counter of steps, and two decorators that pass it: [`CrashingStore`] before and after each commit that
//! changes something or touches an idempotency key, [`CrashingProcessor`] before and after each call. Each step is
//! logged before it may be the last one. `0` names no step, so that the steps of a whole run can be read in its log. A
//! processor outside keeps its books across a crash, so during a drill they are a file in the data folder.
//! Deliberately absent: crashes inside a commit (the tests that kill at random moments meet those) and power cuts.

use anyhow::{Context, Result, bail};
use florin_base::{Millis, Scope};
use florin_domain::cards::CardSource;
use florin_domain::changes::{Job, JobKind};
use florin_domain::ledger::Transaction;
use florin_domain::processor::{Decline, Outcome, ProcessorRequest};
use florin_domain::{Record, RecordKey, Versioned};
use florin_processors::{
    CardTraits, Effects, Inquiry, InquiryFuture, Processor, ProcessorFuture, PublishedCard, Secrets,
};
use florin_store::{
    Balance, Commit, LeasedJob, ListQuery, SavedClaim, Store, StoreFuture, TransactionQuery,
};
use florin_store::{Held, Wanted};
use florin_vault::CardNumber;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The number of the step at which the process ends; 0 for none.
pub const CRASH_AT: &str = "FLORIN_CRASH_AT";
/// How long a processor may take during a drill, in milliseconds. Recovery asks after twice that.
pub const PROCESSOR_TIMEOUT_MS: u64 = 1_000;
/// The processor's own books in the data folder.
const BOOKS: &str = "processor-books.jsonl";

/// The steps of a process.
pub struct Steps {
    last: u64,
    passed: AtomicU64,
}

impl Steps {
    /// What the environment asks for; `None` without the variable.
    pub fn from_environment() -> Result<Option<Arc<Steps>>> {
        let Some(text) = std::env::var_os(CRASH_AT) else {
            return Ok(None);
        };
        let number = text.to_str().and_then(|text| text.parse().ok());
        let last = number
            .with_context(|| format!("{CRASH_AT} has to be the number of a step, or 0 for none"))?;
        tracing::warn!(
            step = last,
            "{CRASH_AT} is set: THIS SERVER ENDS WITHOUT WARNING AT THAT STEP. It is for tests of recovery only"
        );
        Ok(Some(Arc::new(Steps {
            last,
            passed: AtomicU64::new(0),
        })))
    }

    /// The store with steps around its commits.
    pub fn around_store(self: &Arc<Self>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(CrashingStore {
            inner,
            steps: Arc::clone(self),
        })
    }

    /// The processor with steps around its calls.
    pub fn around_processor(
        self: &Arc<Self>,
        inner: Arc<dyn Processor>,
        data: Option<&Path>,
    ) -> Result<Arc<dyn Processor>> {
        let books = match (inner.effects(), data) {
            (Effects::Inside, _) => None,
            (Effects::Outside, Some(data)) => Some(Books::open(&data.join(BOOKS))?),
            (Effects::Outside, None) => bail!("{CRASH_AT} needs a data folder that stays"),
        };
        Ok(Arc::new(CrashingProcessor {
            inner,
            steps: Arc::clone(self),
            books: books.map(Mutex::new),
        }))
    }

    fn pass(&self, place: &'static str) {
        let step = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        tracing::info!(step, place, "a step of the crash drill");
        if step == self.last {
            std::process::abort();
        }
    }
}

/// A store that may be the last thing that this process asks.
struct CrashingStore {
    inner: Arc<dyn Store>,
    steps: Arc<Steps>,
}

impl Store for CrashingStore {
    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>> {
        self.inner.get(keys)
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        self.inner.list(query)
    }

    fn find<'a>(
        &'a self,
        scope: Option<&'a Scope>,
        space: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<RecordKey>> {
        self.inner.find(scope, space, key)
    }

    fn saved<'a>(&'a self, scope: &'a Scope, key: &'a str) -> StoreFuture<'a, Option<SavedClaim>> {
        self.inner.saved(scope, key)
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        // The bare end of a job is housekeeping, whose moment differs from run to run.
        if commit.changes.is_empty() && commit.claim.is_none() {
            return self.inner.commit(commit);
        }
        Box::pin(async move {
            self.steps.pass("before commit");
            let done = self.inner.commit(commit).await;
            self.steps.pass("after commit");
            done
        })
    }

    fn lease(&self, wanted: Wanted) -> StoreFuture<'_, Vec<LeasedJob>> {
        self.inner.lease(wanted)
    }

    fn renew(&self, held: Vec<Held>) -> StoreFuture<'_, Vec<String>> {
        self.inner.renew(held)
    }

    fn next_due<'a>(&'a self, kinds: &'a [JobKind]) -> StoreFuture<'a, Option<Millis>> {
        self.inner.next_due(kinds)
    }

    fn jobs<'a>(&'a self, scope: &'a Scope, limit: usize) -> StoreFuture<'a, Vec<Job>> {
        self.inner.jobs(scope, limit)
    }

    fn balances<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Vec<Balance>> {
        self.inner.balances(scope)
    }

    fn transactions<'a>(
        &'a self,
        query: &'a TransactionQuery,
    ) -> StoreFuture<'a, Vec<Transaction>> {
        self.inner.transactions(query)
    }

    fn epoch(&self) -> StoreFuture<'_, u64> {
        self.inner.epoch()
    }

    fn prune(&self, kept_ms: i64, limit: usize) -> StoreFuture<'_, usize> {
        self.inner.prune(kept_ms, limit)
    }

    fn health(&self) -> StoreFuture<'_, ()> {
        self.inner.health()
    }
}

/// A processor that may be the last thing that this process asks.
struct CrashingProcessor {
    inner: Arc<dyn Processor>,
    steps: Arc<Steps>,
    /// What a processor outside remembers, whatever becomes of us.
    books: Option<Mutex<Books>>,
}

impl CrashingProcessor {
    fn booked(&self, reference: &str) -> Option<Outcome> {
        let books = self.books.as_ref()?;
        let books = books.lock().unwrap_or_else(PoisonError::into_inner);
        books.entries.get(reference).cloned()
    }

    fn book(&self, request: &ProcessorRequest, outcome: &Outcome) {
        if let Some(books) = &self.books {
            let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
            books.add(request, outcome);
        }
    }
}

impl Processor for CrashingProcessor {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn effects(&self) -> Effects {
        self.inner.effects()
    }

    fn is_simulation(&self) -> bool {
        self.inner.is_simulation()
    }

    fn call<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> ProcessorFuture<'a> {
        Box::pin(async move {
            self.steps.pass("before call");
            let outcome = match self.booked(&request.reference) {
                Some(outcome) => outcome,
                None => {
                    let outcome = self.inner.call(request, secrets).await;
                    self.book(request, &outcome);
                    outcome
                }
            };
            self.steps.pass("after call");
            outcome
        })
    }

    fn inquire<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> InquiryFuture<'a> {
        Box::pin(async move {
            match self.inner.inquire(request, secrets).await {
                Inquiry::NotFound => self
                    .booked(&request.reference)
                    .map_or(Inquiry::NotFound, Inquiry::Known),
                known => known,
            }
        })
    }

    fn describe(&self, number: &CardNumber) -> Result<CardTraits, Decline> {
        self.inner.describe(number)
    }

    fn published(&self, name: &str) -> Option<PublishedCard> {
        self.inner.published(name)
    }

    fn may_attach(
        &self,
        scope: &Scope,
        card: &CardSource,
        cvc_given: bool,
        secrets: Secrets<'_>,
    ) -> Option<Decline> {
        self.inner.may_attach(scope, card, cvc_given, secrets)
    }
}

/// The books of a processor outside: a line for each request, with what came of it.
struct Books {
    file: File,
    entries: HashMap<String, Outcome>,
}

impl Books {
    fn open(path: &Path) -> Result<Books> {
        let mut entries = HashMap::new();
        if path.exists() {
            let text =
                std::fs::read_to_string(path).context("cannot read the processor's books")?;
            for line in text.lines() {
                let (request, outcome): (ProcessorRequest, Outcome) =
                    serde_json::from_str(line).context("the processor's books are damaged")?;
                entries.insert(request.reference, outcome);
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.context("cannot write the processor's books")?;
        Ok(Books { file, entries })
    }

    /// One write for each line: the end of this process does not take back what the kernel has.
    fn add(&mut self, request: &ProcessorRequest, outcome: &Outcome) {
        let written = serde_json::to_string(&(request, outcome))
            .map_err(std::io::Error::from)
            .and_then(|line| self.file.write_all(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            tracing::error!(%error, "the processor's books could not be written; the drill is void");
            std::process::abort();
        }
        self.entries
            .insert(request.reference.clone(), outcome.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_domain::processor::Approval;

    fn request(reference: &str) -> ProcessorRequest {
        let request = serde_json::json!({
            "verb": "authorize", "reference": reference, "amount": 2_000, "currency": "usd",
            "card": CardSource::Published("visa".to_owned()), "scope": Scope::test("acct_1"),
        });
        serde_json::from_value(request).expect("a request as it is stored")
    }

    #[test]
    fn the_books_of_a_processor_outlive_it() {
        let folder = std::env::temp_dir().join(format!("florin-books-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let path = folder.join(BOOKS);
        let outcome = Outcome::Approved(Approval::default());
        Books::open(&path)
            .expect("fresh books open")
            .add(&request("ref_1"), &outcome);
        let books = Books::open(&path).expect("the books open again");
        assert_eq!(books.entries.get("ref_1"), Some(&outcome));
        assert_eq!(books.entries.get("ref_2"), None);
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    }

    #[test]
    fn steps_that_are_not_the_chosen_one_are_passed() {
        let steps = Steps {
            last: 0,
            passed: AtomicU64::new(0),
        };
        steps.pass("before commit");
        steps.pass("after commit");
        assert_eq!(steps.passed.load(Ordering::SeqCst), 2);
    }
}
