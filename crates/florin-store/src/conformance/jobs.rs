//! Due work: adding and finishing.

use super::Subject;
use super::fixtures::*;
use crate::StoreError;
use crate::commit::Finish;
use florin_base::{Millis, Scope};
use florin_domain::changes::{Job, JobKind};
use serde_json::json;

async fn waiting(store: &Subject) -> Vec<String> {
    store
        .jobs(&scope(), 100)
        .await
        .expect("jobs")
        .into_iter()
        .map(|job| job.id)
        .collect()
}

pub async fn a_job_is_read_back_whole(store: Subject) {
    let live = Scope {
        live: true,
        ..scope()
    };
    let whole = Job {
        kind: JobKind::Deliver,
        scope: live.clone(),
        lane: "deliver:we_1 \u{1F980}".to_owned(),
        body: json!({ "z": [1, { "a": null }], "b": "\u{0}\"", "a": 1.5 }),
        ..job("job_1", FAR_OFF)
    };
    making()
        .job(whole.clone())
        .job(job("job_2", FAR_OFF))
        .lands(&store)
        .await;
    assert_eq!(store.jobs(&live, 10).await, Ok(vec![whole]));
    assert_eq!(waiting(&store).await, ["job_2"]);
    assert_eq!(store.jobs(&live, 0).await, Ok(Vec::new()));
}

pub async fn a_job_is_added_once_while_it_waits(store: Subject) {
    making().job(job("job_1", FAR_OFF)).lands(&store).await;
    let later = Job {
        body: json!("other"),
        ..job("job_1", LONG_AGO)
    };
    making()
        .save(0, customer("cus_1", 1))
        .job(later)
        .lands(&store)
        .await;
    assert_eq!(
        store.jobs(&scope(), 10).await,
        Ok(vec![job("job_1", FAR_OFF)])
    );
    assert_eq!(version(&store, &key("cus_1")).await, 1);
    making()
        .job(job("job_2", LONG_AGO))
        .job(job("job_2", FAR_OFF))
        .lands(&store)
        .await;
    assert_eq!(
        store.jobs(&scope(), 1).await,
        Ok(vec![job("job_2", LONG_AGO)])
    );
}

pub async fn a_finished_job_may_come_back(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    let taken = leased(&store, 10).await;
    making().finish(&taken[0], None).lands(&store).await;
    assert_eq!(waiting(&store).await, Vec::<String>::new());
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    assert_eq!(ids(&leased(&store, 10).await), ["job_1"]);
}

pub async fn a_job_may_replace_itself(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    let taken = leased(&store, 10).await;
    let next = Job {
        body: json!("next"),
        ..job("job_1", FAR_OFF)
    };
    making()
        .finish(&taken[0], None)
        .job(next.clone())
        .lands(&store)
        .await;
    assert_eq!(store.jobs(&scope(), 10).await, Ok(vec![next]));
    assert_eq!(leased(&store, 10).await, Vec::new());
}

pub async fn a_job_may_wait_again(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    let first = leased(&store, 10).await;
    making()
        .finish(&first[0], Some(FAR_OFF))
        .lands(&store)
        .await;
    assert_eq!(
        store.jobs(&scope(), 10).await,
        Ok(vec![job("job_1", FAR_OFF)])
    );
    assert_eq!(leased(&store, 10).await, Vec::new());
    making()
        .finish(&first[0], Some(Millis(2_000)))
        .lands(&store)
        .await;
    let second = leased(&store, 10).await;
    assert_eq!(ids(&second), ["job_1"]);
    assert_eq!(second[0].fence, first[0].fence + 1);
    assert_eq!(second[0].job.due, Millis(2_000));
    making()
        .finish(&first[0], None)
        .refused_with(&store, StoreError::Conflict)
        .await;
    making().finish(&second[0], None).lands(&store).await;
}

pub async fn finishing_needs_the_fence(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    let taken = leased(&store, 10).await;
    assert_eq!(taken[0].fence, 1);
    for again in [None, Some(FAR_OFF)] {
        for (name, fence) in [("job_1", 0), ("job_1", 2), ("job_2", 1)] {
            let mut wrong = making();
            wrong.0.finish = Some(Finish {
                job: name.to_owned(),
                fence,
                again,
            });
            wrong.refused_with(&store, StoreError::Conflict).await;
        }
    }
    assert_eq!(
        store.jobs(&scope(), 10).await,
        Ok(vec![job("job_1", LONG_AGO)])
    );
    making().finish(&taken[0], None).lands(&store).await;
    making()
        .finish(&taken[0], None)
        .refused_with(&store, StoreError::Conflict)
        .await;
}

pub async fn a_lost_lease_undoes_the_effects(store: Subject) {
    making().job(job("job_1", LONG_AGO)).lands(&store).await;
    let taken = leased(&store, 10).await;
    let effects = || {
        making()
            .save(0, customer("cus_1", 1))
            .job(job("job_2", FAR_OFF))
            .book(earned("txn_1", 5))
    };
    let mut lost = effects().finish(&taken[0], None);
    lost.0
        .finish
        .iter_mut()
        .for_each(|finish| finish.fence += 1);
    lost.refused_with(&store, StoreError::Conflict).await;
    assert_eq!(
        (
            version(&store, &key("cus_1")).await,
            available(&store).await
        ),
        (0, 0)
    );
    assert_eq!(waiting(&store).await, ["job_1"]);
    effects().finish(&taken[0], None).lands(&store).await;
    assert_eq!(
        (
            version(&store, &key("cus_1")).await,
            available(&store).await
        ),
        (1, 5)
    );
    assert_eq!(waiting(&store).await, ["job_2"]);
}

pub async fn the_next_due_time_is_known(store: Subject) {
    let next = async |kinds: &[JobKind]| store.next_due(kinds).await.expect("an answer");
    assert_eq!(next(JobKind::ALL).await, None);
    making().job(job("job_1", FAR_OFF)).lands(&store).await;
    assert_eq!(next(JobKind::ALL).await, Some(FAR_OFF));
    making().job(job("job_2", LONG_AGO)).lands(&store).await;
    assert_eq!(
        next(&[JobKind::Deliver, JobKind::FanOut]).await,
        Some(LONG_AGO)
    );
    assert_eq!(next(&[JobKind::Deliver]).await, None);
    assert_eq!(next(&[]).await, None);
    let taken = leased(&store, 10).await;
    making().finish(&taken[0], None).lands(&store).await;
    assert_eq!(next(JobKind::ALL).await, Some(FAR_OFF));
}
