//! The auditor: reads rows, journal, books and answers, and says what must not be.
//!
//! It knows the rules of money, events and states in its own words and reads every record as the JSON that the store
//! holds, so that an error in a decision is not repeated here. `history` orders what was written; `books`, `catalog`, `contests`,
//! `events`, `mails`, `orders`, `processor`, `replies`, `secrets`, `sessions`, `states` and `times` hold the rules. What shows only at the
//! moment, a client or the world says at once. Deliberately absent: anything of the domain's decisions.

mod books;
mod catalog;
mod contests;
mod events;
mod history;
mod mails;
mod orders;
mod processor;
mod replies;
mod secrets;
mod sessions;
mod states;
mod times;
mod tokens;

use crate::evidence::{Evidence, Violation};
use history::History;

/// The rules, and what each demands. Each has a planted bug that breaks it.
pub const RULES: &[(&str, &str)] = &[
    ("I1", "what was acknowledged is in the store"),
    ("I2", "nobody is charged twice, or without our knowing"),
    ("I3", "every ledger transaction sums to zero"),
    (
        "I4",
        "balances are sums of entries, and records say what was booked",
    ),
    (
        "I5",
        "versions have no gaps, and each change that matters has its event",
    ),
    (
        "I6",
        "every endpoint hears of every event, one of the front door of its own orders",
    ),
    ("I7", "only legal transitions, and finished stays finished"),
    (
        "I8",
        "nothing stays unknown, and nothing is assumed for good",
    ),
    ("I9", "one idempotency key has one answer"),
    ("I10", "no card number and no secret is in clear"),
    ("I11", "no merchant sees another"),
    ("I12", "times keep their order when the wall clock does not"),
    ("I13", "no request stays in memory"),
    ("I16", "what was answered is read"),
    (
        "I18",
        "a checkout session is as far as its payment, and is paid once",
    ),
    (
        "I19",
        "an order at the front door leads to one payment, of its amount",
    ),
    (
        "I20",
        "a lookup key leads to one price, and no price of a merchant's own to a product that is gone",
    ),
    (
        "I21",
        "whoever wants a receipt gets it, once the money is there and not before",
    ),
    (
        "I22",
        "what a form collected confirms one payment, and says which",
    ),
    ("F19", "a race ends as some order of its requests does"),
    (
        "F23",
        "a key that was ended opens nothing a second later, and its hosts are those that were said",
    ),
];

/// Invariants of the design that have no place here, and where they are checked.
pub const ELSEWHERE: &[(&str, &str)] = &[
    (
        "I14",
        "signatures are not HTTP's here: unit tests of the API and of webhooks",
    ),
    (
        "I15",
        "virtual time says nothing of real time: the drills of restart and failover",
    ),
    ("I17", "there are no invoices yet"),
];

/// Everything that is wrong.
pub fn audit(evidence: &Evidence) -> Vec<Violation> {
    let history = History::of(evidence);
    let mut found = Vec::new();
    books::check(evidence, &history, &mut found);
    events::check(evidence, &history, &mut found);
    states::check(evidence, &history, &mut found);
    replies::check(evidence, &history, &mut found);
    secrets::check(evidence, &history, &mut found);
    times::check(evidence, &history, &mut found);
    sessions::check(&history, &mut found);
    orders::check(evidence, &history, &mut found);
    catalog::check(&history, &mut found);
    mails::check(evidence, &history, &mut found);
    contests::check(evidence, &history, &mut found);
    tokens::check(evidence, &history, &mut found);
    if evidence.outside {
        processor::check(evidence, &history, &mut found);
    }
    found
}
