//! The connections that readers share. Each carries many questions at once; one that fails is replaced.

use super::Options;
use super::jitter::pause;
use super::session::Session;
use super::target::Target;
use super::trouble::{Trouble, spoils_connection};
use crate::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// How often a question is asked anew because others won over it.
const TRIES_MAX: u32 = 20;
/// How often a question is asked anew because a connection was gone.
const CONNECTIONS_TRIED_MAX: u32 = 3;

/// After a failed attempt to connect, those who waited for it are told so without attempts of their own.
const FAILURE_KEPT: Duration = Duration::from_millis(100);

/// One place for a connection.
#[derive(Default)]
struct Slot {
    session: Option<Arc<Session>>,
    failed: Option<(Instant, StoreError)>,
}

/// Connections by turns.
pub struct Pool {
    target: Arc<Target>,
    slots: Vec<Mutex<Slot>>,
    turn: AtomicUsize,
    answer_ms: u64,
}

impl Pool {
    /// A pool that connects when it is asked.
    pub fn new(target: Arc<Target>, options: &Options) -> Pool {
        let slots = (0..options.readers.max(1))
            .map(|_| Mutex::default())
            .collect();
        Pool {
            target,
            slots,
            turn: AtomicUsize::new(0),
            answer_ms: options.read_answer_ms,
        }
    }

    /// The rows of one statement. It is asked again when the connection was gone, so it must bear being repeated.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer, `Corrupt` when it refuses the statement.
    pub async fn rows(
        &self,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let mut lost = 0;
        for tries in 0..TRIES_MAX {
            let slot = &self.slots[self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len()];
            let session = match self.session(slot).await {
                Ok(session) => session,
                Err(error) => {
                    lost += 1;
                    if lost == CONNECTIONS_TRIED_MAX {
                        return Err(error);
                    }
                    pause(200).await;
                    continue;
                }
            };
            let answer = timeout(
                Duration::from_millis(self.answer_ms),
                session.rows(text, params),
            )
            .await;
            let error = match answer {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => error,
                Err(_) => {
                    session.close();
                    return Err(StoreError::Unavailable(
                        "the database did not answer in time".to_owned(),
                    ));
                }
            };
            let is_spoilt = spoils_connection(&error);
            if is_spoilt {
                session.close();
                lost += 1;
            }
            match Trouble::of(&error) {
                Trouble::Again => pause(u64::from(tries.min(6)) * 10 + 4).await,
                _ if is_spoilt && lost < CONNECTIONS_TRIED_MAX => {}
                trouble => return Err(trouble.answer()),
            }
        }
        Err(StoreError::Unavailable(
            "others kept winning over a question".to_owned(),
        ))
    }

    async fn session(&self, slot: &Mutex<Slot>) -> Result<Arc<Session>, StoreError> {
        let mut slot = slot.lock().await;
        if let Some(session) = slot.session.as_ref().filter(|session| !session.is_closed()) {
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
        match self.target.session().await {
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

    /// A connection of one's own, for what takes its time.
    ///
    /// # Errors
    /// `Unavailable` when no host answers.
    pub async fn own_session(&self) -> Result<Session, StoreError> {
        self.target.session().await
    }
}
