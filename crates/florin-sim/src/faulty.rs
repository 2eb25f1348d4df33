//! The store of a simulated process: the store in memory behind a bad line, under a process that may die.
//!
//! Every commit that takes effect goes into the journal. Deliberately absent: losing what was acknowledged, unless a
//! planted bug asks for it.

use crate::evidence::Entry;
use crate::executor::{Group, VirtualClock};
use crate::fate::{Fate, When};
use crate::sabotage::Sabotage;
use crate::scene::{FRONT, Inner, Scene};
use florin_base::{Scope, Timestamp};
use florin_domain::changes::{Changes, JobKind, Write};
use florin_domain::payments::{IntentStatus, PaymentIntent};
use florin_domain::{Entity, Kind, Record, RecordKey, Versioned};
use florin_engine::Clock;
use florin_store::memory::MemoryStore;
use florin_store::{
    Commit, Held, LeasedJob, ListQuery, SavedClaim, Store, StoreError, StoreFuture, Wanted,
    forward_to_store,
};
use serde_json::Value;
use std::future::pending;
use std::sync::Arc;

/// What a planted bug writes in clear: the number that the merchants' cards have, too.
const LEAKED: &str = "4242424242424242";
/// A planted bug hides so many of a thousand reads of what was just made.
const STALE: u64 = 100;
/// The epoch of settings at which a planted bug stops.
const FROZEN_EPOCH: u64 = 1;
const DAY_S: i64 = 86_400;

/// The store as one process sees it.
pub struct Faulty {
    /// What is really there.
    pub memory: MemoryStore,
    /// The world around it.
    pub scene: Arc<Scene>,
    /// Time.
    pub clock: VirtualClock,
    /// The process.
    pub group: Group,
    /// The other merchant, for a planted bug.
    pub neighbours: Vec<Scope>,
}

impl Faulty {
    async fn read(&self) -> Result<(), StoreError> {
        match self.scene.with(Inner::draw_read) {
            true => Err(StoreError::Unavailable(
                "the storm took a question".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// Dies here: nothing of this process goes on.
    async fn die<T>(&self) -> T {
        self.scene.with(|inner| inner.dying.insert(self.group));
        pending().await
    }

    async fn fated(&self, commit: Commit) -> Result<Vec<LeasedJob>, StoreError> {
        let (wait_ms, fate) = self.scene.with(Inner::draw_commit);
        if let Some(jump_ms) = self.scene.with(Inner::draw_jump) {
            self.clock.jump(jump_ms);
        }
        if wait_ms > 0 {
            self.clock.pause(wait_ms).await;
        }
        let is_asked_for = commit.claim.is_some();
        if is_asked_for && self.scene.with(|inner| inner.strikes(Sabotage::HoldCommit)) {
            pending::<()>().await;
        }
        match fate {
            Fate::Done { answer_ms } => {
                let done = self.apply(commit).await;
                self.clock.pause(answer_ms).await;
                done
            }
            Fate::Refused(error) => Err(error),
            Fate::DoneInDoubt => {
                self.apply(commit).await?;
                Err(StoreError::InDoubt("the answer was lost".to_owned()))
            }
            Fate::Crash(When::Before) => self.die().await,
            Fate::Crash(When::After) => {
                let _ = self.apply(commit).await;
                self.die().await
            }
        }
    }

    async fn apply(&self, mut commit: Commit) -> Result<Vec<LeasedJob>, StoreError> {
        let is_lost = self.scene.with(|inner| bend(inner, &mut commit));
        if is_lost {
            return Ok(Vec::new());
        }
        if self.scene.with(|inner| inner.is(Sabotage::LostUpdate)) {
            self.overwrite(&mut commit.changes).await?;
        }
        let done = self.memory.commit(commit.clone()).await?;
        self.note(&commit);
        if let Some(again) = self.scene.with(|inner| resurrection(inner, &commit)) {
            self.memory.commit(again.clone()).await?;
            self.note(&again);
        }
        Ok(done)
    }

    fn note(&self, commit: &Commit) {
        let at_ms = self.clock.monotonic_ms();
        let changes = &commit.changes;
        let records = changes
            .writes
            .iter()
            .map(|write| format!("{}/{}", write.key.id, write.version));
        let bookings = changes.transactions.iter().map(|(_, booked)| {
            let entries = booked.entries.iter();
            let entries: Vec<String> = entries
                .map(|(account, amount)| format!("{}{amount:+}", account.name()))
                .collect();
            format!(
                "{} {}({})",
                booked.movement.name(),
                booked.asset,
                entries.join(" ")
            )
        });
        let added = changes.jobs.iter().map(|job| format!("+{}", job.id));
        let ended = commit.finish.iter().map(|finish| match finish.again {
            Some(_) => format!("~{}", finish.job),
            None => format!("-{}", finish.job),
        });
        let written: Vec<String> = records.chain(bookings).chain(added).chain(ended).collect();
        self.scene.with(|inner| {
            let number = inner.commits;
            inner.trace.push(format!(
                "{at_ms} process {} commits {number}: {}",
                self.group,
                written.join(" ")
            ));
            inner
                .journal
                .push(Arc::new(Entry::new(number, at_ms, commit.clone())));
        });
    }
}

/// Applies a planted bug to a commit. True when the commit is to be lost.
fn bend(inner: &mut Inner, commit: &mut Commit) -> bool {
    let changes = &mut commit.changes;
    let answers = commit
        .claim
        .as_ref()
        .is_some_and(|claim| claim.reply.is_some());
    if answers && makes_payment(changes) && inner.strikes(Sabotage::LoseCommit) {
        return true;
    }
    if finished_payment(changes).is_some() && inner.strikes(Sabotage::ForgetEvents) {
        changes.events.clear();
    }
    if !changes.transactions.is_empty() && inner.strikes(Sabotage::ForgetBooking) {
        changes.transactions.clear();
    }
    if inner.is(Sabotage::ForgetKeys) {
        inner.struck += u64::from(commit.claim.take().is_some());
    }
    if inner.is(Sabotage::ForgetRecovery) {
        forget(inner, changes, JobKind::Recover);
    }
    if inner.is(Sabotage::ForgetRelease) {
        forget(inner, changes, JobKind::Release);
    }
    if inner.is(Sabotage::ForgetMail) {
        forget(inner, changes, JobKind::Receipt);
    }
    if inner.is(Sabotage::ForgetRefundMail) {
        forget(inner, changes, JobKind::RefundReceipt);
    }
    if inner.is(Sabotage::ForgetFanOut) {
        forget(inner, changes, JobKind::FanOut);
    }
    if inner.is(Sabotage::ForgetSession) && finished_payment(changes).is_some() {
        forget_object(inner, changes, Kind::CheckoutSession);
    }
    if inner.is(Sabotage::ForgetOrder) {
        forget_writes(inner, changes, |write| write.key.kind == Kind::Order);
    }
    if inner.is(Sabotage::ForgetLookupKey) {
        forget_writes(inner, changes, |write| write.key.kind == Kind::LookupKey);
    }
    if inner.is(Sabotage::ForgetToken) {
        forget_writes(inner, changes, |write| {
            write.key.kind == Kind::ConfirmationToken && write.version > 1
        });
    }
    if inner.is(Sabotage::ForgetLinkCount) {
        let sells = |write: &Write| write.key.kind == Kind::CheckoutSession;
        if changes.writes.iter().any(sells) {
            forget_object(inner, changes, Kind::PaymentLink);
        }
    }
    if inner.is(Sabotage::BendOrder) {
        bend_order(inner, changes);
    }
    if inner.is(Sabotage::MuteOrder) {
        mute_order(inner, changes);
    }
    if inner.is(Sabotage::LeakNumber) {
        leak_number(inner, changes);
    }
    if inner.is(Sabotage::TurnClockBack) {
        turn_back(inner, changes);
    }
    false
}

fn forget(inner: &mut Inner, changes: &mut Changes, kind: JobKind) {
    let before = changes.jobs.len();
    changes.jobs.retain(|job| job.kind != kind);
    inner.struck += (before - changes.jobs.len()) as u64;
}

/// Leaves out an object of a kind with its events: the store refuses an event about a version that its commit does not write.
fn forget_object(inner: &mut Inner, changes: &mut Changes, kind: Kind) {
    let before = changes.writes.len();
    changes.writes.retain(|write| write.key.kind != kind);
    if changes.writes.len() < before {
        let table = kind.table();
        changes
            .events
            .retain(|(_, event)| event.object_kind != table);
        inner.struck += 1;
    }
}

/// Leaves out what a commit writes of a kind: which session an order leads to, which price holds a key.
fn forget_writes(inner: &mut Inner, changes: &mut Changes, is_lost: impl Fn(&Write) -> bool) {
    let before = changes.writes.len();
    changes.writes.retain(|write| !is_lost(write));
    inner.struck += (before - changes.writes.len()) as u64;
}

/// Keeps the next order with an amount that nobody asked for.
fn bend_order(inner: &mut Inner, changes: &mut Changes) {
    for write in &mut changes.writes {
        let Record::Order(order) = &mut write.record else {
            continue;
        };
        if inner.strikes(Sabotage::BendOrder) {
            Arc::make_mut(order).amount += 1;
            write.encoded = None;
        }
    }
}

/// Tells everybody but the front door what became of an order.
fn mute_order(inner: &mut Inner, changes: &mut Changes) {
    let before = changes.events.len();
    let told = format!("{FRONT}.updated");
    changes.events.retain(|(_, event)| event.kind != told);
    inner.struck += (before - changes.events.len()) as u64;
}

/// Writes a card number in clear into the next payment method.
fn leak_number(inner: &mut Inner, changes: &mut Changes) {
    for write in &mut changes.writes {
        let Record::PaymentMethod(method) = &mut write.record else {
            continue;
        };
        if inner.strikes(Sabotage::LeakNumber) {
            let number = Value::from(LEAKED);
            Arc::make_mut(method)
                .unknown
                .insert("seen".to_owned(), number);
            write.encoded = None;
        }
    }
}

/// Dates the next event about a change of an object a day back.
fn turn_back(inner: &mut Inner, changes: &mut Changes) {
    let later = changes
        .events
        .iter_mut()
        .filter(|(_, event)| event.object_version != "1");
    for (_, event) in later {
        if inner.strikes(Sabotage::TurnClockBack) {
            event.created = Timestamp(event.created.0 - DAY_S);
        }
    }
}

fn makes_payment(changes: &Changes) -> bool {
    changes
        .writes
        .iter()
        .any(|write| write.key.kind == Kind::PaymentIntent && write.expected == 0)
}

/// The write that finishes a payment, if there is one.
fn finished_payment(changes: &Changes) -> Option<(&Write, PaymentIntent)> {
    changes.writes.iter().find_map(|write| {
        let intent = PaymentIntent::from_record(write.record.clone())?;
        (intent.status == IntentStatus::Succeeded).then_some((write, intent))
    })
}

/// The commit with which a planted bug brings a finished payment back.
fn resurrection(inner: &mut Inner, commit: &Commit) -> Option<Commit> {
    let (write, mut intent) = finished_payment(&commit.changes)?;
    if !inner.strikes(Sabotage::Resurrect) {
        return None;
    }
    intent.status = IntentStatus::RequiresPaymentMethod;
    let again = Write {
        key: write.key.clone(),
        expected: write.version,
        version: write.version + 1,
        record: intent.into(),
        encoded: None,
    };
    Some(Commit {
        changes: Changes {
            writes: vec![again],
            ..Changes::default()
        },
        ..Commit::default()
    })
}

impl Store for Faulty {
    forward_to_store!(memory: find, next_due, jobs, balances, transactions, prune);

    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>> {
        Box::pin(async move {
            self.read().await?;
            let mut found = self.memory.get(keys).await?;
            self.hide(&mut found);
            if !self.scene.with(|inner| inner.is(Sabotage::LeakScope)) {
                return Ok(found);
            }
            let mut leaked = Vec::with_capacity(found.len());
            for (key, held) in keys.iter().zip(found) {
                leaked.push(match held {
                    Some(held) => Some(held),
                    None => self.leak(key).await?,
                });
            }
            Ok(leaked)
        })
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        Box::pin(async move {
            self.read().await?;
            self.memory.list(query).await
        })
    }

    fn saved<'a>(&'a self, scope: &'a Scope, key: &'a str) -> StoreFuture<'a, Option<SavedClaim>> {
        Box::pin(async move {
            self.read().await?;
            let mut saved = self.memory.saved(scope, key).await?;
            if self.scene.with(|inner| inner.is(Sabotage::ForgetKeys)) {
                return Ok(None);
            }
            if let Some(reply) = saved.as_mut().and_then(|saved| saved.reply.as_mut())
                && reply.key_id.is_empty()
                && self.scene.with(|inner| inner.strikes(Sabotage::BendReply))
            {
                reply.body.push(b' ');
            }
            Ok(saved)
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        Box::pin(self.fated(commit))
    }

    fn lease(&self, wanted: Wanted) -> StoreFuture<'_, Vec<LeasedJob>> {
        Box::pin(async move {
            self.read().await?;
            self.memory.lease(wanted).await
        })
    }

    fn renew(&self, held: Vec<Held>) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async move {
            self.read().await?;
            self.memory.renew(held).await
        })
    }

    fn epoch(&self) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            self.read().await?;
            if self.scene.with(|inner| inner.is(Sabotage::FreezeEpoch)) {
                self.scene.with(|inner| inner.struck += 1);
                return Ok(FROZEN_EPOCH);
            }
            self.memory.epoch().await
        })
    }

    fn health(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.read().await })
    }
}

impl Faulty {
    /// A planted bug: what was made and never changed is now and then not there yet.
    fn hide(&self, found: &mut [Option<Versioned<Record>>]) {
        for held in found {
            let is_new = held.as_ref().is_some_and(|held| held.version == 1);
            let hides = |inner: &mut Inner| inner.strikes_often(Sabotage::StaleRead, STALE);
            if is_new && self.scene.with(hides) {
                *held = None;
            }
        }
    }

    /// A planted bug: what others wrote since it was read is overwritten.
    async fn overwrite(&self, changes: &mut Changes) -> Result<(), StoreError> {
        changes.requires.clear();
        for write in &mut changes.writes {
            let held = self.memory.get(std::slice::from_ref(&write.key)).await?;
            let current = held.into_iter().flatten().next();
            let missed = current.map_or(0, |held| held.version.saturating_sub(write.expected));
            if missed == 0 {
                continue;
            }
            self.scene.with(|inner| inner.struck += 1);
            write.expected += missed;
            write.version += missed;
            let own = changes.events.iter_mut().map(|(_, event)| event);
            for event in own.filter(|event| event.object == write.key.id) {
                let version: u64 = event.object_version.parse().unwrap_or_default();
                event.object_version = (version + missed).to_string();
            }
        }
        Ok(())
    }

    /// A planted bug: what this scope does not have is looked for at its neighbours.
    async fn leak(&self, key: &RecordKey) -> Result<Option<Versioned<Record>>, StoreError> {
        for scope in &self.neighbours {
            let elsewhere = RecordKey {
                scope: scope.clone(),
                ..key.clone()
            };
            if let Some(held) = self.memory.get(&[elsewhere]).await?.pop().flatten() {
                self.scene.with(|inner| inner.struck += 1);
                return Ok(Some(held));
            }
        }
        Ok(None)
    }
}
