//! The writer task: takes what waits as one group and commits it with two pipelines.
//!
//! Deliberately absent: halving a group that the database refused, deadlines, asking what became of a lost commit.

use std::collections::HashSet;

use tokio::sync::mpsc;

use super::session::Session;
use super::{reason, steps};
use crate::prototype::payment::{Payment, now_ms};
use crate::prototype::{GROUP_MAX, Member, Refusal};

/// The writer.
pub struct Writer {
    session: Session,
    run: String,
    number: i64,
}

impl Writer {
    /// A writer with a connection of its own.
    pub fn new(session: Session) -> Self {
        Self {
            session,
            run: format!("prototype{}at{:x}", std::process::id(), now_ms()),
            number: 0,
        }
    }

    /// Serves until every sender is gone.
    pub async fn run(mut self, mut waiting: mpsc::Receiver<Member>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
            self.serve(std::mem::take(&mut group)).await;
        }
    }

    async fn serve(&mut self, group: Vec<Member>) {
        self.number += 1;
        let mut free = match self.lock(&group).await {
            Ok(free) => free,
            Err(why) => return self.fail(group, &why).await,
        };
        // Of two members with one key the first takes it out of the set.
        let (winners, losers): (Vec<Member>, Vec<Member>) = group
            .into_iter()
            .partition(|member| free.remove(&member.payment.key));
        for loser in losers {
            loser.tell(Err(Refusal::Used));
        }
        if winners.is_empty() {
            return self.roll_back().await;
        }
        match self.write(&winners).await {
            Ok(()) => winners.into_iter().for_each(|winner| winner.tell(Ok(()))),
            Err(why) => self.fail(winners, &why).await,
        }
    }

    /// The first pipeline: gives the keys that were free.
    async fn lock(&self, group: &[Member]) -> Result<HashSet<String>, String> {
        let steps = steps::locks(&payments(group), (self.run.as_str(), self.number));
        let answers = self.session.pipeline(&steps).await;
        steps::free(&answers.map_err(|error| reason(&error))?)
    }

    /// The second pipeline.
    async fn write(&self, winners: &[Member]) -> Result<(), String> {
        let steps = steps::effects(&payments(winners), &self.run);
        let answers = self.session.pipeline(&steps).await;
        answers.map(|_| ()).map_err(|error| reason(&error))
    }

    async fn fail(&self, members: Vec<Member>, why: &str) {
        self.roll_back().await;
        for member in members {
            member.tell(Err(Refusal::Failed(why.to_owned())));
        }
    }

    async fn roll_back(&self) {
        // Without a transaction this is a warning of the server, and without a connection nothing is left to undo.
        let _ = self.session.plain("ROLLBACK").await;
    }
}

fn payments(members: &[Member]) -> Vec<&Payment> {
    members.iter().map(|member| &member.payment).collect()
}
