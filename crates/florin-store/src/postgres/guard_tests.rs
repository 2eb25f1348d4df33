//! The guard of the second pipeline: a statement that misses a row takes the COMMIT behind it along.

use super::params::Param;
use super::session::{Session, Step};
use super::trouble::Trouble;
use super::{Options, sql};
use crate::cluster::Cluster;
use crate::packing::pack;
use crate::postgres::PostgresStore;
use florin_domain::Kind;

async fn session(cluster: &Cluster) -> Session {
    let config = cluster.config(&cluster.database().await);
    let store = PostgresStore::open(Options::new(&config))
        .await
        .expect("a connection");
    store.migrate().await.expect("the tables");
    let session = Session::connect(&config.parse().expect("a configuration"), "").await;
    session.expect("a connection")
}

fn one<'a>(text: &'a str) -> Param<'a> {
    Param::new(vec![text])
}

fn number<'a>(value: i64) -> Param<'a> {
    Param::new(vec![value])
}

/// A transaction that bumps the epoch, runs a step and commits. Where the error comes back before the COMMIT is on its
/// way, the transaction is still open: then it is ended, as the writer ends it.
async fn commits(session: &Session, step: Step<'static>) -> Result<(), Trouble> {
    let epoch = Step::Query(sql::EPOCH, vec![Param::new(1i64)]);
    let steps = [Step::Plain("BEGIN"), epoch, step, Step::Plain("COMMIT")];
    let Err(broken) = session.pipeline(&steps).await else {
        return Ok(());
    };
    if !broken.is_sent {
        session
            .plain("ROLLBACK")
            .await
            .expect("the end of the transaction");
    }
    Err(Trouble::of(&broken.error))
}

fn update(expected: i64) -> Step<'static> {
    let params = vec![
        one("acct_1"),
        number(0),
        one("tok_1"),
        number(expected + 1),
        number(expected),
        one(""),
        Param::new(vec![Some(pack(b"{}"))]),
        Param::new(1i64),
    ];
    Step::Query(&sql::of(Kind::Token).update, params)
}

async fn epoch(session: &Session) -> i64 {
    session
        .rows("SELECT epoch FROM epochs", &[])
        .await
        .expect("the epoch")[0]
        .get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_count_is_never_committed() {
    let cluster = Cluster::shared().await;
    let session = session(&cluster).await;
    let token = "INSERT INTO tokens (account, live, id, version, created, body) VALUES ('acct_1', 0, 'tok_1', 3, 1, '{}')";
    let job = "INSERT INTO jobs (id, kind, account, live, lane, due, leased_until, fence, body)
        VALUES ('job_1', 'recover', 'acct_1', 0, 'recover', 1, 0, 7, '{}')";
    session
        .plain(&format!("{token}; {job}"))
        .await
        .expect("a token and a job");
    let end = |fence| {
        Step::Query(
            &sql::END_JOBS,
            vec![one("job_1"), number(fence), Param::new(1i64)],
        )
    };
    let delay = |fence| {
        Step::Query(
            &sql::DELAY_JOBS,
            vec![one("job_1"), number(fence), number(9), Param::new(1i64)],
        )
    };
    for wrong in [update(2), update(4), end(6), delay(8)] {
        assert_eq!(commits(&session, wrong).await, Err(Trouble::Miscounted));
        assert_eq!(epoch(&session).await, 1);
    }
    for (index, right) in [update(3), delay(7), end(7)].into_iter().enumerate() {
        assert_eq!(commits(&session, right).await, Ok(()));
        assert_eq!(epoch(&session).await, 2 + index as i64);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_sent_stops_the_commit() {
    let cluster = Cluster::shared().await;
    let session = session(&cluster).await;
    // A number where the statement wants a text: the driver refuses it before a byte is sent.
    let unsendable = Step::Query(sql::UNCLAIM_GLOBAL, vec![number(1), number(1)]);
    assert!(matches!(
        commits(&session, unsendable).await,
        Err(Trouble::Refused(_))
    ));
    assert_eq!(epoch(&session).await, 1);
}
