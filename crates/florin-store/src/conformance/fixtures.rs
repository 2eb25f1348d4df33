//! Records, commits and answers that the behaviours share.

use super::Subject;
use crate::Wanted;
use crate::commit::{Finish, IdempotencyClaim, Reply};
use crate::{Commit, LeasedJob, StoreError};
use florin_base::{Asset, Millis, Scope, Timestamp};
use florin_domain::changes::{Claim, Floor, Job, JobKind, Require, Write};
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::webhooks::Event;
use florin_domain::{Kind, Record, RecordKey, Versioned};
use serde_json::json;

/// A time long ago: what is due then is due.
pub const LONG_AGO: Millis = Millis(1_000);
/// A time that no test lives to see.
pub const FAR_OFF: Millis = Millis(4_102_444_800_000);

/// The scope of most behaviours.
pub fn scope() -> Scope {
    Scope::test("acct_one")
}

/// A customer with a mail address.
pub fn customer(id: &str, created: i64) -> Customer {
    Customer {
        id: id.into(),
        created: Timestamp(created),
        email: Some(format!("{id}@example.com")),
        ..Customer::default()
    }
}

/// The key of a customer in [`scope`].
pub fn key(id: &str) -> RecordKey {
    key_in(&scope(), id)
}

/// The key of a customer.
pub fn key_in(scope: &Scope, id: &str) -> RecordKey {
    RecordKey::new(scope, Kind::Customer, id)
}

/// A write of the next version.
pub fn write(scope: &Scope, expected: u64, record: impl Into<Record>) -> Write {
    let record = record.into();
    let key = RecordKey::new(scope, record.kind(), record.id());
    Write {
        key,
        expected,
        version: expected + 1,
        record,
        encoded: None,
    }
}

/// A commit in the making.
#[derive(Default)]
pub struct Making(pub Commit);

impl Making {
    /// Writes a customer's next version in [`scope`].
    pub fn save(self, expected: u64, record: impl Into<Record>) -> Making {
        self.write(write(&scope(), expected, record))
    }

    /// Writes anything.
    pub fn write(mut self, write: Write) -> Making {
        self.0.changes.writes.push(write);
        self
    }

    /// Requires a version.
    pub fn require(mut self, key: RecordKey, version: u64) -> Making {
        self.0.changes.requires.push(Require { key, version });
        self
    }

    /// Takes a unique key for a customer.
    pub fn claim(
        mut self,
        scope: Option<&Scope>,
        space: &'static str,
        name: &str,
        target: RecordKey,
    ) -> Making {
        self.0.changes.claims.push(Claim {
            scope: scope.cloned(),
            space,
            key: name.to_owned(),
            target,
        });
        self
    }

    /// Takes or finishes an idempotency key.
    pub fn idempotent(mut self, claim: IdempotencyClaim) -> Making {
        self.0.claim = Some(claim);
        self
    }

    /// Books a transaction in [`scope`].
    pub fn book(self, transaction: Transaction) -> Making {
        self.book_in(&scope(), transaction)
    }

    /// Books a transaction.
    pub fn book_in(mut self, scope: &Scope, transaction: Transaction) -> Making {
        self.0
            .changes
            .transactions
            .push((scope.clone(), transaction));
        self
    }

    /// Puts a floor under the available dollars of [`scope`].
    pub fn floor(mut self, at_least: i64) -> Making {
        let floor = Floor {
            scope: scope(),
            account: LedgerAccount::Available,
            asset: usd(),
            at_least,
        };
        self.0.changes.floors.push(floor);
        self
    }

    /// Tells an event.
    pub fn event(mut self, event: Event) -> Making {
        self.0.changes.events.push((scope(), event));
        self
    }

    /// Adds work.
    pub fn job(mut self, job: Job) -> Making {
        self.0.changes.jobs.push(job);
        self
    }

    /// Finishes a leased job, or lets it wait.
    pub fn finish(mut self, leased: &LeasedJob, again: Option<Millis>) -> Making {
        self.0.finish = Some(Finish {
            job: leased.job.id.clone(),
            fence: leased.fence,
            again,
        });
        self
    }

    /// Asks for the due jobs.
    pub fn taking_jobs(mut self) -> Making {
        self.0.takes_jobs = true;
        self
    }

    /// Commits.
    pub async fn on(self, store: &Subject) -> Result<Vec<LeasedJob>, StoreError> {
        store.commit(self.0).await
    }

    /// Commits; anything but success is a failure of the test.
    pub async fn lands(self, store: &Subject) -> Vec<LeasedJob> {
        self.on(store).await.expect("the commit lands")
    }

    /// Commits; anything but this refusal is a failure of the test.
    pub async fn refused_with(self, store: &Subject, why: StoreError) {
        assert_eq!(self.on(store).await, Err(why));
    }

    /// Commits; anything but a complaint about the commit itself is a failure of the test.
    pub async fn found_unsound(self, store: &Subject) {
        let answer = self.on(store).await;
        assert!(matches!(answer, Err(StoreError::Corrupt(_))), "{answer:?}");
    }
}

/// An empty commit to build upon.
pub fn making() -> Making {
    Making::default()
}

/// The refusal of a unique key.
pub fn claimed(space: &str) -> StoreError {
    StoreError::Claimed {
        space: space.to_owned(),
    }
}

/// An idempotency key without a reply.
pub fn taking(name: &str, request: &str) -> IdempotencyClaim {
    IdempotencyClaim {
        scope: scope(),
        key: name.to_owned(),
        hash: [7; 32],
        request: request.to_owned(),
        reply: None,
        is_held: false,
        attempt: Some("att_1".to_owned()),
    }
}

/// A reply in clear.
pub fn reply(status: u16, body: &[u8]) -> Reply {
    Reply {
        status,
        body: body.to_vec(),
        key_id: String::new(),
    }
}

/// Dollars.
pub fn usd() -> Asset {
    asset("usd")
}

/// An asset by its name.
pub fn asset(name: &str) -> Asset {
    Asset::parse(name).expect("an asset")
}

/// A charge whose whole amount becomes available to the merchant.
pub fn earned(id: &str, amount: i64) -> Transaction {
    moved(
        id,
        vec![
            (LedgerAccount::Receivable, amount),
            (LedgerAccount::Available, -amount),
        ],
    )
}

/// A movement of dollars.
pub fn moved(id: &str, entries: Vec<(LedgerAccount, i64)>) -> Transaction {
    Transaction {
        id: id.to_owned(),
        movement: Movement::Charge,
        source: format!("ch_{id}"),
        asset: usd(),
        created: Timestamp(100),
        available_on: Timestamp(200),
        description: None,
        entries,
    }
}

/// Work in a lane of its own kind.
pub fn job(id: &str, due: Millis) -> Job {
    let kind = JobKind::FanOut;
    Job {
        id: id.to_owned(),
        kind,
        scope: scope(),
        due,
        lane: kind.name().to_owned(),
        body: json!({ "of": id }),
    }
}

/// The ids of leased jobs.
pub fn ids(leased: &[LeasedJob]) -> Vec<&str> {
    leased.iter().map(|leased| leased.job.id.as_str()).collect()
}

/// Leases fan-out jobs.
pub async fn leased(store: &Subject, limit: usize) -> Vec<LeasedJob> {
    store
        .lease(Wanted::of(&[JobKind::FanOut], limit))
        .await
        .expect("a lease")
}

/// One record.
pub async fn held(store: &Subject, key: &RecordKey) -> Option<Versioned<Record>> {
    store
        .get(std::slice::from_ref(key))
        .await
        .expect("an answer")
        .remove(0)
}

/// The version of a record, 0 when there is none.
pub async fn version(store: &Subject, key: &RecordKey) -> u64 {
    held(store, key).await.map_or(0, |found| found.version)
}

/// The merchant's available dollars in [`scope`].
pub async fn available(store: &Subject) -> i64 {
    let balances = store.balances(&scope()).await.expect("balances");
    let mut mine = balances
        .iter()
        .filter(|balance| balance.account == LedgerAccount::Available && balance.asset == usd());
    mine.next()
        .map_or(0, |balance| LedgerAccount::merchant_view(balance.amount))
}

/// A small generator of numbers that look random, the same for each seed.
pub struct Seeded(pub u64);

impl Seeded {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}
