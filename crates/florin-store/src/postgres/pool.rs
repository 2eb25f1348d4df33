//! Connections that many share. Each carries many questions at once; one that fails is replaced.
//!
//! A server answers the questions of one connection in their order, so what must not wait behind a slow list has a pool
//! of its own. Deliberately absent: transactions.

use super::Options;
use super::jitter::pause;
use super::session::Session;
use super::target::{Role, Target};
use super::trouble::{Trouble, spoils_connection};
use crate::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// How often a question is asked anew because others won over it.
const TRIES_MAX: u32 = 20;
/// How often a question is asked anew because a connection was gone.
const CONNECTIONS_TRIED_MAX: u32 = 3;
/// How many questions may be under way on one connection. Those beyond it are refused instead of queued.
pub const QUESTIONS_MAX: usize = 256;

/// After a failed attempt to connect, those who waited for it are told so without attempts of their own.
const FAILURE_KEPT: Duration = Duration::from_millis(100);

/// One place for a connection.
#[derive(Default)]
struct Slot {
    connection: Mutex<Connection>,
    under_way: AtomicUsize,
}

#[derive(Default)]
struct Connection {
    session: Option<Arc<Session>>,
    failed: Option<(Instant, StoreError)>,
}

/// A question that is under way on a connection.
struct UnderWay<'a>(&'a Slot);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Connections by turns.
pub struct Pool {
    target: Arc<Target>,
    role: Role,
    slots: Vec<Slot>,
    turn: AtomicUsize,
    answer_ms: u64,
}

/// How one try of a question ended, when it did not end well.
enum Halt {
    /// Another try may do.
    Again,
    /// The connection was gone, or led to a server that was replaced.
    Lost(StoreError),
    /// That is the answer.
    Final(StoreError),
}

impl Pool {
    /// A pool of some connections that connects when it is asked.
    pub fn new(target: &Arc<Target>, role: Role, connections: usize, options: &Options) -> Pool {
        Pool {
            target: Arc::clone(target),
            role,
            slots: (0..connections.max(1)).map(|_| Slot::default()).collect(),
            turn: AtomicUsize::new(0),
            answer_ms: options.read_answer_ms,
        }
    }

    /// The rows of one statement. It is asked again when the connection was gone, so it must bear being repeated. One
    /// deadline covers it all: finding a host, waiting for others, and every repetition.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer or too many ask, `Corrupt` when it refuses the statement.
    pub async fn rows(
        &self,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.ask(text, params, CONNECTIONS_TRIED_MAX).await
    }

    /// The rows of one statement that must not be repeated once it may have been carried out. It is asked again only when
    /// the database itself says that it lost against another one.
    ///
    /// # Errors
    /// As [`Pool::rows`]; after `Unavailable` nobody knows whether it happened.
    pub async fn rows_once(
        &self,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.ask(text, params, 1).await
    }

    async fn ask(
        &self,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
        connections_max: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let deadline = Instant::now() + Duration::from_millis(self.answer_ms);
        let mut lost = 0;
        for tries in 0..TRIES_MAX {
            let wait_ms = match self.once(text, params, deadline).await {
                Ok(rows) => return Ok(rows),
                Err(Halt::Again) => u64::from(tries.min(6)) * 10 + 4,
                Err(Halt::Final(error)) => return Err(error),
                Err(Halt::Lost(error)) => {
                    lost += 1;
                    if lost == connections_max {
                        return Err(error);
                    }
                    // The first one was stale, most likely; after that the server may need a moment.
                    u64::from(lost - 1) * 200
                }
            };
            if timeout_at(deadline, pause(wait_ms)).await.is_err() {
                return Err(late());
            }
        }
        Err(StoreError::Unavailable(
            "others kept winning over a question".to_owned(),
        ))
    }

    async fn once(
        &self,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
        deadline: Instant,
    ) -> Result<Vec<Row>, Halt> {
        let Some(under_way) = self.enter() else {
            let full = "too many questions wait for the database";
            return Err(Halt::Final(StoreError::Unavailable(full.to_owned())));
        };
        let connecting = timeout_at(deadline, self.session(under_way.0)).await;
        let session = connecting
            .map_err(|_| Halt::Final(late()))?
            .map_err(Halt::Lost)?;
        let Ok(answer) = timeout_at(deadline, session.rows(text, params)).await else {
            session.close();
            return Err(Halt::Final(late()));
        };
        let error = match answer {
            Ok(rows) if self.target.is_current(&session) => return Ok(rows),
            Ok(_) => {
                let why = "the database moved to another server".to_owned();
                return Err(Halt::Lost(StoreError::Unavailable(why)));
            }
            Err(error) => error,
        };
        let is_spoilt = spoils_connection(&error);
        if is_spoilt {
            session.close();
        }
        Err(match Trouble::of(&error) {
            Trouble::Again => Halt::Again,
            trouble if is_spoilt => Halt::Lost(trouble.answer()),
            trouble => Halt::Final(trouble.answer()),
        })
    }

    /// The next connection by turns that has room for one more question.
    fn enter(&self) -> Option<UnderWay<'_>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        (0..self.slots.len()).find_map(|step| {
            let slot = &self.slots[turn.wrapping_add(step) % self.slots.len()];
            let under_way = UnderWay(slot);
            (slot.under_way.fetch_add(1, Ordering::AcqRel) < QUESTIONS_MAX).then_some(under_way)
        })
    }

    async fn session(&self, slot: &Slot) -> Result<Arc<Session>, StoreError> {
        let mut slot = slot.connection.lock().await;
        let is_good =
            |session: &&Arc<Session>| !session.is_closed() && self.target.is_current(session);
        if let Some(session) = slot.session.as_ref().filter(is_good) {
            return Ok(Arc::clone(session));
        }
        if let Some((_, error)) = slot
            .failed
            .as_ref()
            .filter(|(at, _)| at.elapsed() < FAILURE_KEPT)
        {
            return Err(error.clone());
        }
        slot.session = None;
        match self.target.session(self.role).await {
            Ok(session) => {
                let session = Arc::new(session);
                slot.session = Some(Arc::clone(&session));
                Ok(session)
            }
            Err(error) => {
                slot.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}

fn late() -> StoreError {
    StoreError::Unavailable("the database did not answer in time".to_owned())
}
