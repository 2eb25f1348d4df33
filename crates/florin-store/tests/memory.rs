//! The store in memory against the suite, and what only it can show: leases by a clock that the test moves.

use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use florin_store::Wanted;
use florin_store::conformance::{self, Subject};
use florin_store::lease::LEASE_MS;
use florin_store::memory::MemoryStore;
use florin_store::{Commit, Finish, IdempotencyClaim, Reply, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const NOW: Millis = Millis(1_790_000_000_000);

#[tokio::test]
async fn memory_conforms() {
    conformance::run(async || Arc::new(MemoryStore::new(|| NOW)) as Subject).await;
}

fn clocked() -> (MemoryStore, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(NOW.0));
    let clock = Arc::clone(&now);
    (
        MemoryStore::new(move || Millis(clock.load(Ordering::SeqCst))),
        now,
    )
}

fn adding(id: &str, due: Millis) -> Commit {
    let kind = JobKind::Recover;
    let job = Job {
        id: id.to_owned(),
        kind,
        scope: Scope::test("acct_1"),
        due,
        lane: kind.name().to_owned(),
        body: serde_json::json!({}),
    };
    let mut commit = Commit::default();
    commit.changes.jobs.push(job);
    commit
}

fn finishing(fence: i64) -> Commit {
    Commit {
        finish: Some(Finish {
            job: "job_1".to_owned(),
            fence,
            again: None,
        }),
        ..Commit::default()
    }
}

#[tokio::test]
async fn a_lease_runs_out_by_the_stores_clock() {
    let (store, now) = clocked();
    store
        .commit(adding("job_1", NOW.plus_ms(10)))
        .await
        .expect("a commit");
    assert_eq!(
        store.lease(Wanted::of(JobKind::ALL, 1)).await,
        Ok(Vec::new())
    );
    now.fetch_add(10, Ordering::SeqCst);
    let first = store
        .lease(Wanted::of(JobKind::ALL, 1))
        .await
        .expect("a lease");
    assert_eq!(first[0].fence, 1);
    assert_eq!(
        store.next_due(JobKind::ALL).await,
        Ok(Some(NOW.plus_ms(10 + LEASE_MS)))
    );
    now.fetch_add(LEASE_MS - 1, Ordering::SeqCst);
    assert_eq!(
        store.lease(Wanted::of(JobKind::ALL, 1)).await,
        Ok(Vec::new())
    );
    now.fetch_add(1, Ordering::SeqCst);
    let second = store
        .used_by("another")
        .lease(Wanted::of(JobKind::ALL, 1))
        .await
        .expect("a lease");
    assert_eq!(second[0].fence, 2);
    assert_eq!(store.commit(finishing(1)).await, Err(StoreError::Conflict));
    assert_eq!(store.commit(finishing(2)).await, Ok(Vec::new()));
}

#[tokio::test]
async fn the_leases_of_a_crashed_process_are_void() {
    let (store, _) = clocked();
    let (one, other) = (store.used_by("one"), store.used_by("other"));
    for (id, process) in [("job_1", &one), ("job_2", &other)] {
        process
            .commit(Commit {
                takes_jobs: true,
                ..adding(id, NOW)
            })
            .await
            .expect("a commit");
    }
    store.forget_leases_of("one");
    let taken = other
        .lease(Wanted::of(JobKind::ALL, 10))
        .await
        .expect("a lease");
    assert_eq!(
        (taken.len(), taken[0].job.id.as_str(), taken[0].fence),
        (1, "job_1", 2)
    );
    store.forget_leases();
    assert_eq!(
        one.lease(Wanted::of(JobKind::ALL, 10))
            .await
            .map(|taken| taken.len()),
        Ok(2)
    );
}

#[tokio::test]
async fn a_snapshot_holds_everything_and_clones_share_it() {
    let (store, _) = clocked();
    store
        .clone()
        .commit(adding("job_1", NOW))
        .await
        .expect("a commit");
    let seen = store.snapshot().expect("a snapshot");
    assert_eq!(
        (
            seen.jobs.len(),
            seen.jobs[0].fence,
            seen.jobs[0].leased_by.clone(),
            seen.epoch
        ),
        (1, 0, None, 1)
    );
    assert!(seen.records.is_empty() && seen.events.is_empty() && seen.transactions.is_empty());
    assert!(seen.balances.is_empty() && seen.claims.is_empty() && seen.keys.is_empty());
}

fn answering(is_held: bool, reply: Option<Reply>) -> Commit {
    let claim = IdempotencyClaim {
        scope: Scope::test("acct_1"),
        key: "k".to_owned(),
        hash: [7; 32],
        request: "req_1".to_owned(),
        reply,
        is_held,
        attempt: (!is_held).then(|| "att_1".to_owned()),
    };
    Commit {
        claim: Some(claim),
        ..Commit::default()
    }
}

#[tokio::test]
async fn a_late_answer_is_kept_as_long_as_any_other() {
    let (store, now) = clocked();
    let taken = store.commit(answering(false, None)).await;
    taken.expect("the key is taken");
    now.fetch_add(5_000, Ordering::SeqCst);
    let late = Reply {
        status: 200,
        body: b"late".to_vec(),
        key_id: String::new(),
    };
    let answered = store.commit(answering(true, Some(late))).await;
    answered.expect("the key is answered");
    now.fetch_add(1_000, Ordering::SeqCst);
    assert_eq!(store.prune(1_000, 10).await, Ok(0));
    assert_eq!(store.prune(999, 10).await, Ok(1));
}
