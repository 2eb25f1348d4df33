//! Commits whose answer never came.
//!
//! Every group writes a marker row (run, number) in its transaction. On a new connection the same marker is written
//! with a negative time: if that comes out, the group did not commit and never will, because its own marker can no
//! longer be written; if the group's marker is found instead, it did commit. While the old transaction is open the
//! statement waits for it, and that is an answer too: still unknown. Nothing is ever cancelled.

use super::jitter::pause;
use super::sql;
use super::target::{Role, Target};
use super::writer::Answer;
use crate::StoreError;
use futures_channel::oneshot;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_postgres::types::ToSql;

/// The groups that are in doubt: their markers must stay.
#[derive(Default)]
pub struct Doubts {
    numbers: Mutex<BTreeSet<i64>>,
}

impl Doubts {
    /// A group whose outcome is unknown.
    pub fn add(&self, number: i64) {
        self.numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number);
    }

    /// The oldest such group.
    pub fn oldest(&self) -> Option<i64> {
        self.numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .first()
            .copied()
    }

    fn remove(&self, number: i64) {
        self.numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&number);
    }
}

/// One group in doubt.
pub struct Doubt {
    /// Where to ask.
    pub target: Arc<Target>,
    /// The run that marked the group.
    pub run: Arc<str>,
    /// The group.
    pub number: i64,
    /// How long to wait for one answer, and how long the callers wait for the outcome.
    pub answer_ms: u64,
    /// Where it is noted.
    pub open: Arc<Doubts>,
}

impl Doubt {
    /// Asks until the outcome is known. The callers get it, or `InDoubt` when it does not come in time; then asking
    /// goes on for the log alone. Jobs of a group that did commit are not handed out: their leases run out.
    pub async fn settle(self, mut waiting: Vec<oneshot::Sender<Answer>>, why: String) {
        let began = Instant::now();
        let patience = Duration::from_millis(self.answer_ms);
        let mut wait_ms = 50;
        let did_commit = loop {
            if let Some(did_commit) = self.ask().await {
                break did_commit;
            }
            if began.elapsed() >= patience {
                tell(waiting.drain(..), &Err(StoreError::InDoubt(why.clone())));
                wait_ms = (wait_ms * 2).min(30_000);
            }
            pause(wait_ms).await;
        };
        tracing::warn!(
            group = self.number,
            did_commit,
            "a commit in doubt is settled"
        );
        let nothing = StoreError::Unavailable(format!("the commit did not happen: {why}"));
        tell(
            waiting.drain(..),
            &if did_commit {
                Ok(Vec::new())
            } else {
                Err(nothing)
            },
        );
        self.open.remove(self.number);
    }

    /// Whether the group committed; `None` while nobody knows.
    async fn ask(&self) -> Option<bool> {
        let session = self.target.session(Role::Writer).await.ok()?;
        session.forget_warnings();
        let run = &*self.run;
        let params: [&(dyn ToSql + Sync); 2] = [&run, &self.number];
        let asking = session.rows(sql::ASK, &params);
        let rows = timeout(Duration::from_millis(self.answer_ms), asking)
            .await
            .ok()?
            .ok()?;
        let made: i64 = rows.first()?.try_get(0).ok()?;
        (!session.has_warned()).then_some(made > 0)
    }
}

fn tell(waiting: impl Iterator<Item = oneshot::Sender<Answer>>, answer: &Answer) {
    for caller in waiting {
        // A caller that is gone needs no answer.
        let _ = caller.send(answer.clone());
    }
}
