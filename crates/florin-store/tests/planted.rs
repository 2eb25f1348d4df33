//! The suite against stores with a planted bug each: a suite that lets one of them pass is worth nothing.

use florin_base::Millis;

use florin_domain::ledger::Transaction;
use florin_domain::{Record, Versioned};
use florin_store::conformance::{BEHAVIOURS, Subject};
use florin_store::installation::SHELVED_BYTES_MAX;
use florin_store::memory::MemoryStore;
use florin_store::{
    Commit, Count, Installation, LeasedJob, ListQuery, ShelfKey, Shelved, Store, StoreFuture,
    Tallied, Tallies, TallyKey, TransactionQuery, forward_to_store,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A store in memory that sees every commit and every list through a distorting glass.
#[derive(Clone)]
struct Planted {
    inner: MemoryStore,
    commit: fn(&MemoryStore, &mut Commit),
    list: fn(&mut ListQuery),
    page: fn(&mut TransactionQuery),
    installation: Flaw,
    /// How often counts were purged.
    purged: Arc<AtomicUsize>,
}

/// A bug in what belongs to the installation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// Whoever writes a text last wins, and hears that it replaced what it expected.
    LastTextWins,
    /// A text that is there already is not seen by who expects none.
    FirstTextIsOverwritten,
    /// What is taken off the shelf stays there.
    TakenStays,
    /// The mode of an account is not looked at on the shelf.
    ModesMeet,
    /// No data key seems to be in use.
    KeysAreForgotten,
    /// The shelf takes bytes of any length, cut.
    LongValuesAreCut,
    /// Purging clears the shelf.
    EverythingIsPurged,
    /// The mode of an account is not looked at where things are counted.
    ModesCountTogether,
    /// Accounts are not told apart where things are counted.
    AccountsCountTogether,
    /// Names are not told apart.
    NamesCountTogether,
    /// Whoever counts while another does hears the same count.
    CountsAreRacy,
    /// Nothing is counted.
    CountsAreLost,
    /// Purging forgets the window that goes on.
    OpenWindowsArePurged,
}

impl Planted {
    fn none() -> Planted {
        let inner = MemoryStore::new(|| Millis(1_790_000_000_000));
        Planted {
            inner,
            commit: |_, _| {},
            list: |_| {},
            page: |_| {},
            installation: Flaw::None,
            purged: Arc::default(),
        }
    }

    fn commit(commit: fn(&MemoryStore, &mut Commit)) -> Planted {
        Planted {
            commit,
            ..Planted::none()
        }
    }

    fn list(list: fn(&mut ListQuery)) -> Planted {
        Planted {
            list,
            ..Planted::none()
        }
    }

    fn page(page: fn(&mut TransactionQuery)) -> Planted {
        Planted {
            page,
            ..Planted::none()
        }
    }

    fn installation(installation: Flaw) -> Planted {
        Planted {
            installation,
            ..Planted::none()
        }
    }

    /// Where the shelf looks.
    fn place(&self, key: &ShelfKey) -> ShelfKey {
        let mut key = key.clone();
        key.scope.live &= self.installation != Flaw::ModesMeet;
        key
    }

    /// Reads a count, lets others go first, and answers with what it read and one more.
    fn counted_late(&self, key: TallyKey) -> StoreFuture<'_, Tallied> {
        Box::pin(async move {
            let mut read = self.inner.tally(&key, Count::Look).await?;
            tokio::task::yield_now().await;
            self.inner.tally(&key, Count::One).await?;
            read.count += 1;
            Ok(read)
        })
    }

    /// A store with nothing in it and the same bug.
    fn fresh(&self) -> Subject {
        Arc::new(Planted {
            inner: Planted::none().inner,
            purged: Arc::default(),
            ..self.clone()
        })
    }
}

impl Store for Planted {
    forward_to_store!(inner: get, find, saved, lease, renew, next_due, jobs, balances, epoch, prune, health);

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        let mut query = query.clone();
        (self.list)(&mut query);
        Box::pin(async move { self.inner.list(&query).await })
    }

    fn commit(&self, mut commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        (self.commit)(&self.inner, &mut commit);
        self.inner.commit(commit)
    }

    fn transactions<'a>(
        &'a self,
        query: &'a TransactionQuery,
    ) -> StoreFuture<'a, Vec<Transaction>> {
        let mut query = query.clone();
        (self.page)(&mut query);
        Box::pin(async move { self.inner.transactions(&query).await })
    }
}

impl Installation for Planted {
    fn now(&self) -> StoreFuture<'_, Millis> {
        self.inner.now()
    }

    fn text<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<String>> {
        self.inner.text(name)
    }

    fn replace_text<'a>(
        &'a self,
        name: &'a str,
        expected: Option<&'a str>,
        value: &'a str,
    ) -> StoreFuture<'a, bool> {
        let blind = match self.installation {
            Flaw::LastTextWins => true,
            Flaw::FirstTextIsOverwritten => expected.is_none(),
            _ => false,
        };
        Box::pin(async move {
            if blind {
                let held = self.inner.text(name).await?;
                return self.inner.replace_text(name, held.as_deref(), value).await;
            }
            self.inner.replace_text(name, expected, value).await
        })
    }

    fn uses_key<'a>(&'a self, key_id: &'a str) -> StoreFuture<'a, bool> {
        match self.installation {
            Flaw::KeysAreForgotten => Box::pin(std::future::ready(Ok(false))),
            _ => self.inner.uses_key(key_id),
        }
    }

    fn shelve<'a>(&'a self, key: &'a ShelfKey, mut sealed: Shelved) -> StoreFuture<'a, ()> {
        if self.installation == Flaw::LongValuesAreCut {
            sealed.bytes.truncate(SHELVED_BYTES_MAX);
        }
        let key = self.place(key);
        Box::pin(async move { self.inner.shelve(&key, sealed).await })
    }

    fn take_shelved<'a>(&'a self, key: &'a ShelfKey) -> StoreFuture<'a, Option<Shelved>> {
        let key = self.place(key);
        Box::pin(async move {
            let taken = self.inner.take_shelved(&key).await?;
            if let (Flaw::TakenStays, Some(taken)) = (self.installation, &taken) {
                self.inner.shelve(&key, taken.clone()).await?;
            }
            Ok(taken)
        })
    }

    fn purge_shelf(&self) -> StoreFuture<'_, usize> {
        match self.installation {
            Flaw::EverythingIsPurged => Box::pin(std::future::ready(Ok(1))),
            _ => self.inner.purge_shelf(),
        }
    }
}

impl Tallies for Planted {
    fn tally<'a>(&'a self, key: &'a TallyKey, count: Count) -> StoreFuture<'a, Tallied> {
        let mut key = key.clone();
        if self.installation == Flaw::OpenWindowsArePurged {
            key.name += &self.purged.load(Ordering::Relaxed).to_string();
        }
        key.scope.live &= self.installation != Flaw::ModesCountTogether;
        match (self.installation, count) {
            (Flaw::AccountsCountTogether, _) => key.scope.account = "acct_all".into(),
            (Flaw::NamesCountTogether, _) => key.name.clear(),
            (Flaw::CountsAreRacy, Count::One) => return self.counted_late(key),
            _ => {}
        }
        let count = match self.installation {
            Flaw::CountsAreLost => Count::Look,
            _ => count,
        };
        Box::pin(async move { self.inner.tally(&key, count).await })
    }

    fn purge_tallies(&self) -> StoreFuture<'_, usize> {
        self.purged.fetch_add(1, Ordering::Relaxed);
        self.inner.purge_tallies()
    }
}

/// Every write takes whatever version it finds.
fn last_write_wins(store: &MemoryStore, commit: &mut Commit) {
    let records = store.snapshot().expect("a snapshot").records;
    for write in &mut commit.changes.writes {
        let held = records
            .iter()
            .find(|(key, _)| *key == write.key)
            .map_or(0, |(_, held)| held.version);
        (write.expected, write.version) = (held, held + 1);
    }
}

/// A finish takes whatever fence it finds.
fn fences_are_ignored(store: &MemoryStore, commit: &mut Commit) {
    let jobs = store.snapshot().expect("a snapshot").jobs;
    let Some(finish) = &mut commit.finish else {
        return;
    };
    match jobs.iter().find(|held| held.job.id == finish.job) {
        Some(held) => finish.fence = held.fence,
        None => commit.finish = None,
    }
}

type Bug = (&'static str, Planted);

fn bugs_of_commits() -> Vec<Bug> {
    let bug = |name, commit| (name, Planted::commit(commit));
    vec![
        bug("last write wins", last_write_wins),
        bug("what was read is not checked", |_, commit| {
            commit.changes.requires.clear()
        }),
        bug("floors are ignored", |_, commit| {
            commit.changes.floors.clear()
        }),
        bug("unique keys are not kept", |_, commit| {
            commit.changes.claims.clear()
        }),
        bug("idempotency keys are not kept", |_, commit| {
            commit.claim = None
        }),
        bug("every key counts as held", |_, commit| {
            commit
                .claim
                .iter_mut()
                .for_each(|claim| claim.is_held = true);
        }),
        bug("replies are lost", |_, commit| {
            commit.claim.iter_mut().for_each(|claim| claim.reply = None);
        }),
        bug("events are lost", |_, commit| commit.changes.events.clear()),
        bug("money is lost", |_, commit| {
            commit.changes.transactions.clear()
        }),
        bug("the epoch stands still", |_, commit| {
            commit.bumps_epoch = false
        }),
        bug("the epoch always grows", |_, commit| {
            commit.bumps_epoch = true
        }),
    ]
}

fn bugs_of_jobs() -> Vec<Bug> {
    let bug = |name, commit| (name, Planted::commit(commit));
    vec![
        bug("fences are ignored", fences_are_ignored),
        bug("work is lost", |_, commit| commit.changes.jobs.clear()),
        bug("jobs are never finished", |_, commit| commit.finish = None),
        bug("jobs never wait again", |_, commit| {
            commit
                .finish
                .iter_mut()
                .for_each(|finish| finish.again = None);
        }),
        bug("nothing is born leased", |_, commit| {
            commit.takes_jobs = false
        }),
        bug("everything is born leased", |_, commit| {
            commit.takes_jobs = true
        }),
    ]
}

fn bugs_of_lists() -> Vec<Bug> {
    let bug = |name, list| (name, Planted::list(list));
    vec![
        bug("the cursor is ignored", |query| query.after = None),
        bug("filters are ignored", |query| query.filters.clear()),
        bug("the first filter counts alone", |query| {
            query.filters.truncate(1)
        }),
        bug("ranges are ignored", |query| {
            query.created = Default::default()
        }),
        bug("the order is fixed", |query| {
            query.order = Default::default()
        }),
        bug("the limit is ignored", |query| query.limit = usize::MAX),
        bug("modes meet in lists", |query| query.scope.live = false),
    ]
}

fn bugs_of_the_ledger() -> Vec<Bug> {
    let bug = |name, page| (name, Planted::page(page));
    vec![
        bug("modes meet in the ledger", |query| query.scope.live = false),
        bug("movements are ignored", |query| query.movements.clear()),
        bug("the asset is ignored", |query| query.asset = None),
        bug("the source is ignored", |query| query.source = None),
        bug("ids are ignored", |query| query.ids.clear()),
        bug("the cursor of the ledger is ignored", |query| {
            query.after = None
        }),
    ]
}

fn bugs_of_the_installation() -> Vec<Bug> {
    let bug = |name, flaw| (name, Planted::installation(flaw));
    vec![
        bug("the last text wins", Flaw::LastTextWins),
        bug(
            "the first text is overwritten",
            Flaw::FirstTextIsOverwritten,
        ),
        bug("what is taken stays on the shelf", Flaw::TakenStays),
        bug("modes meet on the shelf", Flaw::ModesMeet),
        bug("keys in use are forgotten", Flaw::KeysAreForgotten),
        bug("long values are cut", Flaw::LongValuesAreCut),
        bug("everything is purged", Flaw::EverythingIsPurged),
        bug("modes count together", Flaw::ModesCountTogether),
        bug("accounts count together", Flaw::AccountsCountTogether),
        bug("names count together", Flaw::NamesCountTogether),
        bug("counts are racy", Flaw::CountsAreRacy),
        bug("counts are lost", Flaw::CountsAreLost),
        bug("open windows are purged", Flaw::OpenWindowsArePurged),
    ]
}

/// The first behaviour that the store fails.
async fn first_failure(planted: &Planted) -> Option<&'static str> {
    for behaviour in BEHAVIOURS {
        if tokio::spawn(behaviour.show(planted.fresh())).await.is_err() {
            return Some(behaviour.name);
        }
    }
    None
}

#[tokio::test]
async fn every_planted_bug_is_caught() {
    assert_eq!(first_failure(&Planted::none()).await, None);
    let bugs = [
        bugs_of_commits(),
        bugs_of_jobs(),
        bugs_of_lists(),
        bugs_of_the_ledger(),
        bugs_of_the_installation(),
    ];
    for (name, planted) in bugs.into_iter().flatten() {
        let caught = first_failure(&planted).await;
        assert!(caught.is_some(), "nothing noticed that {name}");
    }
}

#[test]
fn behaviours_have_names_of_their_own() {
    let mut names: Vec<&str> = BEHAVIOURS.iter().map(|behaviour| behaviour.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), BEHAVIOURS.len());
    assert!(names.len() >= 70, "{}", names.len());
}
