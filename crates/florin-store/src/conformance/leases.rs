//! Due work: who does it.

use super::Subject;
use super::fixtures::*;
use crate::LeasedJob;
use crate::Wanted;
use florin_base::Millis;
use florin_domain::changes::{Job, JobKind};

pub async fn due_jobs_are_leased_once_in_order(store: Subject) {
    let made = [
        ("job_c", Millis(10)),
        ("job_b", Millis(20)),
        ("job_a", Millis(20)),
        ("job_d", Millis(5)),
        ("job_e", FAR_OFF),
    ];
    for (id, due) in made {
        making().job(job(id, due)).lands(&store).await;
    }
    let first = leased(&store, 3).await;
    assert_eq!(ids(&first), ["job_d", "job_c", "job_a"]);
    assert!(first.iter().all(|taken| taken.fence == 1));
    assert_eq!(
        first[0],
        LeasedJob {
            job: job("job_d", Millis(5)),
            fence: 1
        }
    );
    assert_eq!(ids(&leased(&store, 3).await), ["job_b"]);
    assert_eq!(leased(&store, 3).await, Vec::new());
    assert_eq!(store.jobs(&scope(), 10).await.map(|jobs| jobs.len()), Ok(5));
}

pub async fn jobs_of_several_kinds_are_leased_in_one_order(store: Subject) {
    let made = [
        ("job_a", JobKind::FanOut, 30),
        ("job_b", JobKind::Recover, 10),
        ("job_c", JobKind::FanOut, 20),
    ];
    for (id, kind, due) in made {
        making()
            .job(Job {
                kind,
                lane: kind.name().to_owned(),
                ..job(id, Millis(due))
            })
            .lands(&store)
            .await;
    }
    let taken = store
        .lease(Wanted::of(&[JobKind::FanOut, JobKind::Recover], 2))
        .await
        .expect("a lease");
    assert_eq!(ids(&taken), ["job_b", "job_c"]);
}

pub async fn only_wanted_kinds_are_leased(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    let other = [JobKind::Deliver, JobKind::Recover];
    assert_eq!(store.lease(Wanted::of(&other, 10)).await, Ok(Vec::new()));
    assert_eq!(store.lease(Wanted::of(&[], 10)).await, Ok(Vec::new()));
    assert_eq!(
        store.lease(Wanted::of(JobKind::ALL, 0)).await,
        Ok(Vec::new())
    );
    assert_eq!(
        ids(&store
            .lease(Wanted::of(JobKind::ALL, 10))
            .await
            .expect("a lease")),
        ["job_1"]
    );
}

pub async fn a_lane_is_leased_with_bounded_width(store: Subject) {
    let mut commit = making();
    for index in 0..40 {
        commit = commit.job(Job {
            lane: "slow".to_owned(),
            ..job(&format!("job_slow_{index:02}"), Millis(10))
        });
    }
    commit
        .job(Job {
            lane: "quick".to_owned(),
            ..job("job_quick", Millis(20))
        })
        .lands(&store)
        .await;
    let taken = leased(&store, 100).await;
    let slow = ids(&taken)
        .iter()
        .filter(|id| id.starts_with("job_slow"))
        .count();
    assert_eq!((slow, taken.len()), (32, 33));
    assert_eq!(
        taken.last().map(|taken| taken.job.id.as_str()),
        Some("job_quick")
    );
}

pub async fn due_jobs_are_born_leased_when_asked(store: Subject) {
    let commit = || {
        making()
            .job(job("job_1", LONG_AGO))
            .job(job("job_2", FAR_OFF))
            .job(job("job_3", LONG_AGO))
    };
    let taken = commit().taking_jobs().lands(&store).await;
    assert_eq!(ids(&taken), ["job_1", "job_3"]);
    assert_eq!(
        taken[0],
        LeasedJob {
            job: job("job_1", LONG_AGO),
            fence: 1
        }
    );
    assert_eq!(leased(&store, 10).await, Vec::new());
    making().finish(&taken[0], None).lands(&store).await;
    making()
        .finish(&taken[1], Some(LONG_AGO))
        .lands(&store)
        .await;
    let again = leased(&store, 10).await;
    assert_eq!((ids(&again), again[0].fence), (vec!["job_3"], 2));
    let unasked = making().job(job("job_4", LONG_AGO)).lands(&store).await;
    assert_eq!(unasked, Vec::new());
    assert_eq!(ids(&leased(&store, 10).await), ["job_4"]);
}

pub async fn a_known_job_is_not_born_again(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    assert_eq!(
        making()
            .job(job("job_1", LONG_AGO))
            .taking_jobs()
            .lands(&store)
            .await,
        Vec::new()
    );
    let taken = leased(&store, 10).await;
    assert_eq!((ids(&taken), taken[0].fence), (vec!["job_1"], 1));
    let replaced = making()
        .finish(&taken[0], None)
        .job(job("job_1", LONG_AGO))
        .taking_jobs()
        .lands(&store)
        .await;
    assert_eq!((ids(&replaced), replaced[0].fence), (vec!["job_1"], 1));
}

pub async fn a_leased_job_is_due_when_its_lease_ends(store: Subject) {
    making().job(job("job_1", Millis(10))).lands(&store).await;
    let taken = leased(&store, 1).await;
    let end = store
        .next_due(JobKind::ALL)
        .await
        .expect("an answer")
        .expect("a leased job still waits");
    assert!(end > Millis(1_000_000_000_000) && end < FAR_OFF, "{end:?}");
    making().job(job("job_2", FAR_OFF)).lands(&store).await;
    assert_eq!(store.next_due(JobKind::ALL).await, Ok(Some(end)));
    making()
        .finish(&taken[0], Some(FAR_OFF))
        .lands(&store)
        .await;
    assert_eq!(store.next_due(JobKind::ALL).await, Ok(Some(FAR_OFF)));
}

pub async fn lanes_that_are_full_are_left_out(store: Subject) {
    making()
        .job(Job {
            lane: "full".to_owned(),
            ..job("job_1", Millis(10))
        })
        .job(Job {
            lane: "free".to_owned(),
            ..job("job_2", Millis(20))
        })
        .lands(&store)
        .await;
    let wanted = Wanted {
        except: vec!["full".to_owned(), "unknown".to_owned()],
        ..Wanted::of(&[JobKind::FanOut], 10)
    };
    let taken = store.lease(wanted).await.expect("a lease");
    assert_eq!(ids(&taken), ["job_2"]);
    assert_eq!(ids(&leased(&store, 10).await), ["job_1"]);
}

pub async fn a_lease_is_renewed_under_its_own_fence_only(store: Subject) {
    making()
        .job(job("job_1", Millis(10)))
        .job(job("job_2", Millis(20)))
        .job(job("job_3", Millis(30)))
        .lands(&store)
        .await;
    let taken = leased(&store, 2).await;
    let end = || async { store.next_due(&[JobKind::FanOut]).await.expect("an answer") };
    let held = |index: usize| (taken[index].job.id.clone(), taken[index].fence);
    making().finish(&taken[1], None).lands(&store).await;
    let third = leased(&store, 1).await;
    making()
        .finish(&third[0], Some(FAR_OFF))
        .lands(&store)
        .await;
    let before = end().await.expect("a lease that ends");
    let asked = vec![
        held(0),
        held(1),
        ("job_3".to_owned(), third[0].fence),
        ("job_none".to_owned(), 1),
    ];
    assert_eq!(store.renew(asked).await, Ok(vec!["job_1".to_owned()]));
    let after = end().await.expect("a lease that ends");
    assert!(after >= before, "{before:?} {after:?}");
    let wrong = vec![("job_1".to_owned(), taken[0].fence + 1)];
    assert_eq!(store.renew(wrong).await, Ok(Vec::new()));
    assert_eq!(store.renew(Vec::new()).await, Ok(Vec::new()));
    // What was delayed is not leased by a renewal that came too late.
    assert_eq!(leased(&store, 10).await, Vec::new());
    making().finish(&taken[0], None).lands(&store).await;
    assert_eq!(end().await, Some(FAR_OFF));
}
