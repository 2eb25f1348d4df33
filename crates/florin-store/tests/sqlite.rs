//! SQLite against the suite.

use florin_store::conformance::{self, Subject};
use florin_store::sqlite::{Options, SqliteStore};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    conformance::run(async || {
        let options = Options {
            path: None,
            ..Options::default()
        };
        Arc::new(SqliteStore::open(options).expect("a fresh database")) as Subject
    })
    .await;
}
