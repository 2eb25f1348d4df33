//! The server is killed under load, again and again, and loses nothing that it acknowledged.
//!
//! Rounds come from `FLORIN_KILL_ROUNDS`, the seed from `FLORIN_SEED`. Deliberately absent: power cuts, which lose what
//! the kernel still held (see `powercut`).

use crate::audit;
use crate::folder::{Folder, copy_files};
use crate::load::{Book, Seeded};
use crate::server::{Server, Start, until};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// Clients at once.
const CLIENTS: u64 = 4;

fn number(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(otherwise, |text| text.parse().expect("a number"))
}

/// One life under load, ended by a kill at a random moment.
fn live_and_die(start: &Start, books: &mut [Book], random: &mut Seeded) {
    let mut server = start.start();
    let shop = server.shop();
    let answered = AtomicU64::new(0);
    let enough = 5 + random.below(80);
    thread::scope(|scope| {
        for book in books.iter_mut() {
            scope.spawn(|| book.fill(&shop, &answered));
        }
        until("answers", || {
            (answered.load(Ordering::Relaxed) >= enough).then_some(())
        });
        thread::sleep(Duration::from_micros(random.below(20_000)));
        server.kill();
    });
}

/// What differs from the books after a restart, from the payments `first` on.
fn differences(
    server: &Server,
    books: &mut [Book],
    first: &[usize],
    may_wait: bool,
) -> Vec<String> {
    let shop = server.shop();
    let mut found = Vec::new();
    for (book, first) in books.iter_mut().zip(first) {
        found.extend(book.differences(&shop, *first));
        found.extend(book.ask_again(&shop, may_wait));
        found.extend(book.differences(&shop, *first));
    }
    found
}

/// Rounds of load and kills on one directory; returns the books.
fn rounds(data: &Path, start: &Start, count: u64, may_wait: bool) -> Vec<Book> {
    let seed = number("FLORIN_SEED", 1);
    println!("FLORIN_SEED={seed} FLORIN_KILL_ROUNDS={count}");
    let mut random = Seeded::new(seed);
    let mut books: Vec<Book> = (0..CLIENTS)
        .map(|client| Book::new(&format!("c{client}"), seed * 1_000 + client))
        .collect();
    let mut unanswered = 0;
    for round in 0..count {
        let first: Vec<usize> = books.iter().map(Book::acknowledged).collect();
        live_and_die(start, &mut books, &mut random);
        unanswered += books.iter().map(|book| book.unknown.len()).sum::<usize>();
        let mut server = start.start();
        let found = differences(&server, &mut books, &first, may_wait);
        assert!(found.is_empty(), "round {round}: {found:#?}");
        server.kill();
    }
    let server = start.start();
    let all = vec![0; books.len()];
    let found = differences(&server, &mut books, &all, may_wait);
    assert!(found.is_empty(), "at the end: {found:#?}");
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    let acknowledged: usize = books.iter().map(Book::acknowledged).sum();
    println!("{acknowledged} acknowledged, {unanswered} without an answer");
    assert!(acknowledged as u64 > count, "{acknowledged}");
    audit::assert_sound(&data.join("florin.db"));
    books
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = Folder::new("kill9");
    let data = folder.join("data");
    let start = Start::on(&data).with(&["--log", "warn"]);
    let mut books = rounds(&data, &start, number("FLORIN_KILL_ROUNDS", 6), false);
    the_audit_catches_sabotage(&data.join("florin.db"));
    the_books_catch_a_loss(&folder, &data, &mut books);
}

/// The same with a processor whose effects lie outside: two commits a payment, and a crash in between.
#[test]
fn nothing_acknowledged_is_lost_with_an_outside_processor() {
    let folder = Folder::new("kill9-outside");
    let data = folder.join("data");
    let start = Start::on(&data)
        .with(&["--log", "warn"])
        .env("FLORIN_FORCE_OUTSIDE", "1");
    let count = number("FLORIN_KILL_ROUNDS", 6).div_ceil(2);
    rounds(&data, &start, count, true);
}

/// Planted damage that the auditor must see.
fn the_audit_catches_sabotage(database: &Path) {
    let line = "txn = (SELECT min(txn) FROM ledger_entries) AND line = 0";
    let transaction = "id = (SELECT min(id) FROM ledger_transactions)";
    for (sabotage, rule) in [
        (
            "UPDATE balances SET amount = amount + 1 WHERE ledger_account = 'receivable'".to_owned(),
            "a balance is the sum",
        ),
        (
            format!("DELETE FROM ledger_entries WHERE {line}"),
            "a transaction sums to zero",
        ),
        (
            format!("DELETE FROM ledger_transactions WHERE {transaction}"),
            "an entry has its transaction",
        ),
        (
            "DELETE FROM events WHERE type = 'charge.succeeded'".to_owned(),
            "a charge was told once",
        ),
        (
            "DELETE FROM events WHERE type = 'payment_intent.succeeded'".to_owned(),
            "an intent that succeeded",
        ),
        (
            "DELETE FROM refunds".to_owned(),
            "a charge is refunded by what its refunds say",
        ),
        (
            "INSERT INTO payment_intents (account, live, id, version, created, customer, body) SELECT account, live, id || 'x', version, created, customer, body FROM payment_intents LIMIT 1".to_owned(),
            "is paid by one intent",
        ),
        (
            "UPDATE charges SET payment_intent = (SELECT min(payment_intent) FROM charges)".to_owned(),
            "at most one charge",
        ),
    ] {
        audit::assert_caught(database, &sabotage, rule);
    }
}

/// A payment that was acknowledged and is gone must be seen by the clients' books.
fn the_books_catch_a_loss(folder: &Folder, data: &Path, books: &mut [Book]) {
    let copy = folder.join("copy");
    copy_files(data, &copy);
    let connection = rusqlite::Connection::open(copy.join("florin.db")).expect("the copy opens");
    let sabotage = "DELETE FROM payment_intents WHERE id = (SELECT max(id) FROM payment_intents)";
    assert_eq!(connection.execute(sabotage, []), Ok(1));
    drop(connection);
    let server = Start::on(&copy).start();
    let found = differences(&server, books, &vec![0; books.len()], false);
    assert!(
        found.iter().any(|text| text.contains("is lost")),
        "{found:?}"
    );
}
