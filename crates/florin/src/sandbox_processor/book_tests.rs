//! The book on a disk: what it does once, what it finds again, and what it refuses to open.
//!
//! Deliberately absent: power cuts, which need a tracer (the store's tests have one).

use super::book::{Book, Booked, Draft, Entry, FILE, Tell};
use super::notices::{Key, Next, Word};
use florin_base::Scope;
use florin_domain::cards::CardSource;
use florin_domain::processor::{Approval, Decline, Outcome, ProcessorRequest};
use std::path::{Path, PathBuf};

/// A folder for one test, removed at its end.
pub struct Folder(PathBuf);

impl Folder {
    /// A fresh one.
    pub fn new(name: &str) -> Folder {
        let name = format!("florin-processor-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn file(&self) -> PathBuf {
        self.0.join(FILE)
    }

    fn book(&self) -> Book {
        Book::open(&self.0).expect("the book opens")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A request over 20.00.
pub fn request(reference: &str) -> ProcessorRequest {
    let request = serde_json::json!({
        "verb": "authorize", "reference": reference, "amount": 2_000, "currency": "usd",
        "card": CardSource::Published("visa".to_owned()), "scope": Scope::test("acct_1"),
    });
    serde_json::from_value(request).expect("a request as it is sent")
}

/// Its draft, approved.
pub fn draft(reference: &str) -> Draft {
    Draft {
        request: request(reference),
        outcome: approved(None),
        later: None,
        wait_ms: 0,
        tell: Tell::default(),
    }
}

fn approved(ask_after_ms: Option<i64>) -> Outcome {
    Outcome::Approved(Approval {
        ask_after_ms,
        ..Approval::default()
    })
}

fn declined() -> Outcome {
    Outcome::Declined(Decline::default())
}

/// A draft that turns after a second, with a notice of each outcome.
fn turning(reference: &str) -> Draft {
    Draft {
        outcome: approved(Some(1_000)),
        later: Some(declined()),
        wait_ms: 1_000,
        tell: Tell {
            first: 1,
            second: 1,
            hold: None,
        },
        ..draft(reference)
    }
}

fn key(number: u64, word: Word) -> Key {
    Key {
        number,
        word,
        copy: 0,
    }
}

fn references(entries: &[Entry]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry.reference.as_str())
        .collect()
}

#[test]
fn a_request_is_booked_once_and_another_one_under_its_reference_never() {
    let folder = Folder::new("once");
    let mut book = folder.book();
    let first = Booked::Done(approved(None));
    assert_eq!(book.book(draft("ref_1"), 1), first);
    let again = Draft {
        outcome: declined(),
        ..draft("ref_1")
    };
    assert_eq!(book.book(again, 2), first, "the first outcome stands");
    let mut other = draft("ref_1");
    other.request.amount += 1;
    assert_eq!(book.book(other, 3), Booked::Another);
    assert_eq!(book.len(), 1);
}

#[test]
fn a_book_that_is_opened_again_is_the_same() {
    let folder = Folder::new("replay");
    let mut book = folder.book();
    book.book(draft("ref_1"), 1);
    book.book(turning("ref_2"), 2);
    assert!(book.hold(draft("ref_3"), 50));
    assert!(book.is_changed());
    book.sync().expect("the disk takes it");
    assert!(!book.is_changed());
    let before = book.page(0, 10).entries;
    drop(book);
    let mut book = folder.book();
    assert_eq!(book.page(0, 10).entries, before);
    assert_eq!(before[1].later_at_ms, Some(1_002));
    assert_eq!(book.book(draft("ref_1"), 9), Booked::Done(approved(None)));
    assert_eq!(book.book_late(49), Some(50));
    assert_eq!(book.len(), 2);
    assert_eq!(book.book_late(50), None);
    assert_eq!(references(&book.page(2, 10).entries), ["ref_3"]);
    book.sync().expect("the disk takes it");
    drop(book);
    let mut book = folder.book();
    assert_eq!(book.book_late(i64::MAX), None, "it is booked once");
    assert_eq!(book.len(), 3);
}

#[test]
fn what_was_not_synced_is_not_there() {
    let folder = Folder::new("unsynced");
    let mut book = folder.book();
    book.book(draft("ref_1"), 1);
    drop(book);
    assert_eq!(folder.book().len(), 0);
}

#[test]
fn a_torn_last_line_is_cut_off_and_the_next_one_is_whole() {
    let folder = Folder::new("torn");
    let mut book = folder.book();
    book.book(draft("ref_1"), 1);
    book.sync().expect("the disk takes it");
    let whole = std::fs::read(folder.file()).expect("the file");
    book.book(draft("ref_2"), 2);
    book.sync().expect("the disk takes it");
    let two = std::fs::read(folder.file()).expect("the file");
    drop(book);
    for length in whole.len() + 1..two.len() {
        std::fs::write(folder.file(), &two[..length]).expect("a file is written");
        let mut book = folder.book();
        assert_eq!(references(&book.page(0, 10).entries), ["ref_1"]);
        let length = std::fs::metadata(folder.file()).expect("the file").len();
        assert_eq!(length, whole.len() as u64);
        book.book(draft("ref_2"), 2);
        book.sync().expect("the disk takes it");
        drop(book);
        assert_eq!(std::fs::read(folder.file()).expect("the file"), two);
    }
}

#[test]
fn damage_anywhere_else_is_an_error() {
    let folder = Folder::new("damage");
    let mut book = folder.book();
    for number in 1..=3 {
        book.book(draft(&format!("ref_{number}")), number);
    }
    book.sync().expect("the disk takes it");
    drop(book);
    let text = std::fs::read_to_string(folder.file()).expect("the file");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (damaged, line) in [
        (text.replacen("ref_2", "ref_1", 2), 2),
        (format!("{}{}", lines[0], lines[2]), 2),
        (format!("{}{}", text, lines[2]), 4),
        (format!("{}x\n", lines[0]), 2),
    ] {
        std::fs::write(folder.file(), &damaged).expect("a file is written");
        let error = Book::open(folder.path()).err().expect("it is refused");
        let error = format!("{error:#}");
        assert!(
            error.contains(&format!("damaged in line {line}")),
            "{error}"
        );
    }
}

#[test]
fn two_processors_never_share_a_book() {
    let folder = Folder::new("lock");
    let book = folder.book();
    let error = Book::open(folder.path()).err().expect("it is refused");
    assert!(error.to_string().contains("in use"), "{error}");
    drop(book);
    folder.book();
}

#[test]
fn an_inquiry_sees_a_booking_after_the_delay_and_as_it_stands_then() {
    let folder = Folder::new("ask");
    let mut book = folder.book();
    book.book(turning("ref_1"), 10_000);
    for (now_ms, expected) in [
        (10_000, None),
        (10_299, None),
        (10_300, Some(approved(Some(700)))),
        (10_999, Some(approved(Some(1)))),
        (11_000, Some(declined())),
    ] {
        assert_eq!(book.ask("ref_1", now_ms, 300), expected, "{now_ms}");
    }
    assert_eq!(book.ask("ref_2", 99_999, 0), None);
    let again = book.book(turning("ref_1"), 99_999);
    assert_eq!(
        again,
        Booked::Done(approved(Some(1_000))),
        "a call hears the first"
    );
}

#[test]
fn a_late_request_that_was_tried_again_is_booked_once() {
    let folder = Folder::new("late");
    let mut book = folder.book();
    assert!(book.hold(draft("ref_1"), 100));
    assert_eq!(book.ask("ref_1", 50, 0), None);
    assert_eq!(book.book(draft("ref_1"), 60), Booked::Done(approved(None)));
    assert_eq!(book.book_late(100), None);
    assert_eq!(book.len(), 1);
    book.sync().expect("the disk takes it");
    drop(book);
    assert_eq!(folder.book().book_late(100), None);
}

#[test]
fn late_requests_are_booked_in_the_order_of_their_times() {
    let folder = Folder::new("order");
    let mut book = folder.book();
    for (reference, due_ms) in [("ref_1", 300), ("ref_2", 100), ("ref_3", 200)] {
        assert!(book.hold(draft(reference), due_ms));
    }
    assert_eq!(book.book_late(250), Some(300));
    assert_eq!(references(&book.page(0, 10).entries), ["ref_2", "ref_3"]);
}

#[test]
fn notices_that_nobody_took_are_owed_after_a_restart() {
    let folder = Folder::new("owed");
    let mut book = folder.book();
    book.book(turning("ref_1"), 10);
    let (first, second) = (key(1, Word::First), key(1, Word::Second));
    assert_eq!(book.next_notice(10), Next::Send(first));
    assert_eq!(
        book.words(first),
        Some(("ref_1".to_owned(), approved(Some(1_000))))
    );
    book.sync().expect("the disk takes it");
    drop(book);
    let mut book = folder.book();
    assert_eq!(book.next_notice(10), Next::Send(first), "it was not taken");
    book.told(first);
    book.sync().expect("the disk takes it");
    drop(book);
    let mut book = folder.book();
    assert_eq!(book.next_notice(1_009), Next::Wait(Some(1_010)));
    assert_eq!(book.next_notice(1_010), Next::Send(second));
    assert_eq!(book.words(second), Some(("ref_1".to_owned(), declined())));
    assert_eq!(book.not_told(second, 1_010), 1);
    assert_eq!(book.next_notice(1_010), Next::Wait(Some(1_210)));
}

#[test]
fn pages_are_in_order_and_say_whether_more_follow() {
    let folder = Folder::new("pages");
    let mut book = folder.book();
    for number in 1..=3 {
        book.book(draft(&format!("ref_{number}")), number);
    }
    for (after, limit, expected, has_more) in [
        (0, 2, vec!["ref_1", "ref_2"], true),
        (2, 2, vec!["ref_3"], false),
        (1, 2, vec!["ref_2", "ref_3"], false),
        (3, 2, vec![], false),
        (u64::MAX, 2, vec![], false),
    ] {
        let page = book.page(after, limit);
        assert_eq!(references(&page.entries), expected, "{after}");
        assert_eq!(page.has_more, has_more, "{after}");
    }
}
