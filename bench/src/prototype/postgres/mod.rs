//! The prototype on PostgreSQL: one writing connection with pipelines, a pool of reading ones.
//!
//! Shape: the product's statements in `sql`, its pipelines in `steps`, the driver in `session`. Deliberately absent:
//! completing the tables of an older release, several hosts, TLS.

mod session;
mod sql;
mod steps;
mod writer;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Config, Error};

use super::payment::{ACCOUNT, LIVE, Payment};
use super::tables::{POSTGRES, statements};
use super::{Member, Outcome, QUEUE_MAX, Refusal};
use session::Session;
use writer::Writer;

/// How many connections readers share.
const READERS: usize = 4;
/// The database is tended so often.
const TEND: Duration = Duration::from_secs(2);

/// A database with its writer.
pub struct Postgres {
    door: mpsc::Sender<Member>,
    readers: Vec<Session>,
    turn: AtomicUsize,
}

impl Postgres {
    /// Connects, and makes the tables if they are not there. Must be called within a runtime.
    ///
    /// # Errors
    /// A text that says what failed; it never holds the password.
    pub async fn open(database: &str) -> Result<Self, String> {
        let config: Config = database
            .parse()
            .map_err(|_| "--database cannot be read as an URL or as keywords.".to_owned())?;
        Self::connect(&config)
            .await
            .map_err(|error| reason(&error))?
    }

    async fn connect(config: &Config) -> Result<Result<Self, String>, Error> {
        let session = Session::connect(config).await?;
        if !session.rows(sql::VOLATILE, &[]).await?.is_empty() {
            let why = "The database does not wait for its disk; set fsync and full_page_writes on.";
            return Ok(Err(why.to_owned()));
        }
        make_tables(&session).await?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(Session::connect(config).await?);
        }
        tokio::spawn(tend(Session::connect(config).await?));
        let (door, waiting) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(Writer::new(session).run(waiting));
        Ok(Ok(Self {
            door,
            readers,
            turn: AtomicUsize::new(0),
        }))
    }

    /// True when the idempotency key was used before.
    ///
    /// # Errors
    /// A text that says what failed.
    pub async fn is_used(&self, key: &str) -> Result<bool, String> {
        let rows = self
            .reader()
            .rows(sql::SAVED, &[&ACCOUNT, &LIVE, &key])
            .await;
        rows.map(|rows| !rows.is_empty())
            .map_err(|error| reason(&error))
    }

    /// When an intent was made, in seconds; its body is read along.
    ///
    /// # Errors
    /// A text that says what failed.
    pub async fn created(&self, id: &str) -> Result<Option<i64>, String> {
        let (accounts, lives, ids, places) = (vec![ACCOUNT], vec![LIVE], vec![id], vec![0_i64]);
        let rows = self
            .reader()
            .rows(sql::READ, &[&accounts, &lives, &ids, &places])
            .await
            .map_err(|error| reason(&error))?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let body: Result<Option<&[u8]>, Error> = row.try_get(4);
        // The body must be read and not optimized away.
        std::hint::black_box(body.map_err(|error| reason(&error))?);
        row.try_get(2).map(Some).map_err(|error| reason(&error))
    }

    /// Queues a payment.
    ///
    /// # Errors
    /// The queue is full or the writer is gone.
    pub fn send(&self, payment: Payment) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        let (member, outcome) = Member::new(payment);
        match self.door.try_send(member) {
            Ok(()) => Ok(outcome),
            Err(_) => Err(Refusal::Failed("Too many commits wait.".to_owned())),
        }
    }

    /// A connection, by turns.
    fn reader(&self) -> &Session {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.readers[turn % self.readers.len()]
    }
}

/// What the database says, or else the driver.
fn reason(error: &Error) -> String {
    match error.as_db_error() {
        Some(told) => told.to_string(),
        None => error.to_string(),
    }
}

async fn make_tables(session: &Session) -> Result<(), Error> {
    let rows = session.rows(sql::IS_MADE, &[]).await?;
    let is_made: bool = match rows.first() {
        Some(row) => row.try_get(0)?,
        None => false,
    };
    if !is_made {
        for statement in statements(&POSTGRES) {
            session.plain(&statement).await?;
        }
    }
    Ok(())
}

/// Lets the planner look at tables that have outgrown what it knows, as the product does.
async fn tend(session: Session) {
    loop {
        tokio::time::sleep(TEND).await;
        let outgrown = session.rows(sql::OUTGROWN, &[]).await.unwrap_or_default();
        for row in outgrown {
            // A table that cannot be looked at now is looked at the next time.
            if let Ok(table) = row.try_get::<_, String>(0) {
                let _ = session.plain(&format!("ANALYZE {table}")).await;
            }
        }
    }
}
