//! A tiny state for the tests: records by key, and the rules that every commit has to keep.
//!
//! It plays the store and the engine: a decision is drafted, its call is answered with a given outcome and settled.
//! Deliberately absent: processors, SQL, jobs.

use florin_base::{FreshIds, Millis, Scope, Timestamp};
use florin_domain::changes::{Job, JobKind};
use florin_domain::checkout::CheckoutSession;
use florin_domain::ledger::{LedgerAccount, Transaction};
use florin_domain::payments::settle::{SettleInputs, settle};
use florin_domain::payments::{
    Attempt, Call, Charge, IntentStatus, PaymentIntent, RefundStatus, SetupIntent, Target,
};
use florin_domain::processor::Outcome;
use florin_domain::transitions::Transition;
use florin_domain::{
    Changes, Context, Draft, Entity, Kind, MethodType, Record, RecordKey, Refusal, Versioned,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was committed.
pub struct World {
    scope: Scope,
    now: i64,
    outside: bool,
    records: BTreeMap<RecordKey, (u64, Record)>,
    events: BTreeSet<(String, u64, String)>,
    claims: BTreeSet<(String, String)>,
    pub booked: Vec<Transaction>,
    pub jobs: Vec<Job>,
}

/// What comes into a pending day has its release in the same commit.
fn check_release(transaction: &Transaction, jobs: &[Job]) {
    for (account, _) in &transaction.entries {
        let LedgerAccount::Pending(day) = account else {
            continue;
        };
        let releases = |job: &Job| {
            let is_day = job.body["day"] == json!(day.0) && job.due == day.start().millis();
            job.kind == JobKind::Release && is_day && job.body["asset"] == json!(transaction.asset)
        };
        assert!(
            jobs.iter().any(releases),
            "nothing releases {transaction:?}"
        );
    }
}

/// What a payment is made with whose money comes days later, or at once.
pub fn tried(is_delayed: bool) -> MethodType {
    match is_delayed {
        true => MethodType::CustomerBalance,
        false => MethodType::Card,
    }
}

impl World {
    pub fn new(outside: bool) -> World {
        World {
            scope: Scope::test("acct_1"),
            now: 1_700_000_000,
            outside,
            records: BTreeMap::new(),
            events: BTreeSet::new(),
            claims: BTreeSet::new(),
            booked: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// Puts a record there as if it had been saved once.
    pub fn put<T: Entity>(&mut self, record: T) {
        let key = record.key(&self.scope);
        self.records.insert(key, (1, record.into()));
    }

    pub fn get<T: Entity>(&self, id: &str) -> Option<Versioned<T>> {
        let key = RecordKey::new(&self.scope, T::KIND, id);
        let (version, record) = self.records.get(&key)?;
        let record = T::from_record(record.clone())?;
        Some(Versioned {
            version: *version,
            record,
        })
    }

    pub fn all<T: Entity>(&self) -> Vec<Versioned<T>> {
        let ids = self.records.keys().filter(|key| key.kind == T::KIND);
        ids.filter_map(|key| self.get(&key.id)).collect()
    }

    pub fn has_event(&self, kind: &str) -> bool {
        self.events.iter().any(|(_, _, known)| known == kind)
    }

    /// How often something of this type was told.
    pub fn event_count(&self, kind: &str) -> usize {
        let told = self.events.iter().filter(|(_, _, known)| known == kind);
        told.count()
    }

    /// Drafts a decision, answers its call and commits. A refusal commits nothing.
    pub fn act(
        &mut self,
        decide: impl FnOnce(&World, &mut Draft, &mut Context<'_>) -> Result<Option<Call>, Refusal>,
        outcome: Outcome,
    ) -> Result<(), Refusal> {
        self.now += 60;
        let mut seed = self.now as u64;
        let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
        let mut context = context(&self.scope, self.now, self.outside, &mut fill);
        let mut draft = Draft::new(&self.scope);
        if let Some(call) = decide(self, &mut draft, &mut context)? {
            let mut attempt = call.attempt;
            if self.outside {
                draft.save(&mut context, &mut attempt, Transition::AttemptChanged);
                self.commit(draft.finish());
                draft = Draft::new(&self.scope);
            } else {
                draft.stage(attempt.clone());
            }
            let inputs = self.settle_inputs(&draft, attempt);
            settle(&mut draft, &mut context, inputs, outcome);
        }
        self.commit(draft.finish());
        Ok(())
    }

    /// How many jobs of a kind were added.
    pub fn jobs_of(&self, kind: JobKind) -> usize {
        self.jobs.iter().filter(|job| job.kind == kind).count()
    }

    /// Time passes.
    pub fn pass(&mut self, seconds: i64) {
        self.now += seconds;
    }

    /// The clock is set back.
    pub fn fall_back(&mut self, seconds: i64) {
        self.now -= seconds;
    }

    /// Another outcome comes for an attempt that is stored.
    pub fn settle_again(&mut self, attempt: &str, outcome: Outcome) {
        self.now += 60;
        let mut seed = self.now as u64;
        let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
        let mut context = context(&self.scope, self.now, self.outside, &mut fill);
        let mut draft = Draft::new(&self.scope);
        let held = self.get::<Attempt>(attempt).expect("the attempt");
        let inputs = self.settle_inputs(&draft, held);
        settle(&mut draft, &mut context, inputs, outcome);
        self.commit(draft.finish());
    }

    /// What stands in the draft, else what is stored.
    fn find<T: Entity>(&self, draft: &Draft, id: &str) -> Option<Versioned<T>> {
        let key = RecordKey::new(&self.scope, T::KIND, id);
        match draft.changes().written(&key) {
            Some(write) => T::from_record(write.record.clone()).map(|record| Versioned {
                version: write.version,
                record,
            }),
            None => self.get(id),
        }
    }

    /// The checkout session that follows a payment or a set-up.
    fn session_of(
        &self,
        draft: &Draft,
        intent: Option<&Versioned<PaymentIntent>>,
        setup: Option<&Versioned<SetupIntent>>,
    ) -> Option<Versioned<CheckoutSession>> {
        let of_intent = intent.and_then(|held| held.record.session.clone());
        let session = of_intent.or_else(|| setup?.record.session.clone());
        self.find(draft, &session?)
    }

    fn settle_inputs(&self, draft: &Draft, attempt: Versioned<Attempt>) -> SettleInputs {
        let note = &attempt.record;
        let mut charge = note.charge.as_ref().map(|id| id.to_string());
        let (mut intent, mut refund, mut setup) = (None, None, None);
        match &note.target {
            Target::Intent(id) => intent = self.find::<PaymentIntent>(draft, id),
            Target::Charge(id) => charge = Some(id.to_string()),
            Target::Refund(id) => refund = self.find(draft, id),
            Target::Setup(id) => setup = self.find::<SetupIntent>(draft, id),
            Target::Attempt(_) => {}
        }
        if let Some(held) = &refund {
            let held: &Versioned<florin_domain::payments::Refund> = held;
            charge = Some(held.record.charge.to_string());
        }
        let asked = note.request.as_ref();
        let first =
            asked.filter(|asked| asked.original.is_none() || asked.terms.challenge.is_some());
        let method = first.and_then(|asked| asked.method.as_deref());
        let charge: Option<Versioned<Charge>> = charge.and_then(|id| self.find(draft, &id));
        let warning = charge
            .as_ref()
            .and_then(|held| held.record.fraud_warning.as_ref())
            .and_then(|id| self.find(draft, id));
        SettleInputs {
            link: None,
            session: self.session_of(draft, intent.as_ref(), setup.as_ref()),
            intent,
            charge,
            warning,
            method: method.and_then(|id| self.find(draft, id)),
            customer: None,
            refund,
            setup,
            reversed: match &note.target {
                Target::Attempt(id) => self.find(draft, id),
                _ => None,
            },
            method_freed: false,
            pricing: Default::default(),
            processor: "test",
            attempt,
        }
    }

    /// Applies one commit and holds it against the rules of versions, events, claims and the books.
    pub fn commit(&mut self, changes: Changes) {
        let changes = match self.outside {
            true => changes,
            false => changes.without_answered(),
        };
        for require in &changes.requires {
            assert_eq!(self.version(&require.key), require.version, "{require:?}");
        }
        self.check_events(&changes);
        for write in &changes.writes {
            assert_eq!(self.version(&write.key), write.expected, "{:?}", write.key);
            assert!(
                write.version > write.expected,
                "only staged: {:?}",
                write.key
            );
            let before = self.records.get(&write.key).map(|(_, record)| record);
            self.check_move(before, &write.record);
        }
        for write in changes.writes {
            self.records
                .insert(write.key, (write.version, write.record));
        }
        for claim in changes.claims {
            let key = (claim.space.to_owned(), claim.key);
            assert!(self.claims.insert(key), "claimed twice: {}", claim.space);
        }
        for (_, transaction) in &changes.transactions {
            check_release(transaction, &changes.jobs);
        }
        self.jobs.extend(changes.jobs);
        for (_, transaction) in changes.transactions {
            assert!(transaction.is_balanced(), "{transaction:?}");
            self.booked.push(transaction);
        }
    }

    fn version(&self, key: &RecordKey) -> u64 {
        self.records.get(key).map_or(0, |(version, _)| *version)
    }

    /// At most one event per object, version and type; each of a version that this commit makes; none of a note.
    fn check_events(&mut self, changes: &Changes) {
        for (_, event) in &changes.events {
            let version: u64 = event.object_version.parse().expect("a version");
            let write = changes
                .writes
                .iter()
                .find(|write| write.key.id == event.object);
            let write = write.expect("an event tells of a record that is written");
            assert!(
                version > write.expected && version <= write.version,
                "{event:?}"
            );
            assert_ne!(write.key.kind, Kind::Attempt);
            let told = (event.object.clone(), version, event.kind.clone());
            assert!(self.events.insert(told), "told twice: {event:?}");
        }
    }

    /// Only legal changes of state, and none away from a terminal one.
    fn check_move(&self, before: Option<&Record>, after: &Record) {
        match (before, after) {
            (Some(Record::PaymentIntent(from)), Record::PaymentIntent(to)) => {
                let is_late = !to.tried.is_card();
                let (from, to) = (from.status, to.status);
                assert!(intent_moves(from).contains(&to), "{from:?} -> {to:?}");
                // Inside, only what comes later by its nature is awaited.
                assert!(self.outside || is_late || to != IntentStatus::Processing);
            }
            (Some(Record::Charge(from)), Record::Charge(to)) => {
                assert_eq!(from.status, to.status);
                assert!(from.open || !to.open, "{} was opened again", to.id);
                assert!(!from.voided || to.voided, "{} lives again", to.id);
                assert!(from.amount_captured <= to.amount_captured);
            }
            (from, Record::Refund(to)) => {
                let from = match from {
                    Some(Record::Refund(from)) => Some(from.status),
                    _ => None,
                };
                let to = to.status;
                assert!(refund_moves(from).contains(&to), "{from:?} -> {to:?}");
            }
            _ => {}
        }
    }
}

fn intent_moves(from: IntentStatus) -> &'static [IntentStatus] {
    use IntentStatus::*;
    match from {
        RequiresPaymentMethod | RequiresConfirmation | RequiresAction => &[
            // A changed sum or a given up action has to be confirmed anew.
            RequiresConfirmation,
            RequiresPaymentMethod,
            RequiresAction,
            Processing,
            RequiresCapture,
            Succeeded,
            Canceled,
        ],
        Processing => &[
            Processing,
            RequiresPaymentMethod,
            RequiresAction,
            RequiresCapture,
            Succeeded,
            Canceled,
        ],
        RequiresCapture => &[RequiresCapture, Processing, Succeeded, Canceled],
        Canceled | Succeeded => &[],
    }
}

fn refund_moves(from: Option<RefundStatus>) -> &'static [RefundStatus] {
    use RefundStatus::*;
    match from {
        None => &[Pending, Succeeded, Failed],
        Some(Pending) => &[Succeeded, Failed],
        Some(Succeeded) => &[Failed],
        Some(Failed | Canceled | RequiresAction) => &[],
    }
}

/// A context at a time of its own.
pub fn context<'a>(
    scope: &Scope,
    now: i64,
    outside: bool,
    fill: &'a mut (dyn FnMut(&mut [u8]) + Send),
) -> Context<'a> {
    Context {
        scope: scope.clone(),
        now: Timestamp(now),
        now_real: Millis(now * 1000),
        ids: FreshIds::new(Millis(now * 1000), fill),
        request: None,
        outside,
    }
}

/// Fills a buffer with bytes that differ from call to call and are the same in every run.
pub fn random(seed: &mut u64, bytes: &mut [u8]) {
    for byte in bytes {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *byte = (*seed >> 40) as u8;
    }
}
