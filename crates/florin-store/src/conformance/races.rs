//! Many commits at once. Each test counts outcomes; none depends on who comes first.

use super::Subject;
use super::fixtures::*;
use crate::Wanted;
use crate::commit::{Finish, IdempotencyClaim};
use crate::{LeasedJob, StoreError};
use florin_base::Scope;
use florin_domain::Entity;
use florin_domain::changes::{Job, JobKind};
use florin_domain::customers::Customer;
use futures_util::future::join_all;
use std::collections::BTreeSet;

type Answers = Vec<Result<Vec<LeasedJob>, StoreError>>;

async fn all_at_once(store: &Subject, commits: impl IntoIterator<Item = Making>) -> Answers {
    join_all(commits.into_iter().map(|commit| commit.on(store))).await
}

fn landed(answers: &Answers) -> usize {
    answers.iter().filter(|answer| answer.is_ok()).count()
}

/// Adds one to a counter in a record's body until the commit is not refused.
async fn increment(store: &Subject) {
    loop {
        let held = held(store, &key("cus_1")).await.expect("the record");
        let mut record = Customer::from_record(held.record).expect("a customer");
        let count: u64 = record
            .name
            .as_deref()
            .unwrap_or("0")
            .parse()
            .expect("a number");
        record.name = Some((count + 1).to_string());
        match making().save(held.version, record).on(store).await {
            Ok(_) => return,
            Err(error) => assert_eq!(error, StoreError::Conflict),
        }
    }
}

pub async fn no_update_is_lost(store: Subject) {
    making().save(0, customer("cus_1", 1)).lands(&store).await;
    join_all((0..50).map(|_| increment(&store))).await;
    let found = held(&store, &key("cus_1")).await.expect("the record");
    assert_eq!(found.version, 51);
    assert_eq!(
        Customer::from_record(found.record).and_then(|record| record.name),
        Some("50".to_owned())
    );
}

pub async fn one_of_many_takes_an_idempotency_key(store: Subject) {
    let commit = |index: u8| {
        let claim = IdempotencyClaim {
            hash: [index; 32],
            ..taking("k", &format!("req_{index}"))
        };
        let reply = Some(reply(200, &[index]));
        making()
            .save(0, customer(&format!("cus_{index}"), 1))
            .idempotent(IdempotencyClaim { reply, ..claim })
    };
    let answers = all_at_once(&store, (0..40).map(commit)).await;
    assert_eq!(landed(&answers), 1);
    assert!(
        answers
            .iter()
            .flat_map(|answer| answer.as_ref().err())
            .all(|error| *error == claimed("idempotency"))
    );
    let winner = answers.iter().position(Result::is_ok).expect("a winner");
    let found = store
        .saved(&scope(), "k")
        .await
        .expect("an answer")
        .expect("the key");
    assert_eq!(
        (found.hash, found.reply),
        ([winner as u8; 32], Some(reply(200, &[winner as u8])))
    );
    for index in 0..40 {
        assert_eq!(
            version(&store, &key(&format!("cus_{index}"))).await,
            u64::from(index == winner)
        );
    }
}

pub async fn one_of_many_takes_a_unique_key(store: Subject) {
    for scope in [Some(scope()), None] {
        let commit = |index: usize| {
            making().claim(scope.as_ref(), "order", "o_1", key(&format!("cus_{index}")))
        };
        let answers = all_at_once(&store, (0..40).map(commit)).await;
        assert_eq!(landed(&answers), 1);
        assert!(
            answers
                .iter()
                .flat_map(|answer| answer.as_ref().err())
                .all(|error| *error == claimed("order"))
        );
        let winner = answers.iter().position(Result::is_ok).expect("a winner");
        let holder = store.find(scope.as_ref(), "order", "o_1").await;
        assert_eq!(holder, Ok(Some(key(&format!("cus_{winner}")))));
    }
}

pub async fn one_of_many_makes_a_record(store: Subject) {
    let commit = |index: usize| {
        let maker = Customer {
            name: Some(index.to_string()),
            ..customer("cus_1", 1)
        };
        making()
            .save(0, maker)
            .book(earned(&format!("txn_{index}"), 1))
    };
    let answers = all_at_once(&store, (0..40).map(commit)).await;
    assert_eq!(landed(&answers), 1);
    assert!(
        answers
            .iter()
            .flat_map(|answer| answer.as_ref().err())
            .all(|error| *error == StoreError::Conflict)
    );
    assert_eq!(available(&store).await, 1);
}

/// The index-th commit of a burst, and how it has to end: every way to fail stands between commits that are fine.
fn mixed(index: usize) -> (Making, Result<(), StoreError>) {
    let name = format!("cus_{index}");
    let good = making()
        .save(0, customer(&name, 1))
        .claim(Some(&scope()), "order", &name, key(&name))
        .idempotent(taking(&name, &name))
        .book(earned(&format!("txn_{index}"), 1))
        .job(job(&format!("job_{index}"), FAR_OFF));
    match index % 12 {
        1 => (good.require(key("cus_held"), 7), Err(StoreError::Conflict)),
        3 => (
            good.claim(Some(&scope()), "order", "taken", key(&name)),
            Err(claimed("order")),
        ),
        5 => (good.floor(1_000_000), Err(StoreError::Floor)),
        7 => {
            let mut unfinished = good;
            unfinished.0.finish = Some(Finish {
                job: format!("none_{index}"),
                fence: 1,
                again: None,
            });
            (unfinished, Err(StoreError::Conflict))
        }
        9 => (good.book(earned("txn_taken", 1)), Err(StoreError::Conflict)),
        10 => (
            good.claim(None, "api_key", "taken", key(&name)),
            Err(claimed("api_key")),
        ),
        11 => (
            good.idempotent(taking("taken", &name)),
            Err(claimed("idempotency")),
        ),
        _ => (good, Ok(())),
    }
}

pub async fn a_failing_member_never_fails_its_neighbours(store: Subject) {
    let before = making()
        .save(0, customer("cus_held", 1))
        .claim(Some(&scope()), "order", "taken", key("cus_held"))
        .claim(None, "api_key", "taken", key("cus_held"))
        .idempotent(taking("taken", "req_0"))
        .book(earned("txn_taken", 0));
    before.lands(&store).await;
    let answers = all_at_once(&store, (0..120).map(|index| mixed(index).0)).await;
    let mut landed = 0;
    for (index, answer) in answers.into_iter().enumerate() {
        let expected = mixed(index).1;
        assert_eq!(answer.map(|_| ()), expected, "{index}");
        let name = format!("cus_{index}");
        let is_there = expected.is_ok();
        landed += i64::from(is_there);
        assert_eq!(
            version(&store, &key(&name)).await,
            u64::from(is_there),
            "{index}"
        );
        assert_eq!(
            store
                .find(Some(&scope()), "order", &name)
                .await
                .map(|f| f.is_some()),
            Ok(is_there),
            "{index}"
        );
        assert_eq!(
            store.saved(&scope(), &name).await.map(|f| f.is_some()),
            Ok(is_there),
            "{index}"
        );
    }
    assert_eq!(available(&store).await, landed);
    assert_eq!(
        store
            .jobs(&scope(), 1_000)
            .await
            .map(|jobs| jobs.len() as i64),
        Ok(landed)
    );
}

pub async fn a_floor_holds_under_pressure(store: Subject) {
    making().book(earned("txn_start", 100)).lands(&store).await;
    let withdrawal = |index: usize| making().book(earned(&format!("txn_{index}"), -10)).floor(0);
    let deposit = |index: usize| making().book(earned(&format!("txn_in_{index}"), 0));
    let commits = (0..30).flat_map(|index| [withdrawal(index), deposit(index)]);
    let answers = all_at_once(&store, commits).await;
    assert_eq!(landed(&answers), 10 + 30);
    assert!(
        answers
            .iter()
            .flat_map(|answer| answer.as_ref().err())
            .all(|error| *error == StoreError::Floor)
    );
    assert_eq!(available(&store).await, 0);
}

pub async fn additions_to_one_balance_all_count(store: Subject) {
    let commit = |index: usize| making().book(earned(&format!("txn_{index}"), index as i64));
    let answers = all_at_once(&store, (0..100).map(commit)).await;
    assert_eq!(landed(&answers), 100);
    assert_eq!(available(&store).await, (0..100).sum::<i64>());
}

/// Each commit of a pair writes one record upon what it read in the other: both may never land.
pub async fn what_was_only_read_guards_against_skew(store: Subject) {
    let name = |pair: usize, side: usize| format!("cus_{pair}_{side}");
    for pair in 0..20 {
        let both = making()
            .save(0, customer(&name(pair, 0), 1))
            .save(0, customer(&name(pair, 1), 1));
        both.lands(&store).await;
    }
    let commit = |pair: usize, side: usize| {
        making()
            .save(1, customer(&name(pair, side), 1))
            .require(key(&name(pair, 1 - side)), 1)
    };
    let answers = all_at_once(
        &store,
        (0..20).flat_map(|pair| [commit(pair, 0), commit(pair, 1)]),
    )
    .await;
    for (pair, answers) in answers.chunks(2).enumerate() {
        assert_eq!(
            answers.iter().filter(|answer| answer.is_ok()).count(),
            1,
            "{pair}"
        );
        assert!(answers.contains(&Err(StoreError::Conflict)), "{pair}");
    }
}

pub async fn leases_are_disjoint(store: Subject) {
    let mut commit = making();
    for index in 0..60 {
        commit = commit.job(Job {
            lane: format!("lane_{index}"),
            ..job(&format!("job_{index}"), LONG_AGO)
        });
    }
    commit.lands(&store).await;
    let mut seen = BTreeSet::new();
    while seen.len() < 60 {
        let taken = join_all((0..6).map(|_| leased(&store, 7))).await;
        assert!(
            taken.iter().any(|taken| !taken.is_empty()),
            "{} jobs were leased and no more come",
            seen.len()
        );
        for taken in taken.into_iter().flatten() {
            assert_eq!(taken.fence, 1);
            assert!(
                seen.insert(taken.job.id.clone()),
                "{} was leased twice",
                taken.job.id
            );
        }
    }
}

pub async fn a_job_of_many_commits_exists_once(store: Subject) {
    let commit = |index: usize| {
        making()
            .save(0, customer(&format!("cus_{index}"), 1))
            .job(job("job_1", LONG_AGO))
            .taking_jobs()
    };
    let answers = all_at_once(&store, (0..40).map(commit)).await;
    assert_eq!(landed(&answers), 40);
    let born: Vec<LeasedJob> = answers.into_iter().flatten().flatten().collect();
    assert_eq!((ids(&born), born[0].fence), (vec!["job_1"], 1));
    assert_eq!(store.jobs(&scope(), 10).await.map(|jobs| jobs.len()), Ok(1));
    assert_eq!(
        store.lease(Wanted::of(JobKind::ALL, 10)).await,
        Ok(Vec::new())
    );
}

pub async fn a_burst_larger_than_a_group_all_lands(store: Subject) {
    let others = [scope(), Scope::test("acct_other")];
    let commit = |index: usize| {
        making().write(write(
            &others[index % 2],
            0,
            customer(&format!("cus_{index}"), index as i64),
        ))
    };
    let answers = all_at_once(&store, (0..700).map(commit)).await;
    assert_eq!(landed(&answers), 700);
    let keys: Vec<_> = (0..700)
        .map(|index| key_in(&others[index % 2], &format!("cus_{index}")))
        .collect();
    let found = store.get(&keys).await.expect("records");
    assert!(
        found
            .iter()
            .all(|found| found.as_ref().is_some_and(|found| found.version == 1))
    );
}

pub async fn settling_and_others_all_land(store: Subject) {
    making().save(0, customer("cus_1", 1)).lands(&store).await;
    let commit = |index: usize| {
        let mut commit = making()
            .save(0, customer(&format!("cus_x_{index}"), 1))
            .require(key("cus_1"), 1);
        commit.0.must_not_shed = index.is_multiple_of(3);
        commit
    };
    let answers = all_at_once(&store, (0..90).map(commit)).await;
    assert_eq!(landed(&answers), 90);
}
