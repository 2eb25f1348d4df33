//! One payment as the tables hold it: ids, key columns, and bytes of the size that the product's packed bodies have.
//!
//! Shape: the names and sizes were read out of a database of the product after the payment of the scenario `pay`.
//! Deliberately absent: the meaning of the bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use super::random::Random;

/// The account that is paid.
pub const ACCOUNT: &str = "acct_FlorinDev0000001";
/// Its mode: test.
pub const LIVE: i64 = 0;
/// The currency.
pub const ASSET: &str = "usd";
/// What is bought.
pub const DESCRIPTION: &str = "Order 1234";
/// The record on whose absence the product's commit relies when nobody listens to events.
pub const SETTINGS: &str = "webhooks";
/// The event of each place: its type, and the version of the object that it tells of.
pub const EVENTS: [(&str, &str); 3] = [
    ("payment_intent.created", "1"),
    ("charge.succeeded", "1"),
    ("payment_intent.succeeded", "2"),
];

const DAY_S: i64 = 86_400;
/// After so many days the money is available.
const AVAILABLE_DAYS: i64 = 7;

/// The byte strings of a payment.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// The intent's body.
    Intent,
    /// The charge's body.
    Charge,
    /// The payment method's body.
    Method,
    /// The first event's body.
    FirstEvent,
    /// The second event's body.
    SecondEvent,
    /// The third event's body.
    ThirdEvent,
    /// The hash of the request under its idempotency key.
    Hash,
    /// The saved answer.
    Reply,
}

/// The events' bodies in the order of [`EVENTS`].
pub const EVENT_PARTS: [Part; 3] = [Part::FirstEvent, Part::SecondEvent, Part::ThirdEvent];

/// The length of each part, in bytes.
const LENGTHS: [usize; 8] = [85, 139, 47, 129, 189, 150, 32, 160];

/// A payment to write.
pub struct Payment {
    /// The idempotency key.
    pub key: String,
    /// The request's id.
    pub request: String,
    /// The intent's id.
    pub intent: String,
    /// The charge's id.
    pub charge: String,
    /// The payment method's id.
    pub method: String,
    /// The ledger transaction's id.
    pub transaction: String,
    /// The events' ids.
    pub events: [String; 3],
    /// When it was made, in seconds.
    pub created: i64,
    /// When it was made, in milliseconds.
    pub made_ms: i64,
    /// From when on its money is available, in seconds.
    pub available_on: i64,
    /// The ledger account of the day's pending money.
    pub pending: String,
    /// The id of the day's release job, which all payments of a day share.
    pub job: String,
    /// The release job's body.
    pub job_body: String,
    filler: Vec<u8>,
}

impl Payment {
    /// A payment that is made now.
    pub fn new(key: &str) -> Self {
        Random::with(|random| Self::made(random, key, now_ms()))
    }

    fn made(random: &mut Random, key: &str, made_ms: i64) -> Self {
        let created = made_ms.div_euclid(1_000);
        let day = created.div_euclid(DAY_S) + AVAILABLE_DAYS;
        Self {
            key: key.to_owned(),
            request: random.request(made_ms),
            intent: random.id("pi_", made_ms),
            charge: random.id("ch_", made_ms),
            method: random.id("pm_", made_ms),
            transaction: random.id("txn_", made_ms),
            events: [0, 1, 2].map(|number| random.numbered("evt_", made_ms, number)),
            created,
            made_ms,
            available_on: day * DAY_S,
            pending: format!("pending:{day}"),
            job: format!("job_release_{ACCOUNT}_test_{ASSET}_{day}"),
            job_body: format!(r#"{{"asset":"{ASSET}","day":{day}}}"#),
            filler: random.bytes(LENGTHS.iter().sum()),
        }
    }

    /// The bytes of a part.
    pub fn part(&self, part: Part) -> &[u8] {
        let place = part as usize;
        let from: usize = LENGTHS[..place].iter().sum();
        &self.filler[from..from + LENGTHS[place]]
    }

    /// The object of each event, in the order of [`EVENTS`].
    pub fn told(&self) -> [&str; 3] {
        [&self.intent, &self.charge, &self.intent]
    }

    /// The lines of its ledger transaction: account and amount.
    pub fn entries(&self) -> [(&str, i64); 3] {
        [
            ("receivable", 2_000),
            (self.pending.as_str(), -1_912),
            ("fees_revenue", -88),
        ]
    }

    /// When its release job is due, in milliseconds.
    pub fn due_ms(&self) -> i64 {
        self.available_on * 1_000
    }
}

/// The system's clock, in milliseconds.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|since| since.as_millis() as i64)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_of_many_payments_share_no_id() {
        let mut random = Random::seeded(3);
        let payments: Vec<Payment> = (0..500)
            .map(|_| Payment::made(&mut random, "key", 1_796_001_382_310))
            .collect();
        let mut ids: BTreeSet<&String> = BTreeSet::new();
        for payment in &payments {
            ids.extend(payment.events.iter());
            ids.extend([&payment.intent, &payment.charge, &payment.method]);
            ids.extend([&payment.transaction, &payment.request]);
        }
        assert_eq!(ids.len(), 500 * 8);
    }

    #[test]
    fn a_payment_has_the_days_and_the_sizes_of_the_products() {
        let payment = Payment::made(&mut Random::seeded(3), "key", 1_796_001_382_310);
        assert_eq!(payment.created, 1_796_001_382);
        assert_eq!(payment.available_on, 1_796_601_600);
        assert_eq!(payment.due_ms(), 1_796_601_600_000);
        assert_eq!(payment.pending, "pending:20794");
        assert_eq!(
            payment.job,
            "job_release_acct_FlorinDev0000001_test_usd_20794"
        );
        assert_eq!(payment.job_body, r#"{"asset":"usd","day":20794}"#);
        assert_eq!(payment.part(Part::Intent).len(), 85);
        assert_eq!(payment.part(Part::Hash).len(), 32);
        assert_eq!(payment.part(Part::Reply).len(), 160);
        let sum: i64 = payment.entries().iter().map(|(_, amount)| amount).sum();
        assert_eq!(sum, 0);
    }
}
