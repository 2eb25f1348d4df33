//! The mechanism over ends that live in memory: batches, damage, and the sums of the ledger.

use super::books::{self, Books, FINDINGS_MAX};
use super::cells::{Cell, CellKind, Row};
use super::ends::{BATCH_ROWS, Cursor, Local, Sink, Source, digest};
use super::facts::Facts;
use super::layout::{Layout, Table};
use super::{Copying, Opened, Place, Report, Step};
use crate::StoreError;
use crate::schema::MIGRATIONS;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Bound;
use std::rc::Rc;

type Rows = BTreeMap<String, BTreeMap<Vec<Cell>, Row>>;

/// Something that happens to rows on their way.
type Harm = fn(&Table, &mut Vec<Row>);
/// Something that happens to a source later on.
type Later = fn(&Memory);

/// Tables in memory, with a hand that may damage what is written.
#[derive(Clone, Default)]
struct Memory {
    rows: Rc<RefCell<Rows>>,
    damage: Option<Harm>,
    /// What somebody does to it before it is looked at again.
    later: Option<Later>,
    is_kept: Rc<RefCell<bool>>,
    batches: Rc<RefCell<Vec<usize>>>,
}

impl Memory {
    fn put(&self, table: &Table, row: Row) {
        let mut all = self.rows.borrow_mut();
        let rows = all.entry(table.name.clone()).or_default();
        rows.insert(table.key_of(&row), row);
    }
}

impl Source for Memory {
    fn batch<'a>(&'a self, table: &'a Table, after: Option<&'a [Cell]>) -> Local<'a, Vec<Row>> {
        let all = self.rows.borrow();
        let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.to_vec()));
        let rows = all.get(&table.name).into_iter();
        let rows = rows.flat_map(|rows| rows.range((from.clone(), Bound::Unbounded)));
        let batch: Vec<Row> = rows.take(BATCH_ROWS).map(|(_, row)| row.clone()).collect();
        self.batches.borrow_mut().push(batch.len());
        Box::pin(ready(Ok(batch)))
    }

    fn renew(&self) -> Local<'_, bool> {
        if let Some(later) = self.later {
            later(self);
        }
        Box::pin(ready(Ok(self.later.is_some())))
    }
}

impl Sink for Memory {
    fn clear<'a>(&'a self, table: &'a Table) -> Local<'a, ()> {
        self.rows.borrow_mut().remove(&table.name);
        Box::pin(ready(Ok(())))
    }

    fn write<'a>(&'a self, table: &'a Table, rows: &'a [Row]) -> Local<'a, ()> {
        let mut rows = rows.to_vec();
        if let Some(damage) = self.damage {
            damage(table, &mut rows);
        }
        rows.into_iter().for_each(|row| self.put(table, row));
        Box::pin(ready(Ok(())))
    }

    fn takes_zero_bytes(&self) -> bool {
        false
    }

    fn note<'a>(&'a self, _: &'a Facts) -> Local<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn seal(&mut self) -> Local<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    fn keep(self: Box<Self>) -> Local<'static, ()> {
        *self.is_kept.borrow_mut() = true;
        Box::pin(ready(Ok(())))
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A row in which each column holds something, and the named ones what is given.
fn row(table: &Table, given: &[(&str, Cell)]) -> Row {
    let columns = table.columns.iter().map(|column| {
        let named = given.iter().find(|(name, _)| *name == column.name);
        match (named, column.kind) {
            (Some((_, cell)), _) => cell.clone(),
            (None, CellKind::Int) => Cell::Int(1),
            (None, CellKind::Text) => text(format!("some {}", column.name)),
            (None, CellKind::Bytes) => Cell::Bytes(vec![0, 1, 2]),
        }
    });
    columns.collect()
}

fn layout() -> Layout {
    Layout::of(MIGRATIONS)
}

/// The books of two accounts: each has one transaction over two entries, and its balances.
fn booked(memory: &Memory) {
    for account in ["acct_a", "acct_b"] {
        let put = |name: &str, given: &[(&str, Cell)]| {
            let layout = layout();
            let table = layout.table(name).expect("a table");
            let scope = [("account", text(account)), ("asset", text("usd"))];
            memory.put(table, row(table, &[&scope, given].concat()));
        };
        put("ledger_transactions", &[("id", text("txn_1"))]);
        for (line, of, amount) in [(0, "receivable", 500), (1, "available", -500)] {
            let of = ("ledger_account", text(of));
            let amount = ("amount", Cell::Int(amount));
            let key = [("txn", text("txn_1")), ("line", Cell::Int(line))];
            put(
                "ledger_entries",
                &[&key[..], &[of.clone(), amount.clone()]].concat(),
            );
            put("balances", &[of, amount]);
        }
    }
}

async fn audited(memory: &Memory) -> Books {
    books::audit(memory, &layout()).await.expect("the books")
}

#[tokio::test]
async fn books_that_add_up_have_no_findings() {
    let memory = Memory::default();
    booked(&memory);
    let books = audited(&memory).await;
    let counts = (books.transactions, books.entries, books.balances);
    assert_eq!((counts, books.findings_total), ((2, 4, 4), 0));
}

/// A change of one row of the ledger of one account; `None` removes the row.
type Damage = (&'static str, &'static [usize], fn(&mut Row) -> bool);

#[tokio::test]
async fn every_kind_of_damage_to_the_books_is_found() {
    let amount = |row: &mut Row| {
        *row.last_mut().expect("a cell") = Cell::Int(501);
        true
    };
    let cases: [(Damage, &[&str]); 5] = [
        (
            ("ledger_entries", &[0], amount),
            &["txn_1 sums to 1 usd", "receivable"],
        ),
        (
            ("ledger_entries", &[0, 1], |_| false),
            &["txn_1 has no entries", "available", "receivable"],
        ),
        (
            ("ledger_transactions", &[0], |_| false),
            &[
                "entry of txn_1 has no",
                "entry of txn_1 has no",
                "available",
                "receivable",
            ],
        ),
        (
            ("balances", &[3], amount),
            &["the balance receivable of [\"acct_b\", 1] is 1 usd off"],
        ),
        (
            ("balances", &[2], |_| false),
            &["the balance available of [\"acct_b\", 1] is 500 usd off"],
        ),
    ];
    for ((name, places, damage), expected) in cases {
        let memory = Memory::default();
        booked(&memory);
        {
            let mut all = memory.rows.borrow_mut();
            let rows = all.get_mut(name).expect("rows");
            let keys: Vec<Vec<Cell>> = rows.keys().cloned().collect();
            for place in places {
                let row = rows.get_mut(&keys[*place]).expect("a row");
                if !damage(row) {
                    rows.remove(&keys[*place]);
                }
            }
        }
        let found = audited(&memory).await.findings;
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{name}: {found}");
        }
    }
}

#[tokio::test]
async fn findings_beyond_the_limit_are_counted() {
    let memory = Memory::default();
    let layout = layout();
    let table = layout.table("ledger_transactions").expect("a table");
    let many = FINDINGS_MAX + 5;
    for number in 0..many {
        memory.put(table, row(table, &[("id", text(format!("txn_{number}")))]));
    }
    let books = audited(&memory).await;
    assert_eq!(
        (books.findings.len(), books.findings_total),
        (FINDINGS_MAX, many as u64)
    );
}

/// An installation with more customers than a batch holds, books, a leased job and a zero byte.
fn filled() -> Memory {
    let (memory, layout) = (Memory::default(), layout());
    let put = |name: &str, given: &[(&str, Cell)]| {
        let table = layout.table(name).expect("a table");
        memory.put(table, row(table, given));
    };
    for number in 0..BATCH_ROWS * 2 {
        put("customers", &[("id", text(format!("cus_{number}")))]);
    }
    put(
        "customers",
        &[("id", text("cus_zero")), ("email", text("a\0b"))],
    );
    put(
        "jobs",
        &[("leased_by", text("run_1")), ("leased_until", Cell::Int(9))],
    );
    put(
        "epochs",
        &[("name", text("settings")), ("epoch", Cell::Int(7))],
    );
    booked(&memory);
    memory.batches.borrow_mut().clear();
    memory
}

async fn copied(source: &Memory, sink: &Memory) -> Report {
    let opened = Opened::new(Box::new(source.clone()), MIGRATIONS.len()).expect("a source");
    let mut steps = Vec::new();
    let mut listener = |progress: super::Progress<'_>| {
        if steps.last() != Some(&progress.step) {
            steps.push(progress.step);
        }
    };
    let copying = Copying::new(opened, &mut listener);
    let report = copying
        .run(Box::new(sink.clone()), None)
        .await
        .expect("a report");
    assert_eq!(steps[..3], [Step::Copy, Step::Verify, Step::Books]);
    report
}

#[tokio::test]
async fn a_copy_holds_what_its_source_held() {
    let (source, sink) = (filled(), Memory::default());
    let layout = layout();
    let epochs = layout.table("epochs").expect("a table");
    sink.put(epochs, row(epochs, &[("name", text("seed"))]));
    let report = copied(&source, &sink).await;
    assert_eq!(report.differences(), Vec::<String>::new());
    assert!(report.is_sound() && *sink.is_kept.borrow());
    assert_eq!((report.freed, report.cleaned), (1, 1));
    assert!(
        source
            .batches
            .borrow()
            .iter()
            .all(|rows| *rows <= BATCH_ROWS)
    );
    for table in &layout.tables {
        let changed = ["customers", "jobs"].contains(&table.name.as_str());
        let of = |memory: &Memory| memory.rows.borrow().get(&table.name).cloned();
        assert_eq!(of(&source) == of(&sink), !changed, "{}", table.name);
    }
    let customers = sink.rows.borrow()["customers"].len();
    assert_eq!(customers, BATCH_ROWS * 2 + 1);
}

#[tokio::test]
async fn a_copy_that_differs_is_reported_and_not_kept() {
    let cases: [(&str, Harm); 3] = [
        ("events", |table, rows| {
            if table.name == "events" {
                rows.clear();
            }
        }),
        ("customers", |table, rows| {
            if table.name == "customers" {
                rows[0][1] = Cell::Int(0);
            }
        }),
        ("ledger_entries", |table, rows| {
            if table.name == "ledger_entries" {
                *rows[0].last_mut().expect("a cell") = Cell::Int(4);
            }
        }),
    ];
    for (name, damage) in cases {
        let source = filled();
        let layout = layout();
        let events = layout.table("events").expect("a table");
        source.put(events, row(events, &[]));
        let sink = Memory {
            damage: Some(damage),
            ..Memory::default()
        };
        let report = copied(&source, &sink).await;
        let differences = report.differences();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(differences[0].starts_with(&format!("{name}: the copy differs")));
        assert!(!*sink.is_kept.borrow() && !report.is_sound());
        assert_eq!(report.books.findings_total > 0, name == "ledger_entries");
    }
}

#[tokio::test]
async fn a_source_that_changes_meanwhile_is_found_out() {
    let cases: [(Later, &[&str]); 2] = [
        (|_| {}, &[]),
        (
            |memory| {
                let layout = layout();
                let table = layout.table("refunds").expect("a table");
                memory.put(table, row(table, &[]));
            },
            &["refunds: the source changed meanwhile: there were 0 rows"],
        ),
    ];
    for (later, expected) in cases {
        let source = Memory {
            later: Some(later),
            ..filled()
        };
        let sink = Memory::default();
        let differences = copied(&source, &sink).await.differences();
        assert_eq!(differences.len(), expected.len(), "{differences:?}");
        for (difference, expected) in differences.iter().zip(expected) {
            assert!(difference.starts_with(expected), "{difference}");
        }
        assert_eq!(*sink.is_kept.borrow(), expected.is_empty());
    }
}

#[tokio::test]
async fn what_the_backup_recorded_counts() {
    let source = filled();
    let layout = layout();
    let mut recorded = BTreeMap::new();
    for table in &layout.tables {
        recorded.insert(
            table.name.clone(),
            digest(&source, table).await.expect("a digest"),
        );
    }
    recorded.remove("customers");
    let mut opened = Opened::new(Box::new(source), MIGRATIONS.len()).expect("a source");
    opened.recorded = Some(recorded);
    let sink = Memory::default();
    let mut listener = |_: super::Progress<'_>| {};
    let copying = Copying::new(opened, &mut listener);
    let report = copying
        .run(Box::new(sink.clone()), None)
        .await
        .expect("a report");
    let differences = report.differences();
    let names: Vec<&str> = differences
        .iter()
        .map(|text| text.split(':').next().unwrap_or(""))
        .collect();
    assert_eq!(names, ["customers"]);
    assert!(differences[0].contains("the backup is damaged: it recorded 0 rows"));
    assert!(!*sink.is_kept.borrow());
}

/// A source whose index leads in a circle.
struct Circle(Row);

impl Source for Circle {
    fn batch<'a>(&'a self, _: &'a Table, _: Option<&'a [Cell]>) -> Local<'a, Vec<Row>> {
        Box::pin(ready(Ok(vec![self.0.clone(); BATCH_ROWS])))
    }
}

#[tokio::test]
async fn a_damaged_index_ends_a_copy() {
    let layout = layout();
    let table = layout.table("customers").expect("a table");
    let circle = Circle(row(table, &[]));
    let answer = Cursor::new(&circle, table).batch().await;
    assert!(matches!(answer, Err(StoreError::Corrupt(why)) if why.contains("do not grow")));
}

#[test]
fn places_are_read_by_their_scheme_and_never_shown() {
    let sqlite = Place::parse("sqlite:data").expect("a place");
    assert_eq!(
        (sqlite.engine(), format!("{sqlite:?}")),
        ("sqlite", "sqlite".to_owned())
    );
    for url in [
        "postgres://me:hunter2@db/florin",
        "postgresql://db",
        "host=/run dbname=x",
    ] {
        let place = Place::parse(url).expect("a place");
        assert_eq!(
            (place.engine(), format!("{place:?}")),
            ("postgres", "postgres".to_owned())
        );
    }
    for nothing in ["", "sqlite:", "data", "mysql://db"] {
        assert_eq!(Place::parse(nothing), None, "{nothing}");
    }
}
