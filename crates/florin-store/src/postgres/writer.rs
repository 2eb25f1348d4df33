//! The writer: one task that takes the waiting commits group by group.
//!
//! A group that the database refuses as a whole is halved until whoever spoiled it goes alone. What does not get its
//! turn in time is sent away, but for settling and recovery, which go back to the head of the queue. Deliberately
//! absent: SQL, which `locks` and `effects` build.

use super::doubt::{Doubt, Doubts};
use super::effects::Effects;
use super::jitter::pause;
use super::locks::{Found, Locks};
use super::params::Param;
use super::prepared::Prepared;
use super::session::{Broken, Session, Step};
use super::target::{Role, Target};
use super::trouble::{Trouble, spoils_connection};
use super::{Options, sql};
use crate::ailing::Ailing;
use crate::grouping::Queue;
use crate::{LeasedJob, StoreError};
use florin_base::limits::{COMMIT_GROUP_MAX, COMMIT_QUEUE_MAX};
use futures_channel::oneshot;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_postgres::Row;

/// How often a commit that goes alone is tried against others that win.
const ALONE_TRIES_MAX: u32 = 20;
/// Markers are kept this many groups and dropped once in as many.
const MARKERS_KEPT: i64 = 256;
/// Markers of other runs are kept a week.
const RUNS_KEPT_MS: i64 = 7 * 86_400_000;

/// What the caller gets.
pub type Answer = Result<Vec<LeasedJob>, StoreError>;

/// A waiting commit.
pub struct Member {
    /// What is committed.
    pub prepared: Prepared,
    /// Who waits; gone when the caller is.
    pub answer: oneshot::Sender<Answer>,
    /// When it came in.
    entered: Instant,
}

impl Member {
    fn tell(self, answer: Answer) {
        // A caller that is gone needs no answer; the commit stands all the same.
        let _ = self.answer.send(answer);
    }
}

/// Where commits come in.
#[derive(Default)]
pub struct Door {
    inside: Mutex<Inside>,
    /// Whether commits fail.
    pub ailing: Ailing,
    knock: Notify,
}

#[derive(Default)]
struct Inside {
    queue: Queue<Member>,
    is_closed: bool,
}

impl Door {
    /// Queues a commit.
    ///
    /// # Errors
    /// `Unavailable` when too many wait and this one may be refused, and when the writer is gone.
    pub fn enter(&self, prepared: Prepared) -> Result<oneshot::Receiver<Answer>, StoreError> {
        let footprint = prepared.footprint();
        let is_first = prepared.commit.must_not_shed;
        let (answer, receiver) = oneshot::channel();
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.is_closed {
            return Err(StoreError::Unavailable("the writer is gone".to_owned()));
        }
        if inside.queue.len() >= COMMIT_QUEUE_MAX && !is_first {
            return Err(StoreError::Unavailable("too many commits wait".to_owned()));
        }
        inside.queue.push(
            footprint,
            is_first,
            Member {
                prepared,
                answer,
                entered: Instant::now(),
            },
        );
        drop(inside);
        self.knock.notify_one();
        Ok(receiver)
    }

    /// Takes members back, in their order, ahead of those who wait.
    fn take_back(&self, members: Vec<Member>) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        for member in members.into_iter().rev() {
            let footprint = member.prepared.footprint();
            let is_first = member.prepared.commit.must_not_shed;
            inside.queue.put_back(footprint, is_first, member);
        }
    }

    /// Lets nobody in any more; those inside are served.
    pub fn close(&self) {
        self.inside
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_closed = true;
        self.knock.notify_one();
    }

    /// True when nobody is let in any more.
    pub fn is_closed(&self) -> bool {
        self.inside
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_closed
    }

    /// Sends everybody away: the writer has ended, be it by a panic.
    fn abandon(&self) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.is_closed = true;
        while let Some(member) = inside.queue.next_group(1).pop() {
            member.tell(Err(StoreError::Unavailable(
                "the writer is gone".to_owned(),
            )));
        }
    }

    /// The next group; `None` when the door is closed and nobody waits.
    async fn group(&self, members_max: usize) -> Option<Vec<Member>> {
        loop {
            {
                let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
                let group = inside.queue.next_group(members_max);
                if !group.is_empty() {
                    return Some(group);
                }
                if inside.is_closed {
                    return None;
                }
            }
            self.knock.notified().await;
        }
    }
}

/// How a pipeline ended, when it did not end well.
enum Halt {
    /// The database answered with an error: the transaction is rolled back.
    Refused(Trouble),
    /// No answer, or the connection is gone. The session is closed.
    Silent(String),
}

/// The writer task.
pub struct Writer {
    target: Arc<Target>,
    door: Arc<Door>,
    run: Arc<str>,
    answer_ms: u64,
    session: Option<Session>,
    /// How many members the next group may have: fewer after a group that took too long.
    members_max: usize,
    number: i64,
    doubts: Arc<Doubts>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.door.abandon();
    }
}

impl Writer {
    /// A writer that has not connected yet.
    pub fn new(target: Arc<Target>, door: Arc<Door>, run: &Arc<str>, options: &Options) -> Writer {
        let (run, answer_ms) = (Arc::clone(run), options.commit_answer_ms);
        Writer {
            target,
            door,
            run,
            answer_ms,
            session: None,
            members_max: COMMIT_GROUP_MAX,
            number: 0,
            doubts: Arc::default(),
        }
    }

    /// Serves until the door is closed.
    pub async fn run(mut self) {
        while let Some(mut group) = self.door.group(self.members_max).await {
            // Whoever waited for so long behind others would be answered too late to be of use.
            let late = |member: &mut Member| {
                let waited = member.entered.elapsed();
                !member.prepared.commit.must_not_shed
                    && waited > Duration::from_millis(2 * self.answer_ms)
            };
            let gone: Vec<Member> = group.extract_if(.., late).collect();
            self.put_off(gone.into_iter());
            if !group.is_empty() {
                self.serve(group).await;
            }
        }
    }

    /// Commits a group, in halves if need be, as long as there is time.
    async fn serve(&mut self, group: Vec<Member>) {
        let (began, members) = (Instant::now(), group.len());
        let mut waiting = vec![group];
        while let Some(part) = waiting.pop() {
            if began.elapsed() > Duration::from_millis(2 * self.answer_ms) {
                waiting.push(part);
                self.members_max = (members / 2).max(1);
                return self.put_off(waiting.into_iter().rev().flatten());
            }
            let Some((mut spoiled, why)) = self.once(part).await else {
                continue;
            };
            if spoiled.len() > 1 {
                tracing::debug!(members = spoiled.len(), ?why, "a group is halved");
                let rest = spoiled.split_off(spoiled.len().div_ceil(2));
                waiting.extend([rest, spoiled]);
            } else if let Some(member) = spoiled.pop() {
                self.alone(member, why).await;
            }
        }
        self.members_max = (self.members_max * 2).min(COMMIT_GROUP_MAX);
    }

    /// There was no time for these. Nothing of them happened.
    fn put_off(&self, members: impl Iterator<Item = Member>) {
        let mut members = members.peekable();
        if members.peek().is_some() {
            self.door.ailing.failed("the database is too slow");
        }
        let (must, may): (Vec<Member>, Vec<Member>) =
            members.partition(|member| member.prepared.commit.must_not_shed);
        for member in may {
            member.tell(Err(StoreError::Unavailable(
                "the database is too slow".to_owned(),
            )));
        }
        self.door.take_back(must);
    }

    /// Commits one member by itself, again and again while others win over it, as long as one answer may take.
    async fn alone(&mut self, mut member: Member, mut why: Trouble) {
        let began = Instant::now();
        for tries in 0..ALONE_TRIES_MAX {
            match why {
                Trouble::Again if began.elapsed() < Duration::from_millis(self.answer_ms) => {
                    pause(u64::from(tries.min(6)) * 10 + 4).await;
                }
                trouble => {
                    let answer = trouble.answer();
                    if let StoreError::Unavailable(why) = &answer {
                        self.door.ailing.failed(why);
                    }
                    return member.tell(Err(answer));
                }
            }
            match self.once(vec![member]).await {
                Some((mut spoiled, again)) => match spoiled.pop() {
                    Some(back) => (member, why) = (back, again),
                    None => return,
                },
                None => return,
            }
        }
        member.tell(Err(StoreError::Conflict));
    }

    /// Tries a group. Answers everybody, or gives back those that the database rolled back together.
    async fn once(&mut self, group: Vec<Member>) -> Option<(Vec<Member>, Trouble)> {
        let (session, found) = match self.locked(&group).await {
            Ok(locked) => locked,
            Err(Halt::Refused(why)) => return Some((group, why)),
            Err(Halt::Silent(why)) => {
                self.door.ailing.failed(&why);
                group
                    .into_iter()
                    .for_each(|member| member.tell(Err(StoreError::Unavailable(why.clone()))));
                return None;
            }
        };
        let (mut winners, mut losers) = (Vec::new(), Vec::new());
        for member in group {
            match found.verdict(&member.prepared) {
                Ok(()) => winners.push(member),
                Err(why) => losers.push((member, why)),
            }
        }
        let lost: Vec<&Prepared> = losers.iter().map(|(member, _)| &member.prepared).collect();
        let outcome = match winners.is_empty() {
            true => {
                self.roll_back(session).await;
                None
            }
            false => self.write(session, winners, found.give_back(&lost)).await,
        };
        losers
            .into_iter()
            .for_each(|(member, why)| member.tell(Err(why)));
        outcome
    }

    /// The first pipeline. No COMMIT is sent with it, so silence means that nothing happened; a connection that was
    /// stale is worth one more try.
    async fn locked(&mut self, group: &[Member]) -> Result<(Session, Found), Halt> {
        let prepared: Vec<&Prepared> = group.iter().map(|member| &member.prepared).collect();
        let mut is_second = false;
        loop {
            let session = self
                .session()
                .await
                .map_err(|error| Halt::Silent(error.to_string()))?;
            self.number += 1;
            let locks = Locks::of(&prepared, self.marker(self.number));
            let found = match run(&session, self.answer_ms, &locks.steps).await {
                Ok(answers) => locks.found(answers).map_err(Halt::Refused),
                Err(halt) => Err(halt),
            };
            match found {
                Ok(found) => return Ok((session, found)),
                Err(Halt::Silent(_)) if !is_second => is_second = true,
                Err(Halt::Silent(why)) => return Err(Halt::Silent(why)),
                Err(refused) => {
                    self.roll_back(session).await;
                    return Err(refused);
                }
            }
        }
    }

    /// The second pipeline.
    async fn write(
        &mut self,
        session: Session,
        winners: Vec<Member>,
        give_back: Vec<Step<'_>>,
    ) -> Option<(Vec<Member>, Trouble)> {
        session.forget_warnings();
        let written = {
            let effects = Effects::of(
                winners.iter().map(|member| &member.prepared).collect(),
                give_back,
                &self.run,
            );
            let answers = run(&session, self.answer_ms, &effects.steps).await;
            answers.map(|answers| effects.born(&answers))
        };
        let why = match written {
            Ok(born) if !session.has_warned() => {
                winners
                    .into_iter()
                    .zip(born)
                    .for_each(|(member, born)| member.tell(Ok(born)));
                self.session = Some(session);
                self.door.ailing.went_well();
                return None;
            }
            Err(Halt::Refused(why)) => {
                // The COMMIT that was sent along has rolled back; this only makes sure.
                self.roll_back(session).await;
                return Some((winners, why));
            }
            Ok(_) => "the database warned that it did not wait for a replica".to_owned(),
            Err(Halt::Silent(why)) => why,
        };
        drop(session);
        self.doubt(winners, why);
        None
    }

    fn doubt(&self, members: Vec<Member>, why: String) {
        self.door.ailing.failed(&why);
        tracing::warn!(
            group = self.number,
            members = members.len(),
            "the outcome of a commit is unknown: {why}"
        );
        let doubt = Doubt {
            target: Arc::clone(&self.target),
            run: Arc::clone(&self.run),
            number: self.number,
            answer_ms: self.answer_ms,
            open: Arc::clone(&self.doubts),
        };
        self.doubts.add(self.number);
        tokio::spawn(doubt.settle(
            members.into_iter().map(|member| member.answer).collect(),
            why,
        ));
    }

    /// Ends a transaction that must not happen. A connection that does not answer is closed, with the same effect.
    async fn roll_back(&mut self, session: Session) {
        let wait = Duration::from_millis(self.answer_ms);
        if let Ok(Ok(())) = timeout(wait, session.plain("ROLLBACK")).await {
            self.session = Some(session);
        }
    }

    async fn session(&mut self) -> Result<Session, StoreError> {
        let is_good = |session: &Session| !session.is_closed() && self.target.is_current(session);
        if let Some(session) = self.session.take().filter(is_good) {
            return Ok(session);
        }
        let session = match self.target.session(Role::Writer).await {
            Ok(session) => session,
            Err(_) => {
                pause(200).await;
                self.target.session(Role::Writer).await?
            }
        };
        if self.number == 0 {
            let forgotten = session.rows(sql::FORGET_RUNS, &[&RUNS_KEPT_MS]).await;
            forgotten.map_err(|error| Trouble::of(&error).answer())?;
        }
        Ok(session)
    }

    fn marker<'a>(&self, number: i64) -> Vec<Step<'a>> {
        let run = || Param::new(self.run.to_string());
        let mut steps = vec![Step::Query(sql::MARK, vec![run(), Param::new(number)])];
        if number % MARKERS_KEPT == 0 {
            let before = (number - MARKERS_KEPT).min(self.doubts.oldest().unwrap_or(i64::MAX));
            steps.push(Step::Query(sql::UNMARK, vec![run(), Param::new(before)]));
        }
        steps
    }
}

/// Runs a pipeline with a deadline. Once all of it was sent, only an error that the database itself tells of proves that
/// nothing happened: whatever else comes is doubt, which is always safe.
async fn run(session: &Session, answer_ms: u64, steps: &[Step<'_>]) -> Result<Vec<Vec<Row>>, Halt> {
    let answer = timeout(Duration::from_millis(answer_ms), session.pipeline(steps)).await;
    let Broken { error, is_sent } = match answer {
        Ok(Ok(answers)) => return Ok(answers),
        Ok(Err(broken)) => broken,
        Err(_) => {
            session.close();
            return Err(Halt::Silent(
                "the database did not answer in time".to_owned(),
            ));
        }
    };
    if spoils_connection(&error) {
        session.close();
    }
    match Trouble::of(&error) {
        Trouble::Lost(why) => Err(Halt::Silent(why)),
        _ if is_sent && error.as_db_error().is_none() => Err(Halt::Silent(error.to_string())),
        trouble => Err(Halt::Refused(trouble)),
    }
}
