//! The power is cut: nothing that was acknowledged is lost, and the database opens, whole and balanced.
//!
//! The writes of a real run are recorded with `strace` and replayed up to random points. Two runs: the store alone, where
//! the same without waiting for the disk is the control that must lose; and the whole server. `FLORIN_POWER_CUTS` asks for
//! more than 200 cuts. Deliberately absent: machines without `strace`; there the tests fail and say how to get it.

use crate::audit;
use crate::folder::{Folder, copy_files};
use crate::load::{Book, Seeded};
use crate::replay::Disk;
use crate::server::Start;
use crate::strace::{self, Step};
use florin_base::{Asset, Scope, Timestamp};
use florin_domain::changes::Write;
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::webhooks::Event;
use florin_domain::{Kind, Record, RecordKey};
use florin_store::sqlite::{Options, SqliteStore};
use florin_store::{Commit, Store};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Names the folder in which a child process of this test writes.
const WRITER: &str = "FLORIN_POWERCUT_WRITER";
/// Tells that child not to wait for the disk.
const NO_SYNC: &str = "FLORIN_POWERCUT_NO_SYNC";
/// Tasks of the writer, so that commits are grouped.
const TASKS: usize = 4;
/// Commits of each task and of each of the two lives of the writer; a checkpoint lies between them.
const COMMITS: usize = 40;

fn cuts() -> usize {
    let text = std::env::var("FLORIN_POWER_CUTS").ok();
    text.map_or(200, |text| text.parse().expect("a number"))
}

#[test]
fn a_commit_survives_a_power_cut() {
    if let Some(folder) = std::env::var_os(WRITER) {
        return write(Path::new(&folder), std::env::var_os(NO_SYNC).is_some());
    }
    let losses = cut_the_writer("powercut", false);
    assert!(losses.is_empty(), "{losses:#?}");
}

/// The negative control: what the kernel had not yet written is lost, and the test must see that.
#[test]
fn without_waiting_for_the_disk_commits_are_lost() {
    let losses = cut_the_writer("powercut-control", true);
    let lost = losses
        .iter()
        .filter(|loss| loss.contains("is lost"))
        .count();
    println!("{lost} of {} cuts lost an acknowledged commit", cuts());
    assert!(lost > 0, "the control lost nothing: the test is blind");
    assert_eq!(lost, losses.len(), "more than losses: {losses:#?}");
}

/// Runs the writer under `strace` and cuts the power; returns what was wrong, one text for each bad cut.
fn cut_the_writer(name: &str, no_sync: bool) -> Vec<String> {
    let folder = Folder::new(name);
    let (data, trace) = (folder.join("data"), folder.join("trace"));
    std::fs::create_dir(&data).expect("a folder can be made");
    let trace_name = trace.display().to_string();
    let wrapper = strace::wrapper(&trace_name);
    let mut command = Command::new(wrapper[0]);
    command.args(&wrapper[1..]);
    command.arg(std::env::current_exe().expect("this program has a path"));
    command.args([
        "--exact",
        "powercut::a_commit_survives_a_power_cut",
        "--nocapture",
    ]);
    command.env(WRITER, &data);
    if no_sync {
        command.env(NO_SYNC, "1");
    }
    let output = command.output().expect("strace runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let trace = std::fs::read_to_string(trace).expect("a trace");
    let steps = strace::steps(&trace, strace::acks);
    let told = steps
        .iter()
        .filter(|step| matches!(step, Step::Told(_)))
        .count();
    assert_eq!(
        told,
        TASKS * COMMITS * 2,
        "every commit was acknowledged in the trace"
    );
    let mut replay = Replay {
        folder,
        steps,
        held: "SELECT id FROM customers",
    };
    replay.losses(Disk::default())
}

/// A recorded run.
struct Replay {
    folder: Folder,
    steps: Vec<Step>,
    /// Asks for what is held of the acknowledged, each as its id and its status.
    held: &'static str,
}

impl Replay {
    /// Cuts in the order of their steps; what was wrong after each bad one.
    fn losses(&mut self, mut disk: Disk) -> Vec<String> {
        let mut random = Seeded::new(7);
        let first = self.steps.len() / 10;
        let mut points: Vec<usize> = (0..cuts())
            .map(|_| first + random.below((self.steps.len() - first) as u64 + 1) as usize)
            .collect();
        points.sort_unstable();
        let mut losses = Vec::new();
        for (number, point) in points.into_iter().enumerate() {
            disk.advance(&self.steps, point);
            let folder = self.folder.join(&format!("cut{number}"));
            std::fs::create_dir(&folder).expect("a folder can be made");
            disk.cut(&mut random, &folder);
            let wrong = self.wrong(&disk, &folder.join("florin.db"));
            if !wrong.is_empty() {
                losses.push(format!("cut at step {point}: {}", wrong.join("; ")));
            }
            std::fs::remove_dir_all(&folder).expect("the folder can be removed");
        }
        losses
    }

    fn wrong(&self, disk: &Disk, database: &Path) -> Vec<String> {
        let connection = match rusqlite::Connection::open(database) {
            Ok(connection) => connection,
            Err(error) => return vec![error.to_string()],
        };
        audit::see_bodies(&connection);
        let Ok(held) = audit::column(&connection, self.held) else {
            // A cut before the schema was there is right as long as nobody was told anything.
            return match disk.told().is_empty() {
                true => Vec::new(),
                false => vec!["the schema is lost".to_owned()],
            };
        };
        let held: BTreeSet<String> = held.into_iter().collect();
        let mut wrong: Vec<String> = disk
            .told()
            .iter()
            .filter(|told| !is_held(&held, told))
            .map(|told| format!("{told} is lost"))
            .collect();
        wrong.extend(audit::findings(&connection));
        wrong
    }
}

/// Whether the state that was told is there. A payment may have gone on from every state but its last.
fn is_held(held: &BTreeSet<String>, told: &str) -> bool {
    let (id, state) = told.split_once(' ').unwrap_or((told, ""));
    let mut states = held.iter().filter_map(|text| text.strip_prefix(id));
    states.any(|found| state != "succeeded" || found == " succeeded")
}

/// The writer: two lives, so that the trace holds a checkpoint, a truncated log and a new start.
fn write(folder: &Path, no_sync: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    for life in 0..2 {
        let options = Options {
            path: Some(folder.to_path_buf()),
            unsafe_no_fsync: no_sync,
        };
        let store = SqliteStore::open(options).expect("the store opens");
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|task| tokio::spawn(commit_all(store.clone(), format!("cus_{life}t{task}"))))
                .collect();
            for task in tasks {
                task.await.expect("the task ends");
            }
        });
    }
}

async fn commit_all(store: SqliteStore, name: String) {
    for number in 0..COMMITS {
        let id = format!("{name}n{number}");
        store.commit(commit(&id)).await.expect("the commit lands");
        println!("ack {id}");
    }
}

/// A record, an event and a booking, as a payment has them.
fn commit(id: &str) -> Commit {
    let scope = Scope::test("acct_one");
    let record = Record::from(Customer {
        id: id.into(),
        created: Timestamp(100),
        name: Some("x".repeat(1_500)),
        ..Customer::default()
    });
    let mut commit = Commit::default();
    commit.changes.writes.push(Write {
        key: RecordKey::new(&scope, Kind::Customer, id),
        expected: 0,
        version: 1,
        record,
        encoded: None,
    });
    let event = Event {
        id: format!("evt_{id}").as_str().into(),
        kind: "customer.created".to_owned(),
        object: id.to_owned(),
        object_version: "1".to_owned(),
        ..Event::default()
    };
    commit.changes.events.push((scope.clone(), event));
    let transaction = Transaction {
        id: format!("txn_{id}"),
        movement: Movement::Charge,
        source: id.to_owned(),
        asset: Asset::parse("usd").expect("an asset"),
        created: Timestamp(100),
        available_on: Timestamp(200),
        description: None,
        entries: vec![
            (LedgerAccount::Receivable, 700),
            (LedgerAccount::Available, -700),
        ],
    };
    commit.changes.transactions.push((scope, transaction));
    commit
}

/// Intents and refunds; a state that a record has from the beginning is left out of its body.
const PAYMENTS: &str =
    "SELECT id || ' ' || coalesce(json_extract(body, '$.status'), '') FROM payment_intents
   UNION ALL SELECT id || ' ' || coalesce(json_extract(body, '$.status'), '') FROM refunds";

#[test]
fn the_server_loses_nothing_in_a_power_cut() {
    let folder = Folder::new("powercut-server");
    let data = folder.join("data");
    let quiet = Start::on(&data).with(&["--log", "warn"]);
    assert!(quiet.start().stop().0.success());
    let disk = Disk::holding(&data, &data);
    let before = folder.join("before");
    copy_files(&data, &before);
    let trace = folder.join("trace");
    let trace_name = trace.display().to_string();
    let mut server = quiet.clone().under(&strace::wrapper(&trace_name)).start();
    let mut books = [Book::new("a", 1), Book::new("b", 2)];
    let shop = server.shop();
    std::thread::scope(|scope| {
        for book in &mut books {
            scope.spawn(|| book.fill_with(&shop, 60));
        }
    });
    stop_traced(&mut server);
    let trace = std::fs::read_to_string(trace).expect("a trace");
    let steps = strace::steps(&trace, strace::answers);
    let mut replay = Replay {
        folder,
        steps,
        held: PAYMENTS,
    };
    let losses = replay.losses(disk);
    assert!(losses.is_empty(), "{losses:#?}");
    recovers(&replay, &before);
}

/// The tracer passes no signal on: the server, its only child, is asked itself.
fn stop_traced(server: &mut crate::server::Server) {
    let list = format!("/proc/{0}/task/{0}/children", server.id());
    let children = std::fs::read_to_string(list).expect("the tracer has a child");
    let child = children.split_whitespace().next().expect("a child");
    crate::server::signal("TERM", child.parse().expect("a number"));
    assert!(server.wait().success());
}

/// The real server starts on what three cuts left behind, and answers with every acknowledged payment.
fn recovers(replay: &Replay, before: &Path) {
    let mut disk = Disk::holding(before, &replay.folder.join("data"));
    let mut random = Seeded::new(11);
    for part in [3, 6, 10] {
        disk.advance(&replay.steps, replay.steps.len() * part / 10);
        let data = replay.folder.join(&format!("recovered{part}"));
        copy_files(before, &data);
        disk.cut(&mut random, &data);
        let server = Start::on(&data).start();
        let told = disk.told().iter().filter(|told| told.starts_with("pi_"));
        let mut count = 0;
        for told in told {
            let id = told.split(' ').next().unwrap_or_default();
            server
                .shop()
                .get(&format!("/v1/payment_intents/{id}"))
                .expect(200);
            count += 1;
        }
        assert!(
            count > 0,
            "no payment was acknowledged in {part} tenths of the run"
        );
        server.shop().pay();
        assert!(server.stop().0.success());
        audit::assert_sound(&data.join("florin.db"));
    }
}
