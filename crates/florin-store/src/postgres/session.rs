//! One connection: prepared statements, pipelines in order, and a watch on warnings.

use super::home::{TIMELINE, parse_timeline};
use super::params::Param;
use futures_util::future::join3;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{
    AsyncMessage, Client, Config, Connection, Error, NoTls, Row, SimpleQueryMessage,
    SimpleQueryRow, Socket, Statement, tls::NoTlsStream,
};

/// Lets the server look once a second whether its client is still there. Not every server can.
const WATCH_CLIENT: &str = "SET client_connection_check_interval = '1s'";

/// One statement of a pipeline.
pub enum Step<'a> {
    /// Without parameters or rows: BEGIN, COMMIT, ROLLBACK.
    Plain(&'static str),
    /// A prepared statement.
    Query(&'static str, Vec<Param<'a>>),
}

/// One connection. Dropping it closes the socket at once, whatever the server is doing.
pub struct Session {
    client: Client,
    driver: JoinHandle<()>,
    warned: Arc<AtomicBool>,
    statements: Mutex<HashMap<String, Statement>>,
    /// A setting under which the server loses what it acknowledged.
    pub volatile: Option<String>,
    /// The timeline of the server, where it knows one.
    pub timeline: Option<u32>,
    /// Which server this is in the order in which we met them; see [`super::home`].
    pub generation: u64,
}

/// Why a pipeline ended.
#[derive(Debug)]
pub struct Broken {
    /// What the first step that failed says.
    pub error: Error,
    /// Every step was sent, a COMMIT included.
    pub is_sent: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}

impl Session {
    /// Connects to one host.
    ///
    /// # Errors
    /// The host cannot be reached, refuses us, or does not take writes.
    pub async fn connect(config: &Config, greeting: &str) -> Result<Session, Error> {
        let (client, connection) = config.connect(NoTls).await?;
        let warned = Arc::new(AtomicBool::new(false));
        let driver = tokio::spawn(drive(connection, Arc::clone(&warned)));
        let mut session = Session {
            client,
            driver,
            warned,
            statements: Mutex::default(),
            volatile: None,
            timeline: None,
            generation: 0,
        };
        let client = &session.client;
        let (said, _, timeline) = join3(
            client.simple_query(greeting),
            client.batch_execute(WATCH_CLIENT),
            client.simple_query(TIMELINE),
        )
        .await;
        let volatile = first_text(&said?, |row| row.try_get("volatile").ok().flatten());
        let digits = first_text(&timeline.unwrap_or_default(), |row| {
            row.try_get(0).ok().flatten()
        });
        session.volatile = volatile;
        session.timeline = digits.and_then(|digits| parse_timeline(&digits));
        Ok(session)
    }

    /// Closes the socket.
    pub fn close(&self) {
        self.driver.abort();
    }

    /// True when the connection is gone.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed() || self.driver.is_finished()
    }

    /// Forgets earlier warnings.
    pub fn forget_warnings(&self) {
        self.warned.store(false, Ordering::SeqCst);
    }

    /// True when the server warned since then: a wait for a replica may have been cut short.
    pub fn has_warned(&self) -> bool {
        self.warned.load(Ordering::SeqCst)
    }

    /// Runs statements without parameters.
    ///
    /// # Errors
    /// The first error of the database.
    pub async fn plain(&self, text: &str) -> Result<(), Error> {
        self.client.batch_execute(text).await
    }

    /// One prepared statement and its rows.
    ///
    /// # Errors
    /// The error of the database.
    pub async fn rows(
        &self,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        let statement = self.statement(text).await?;
        self.client.query(&statement, params).await
    }

    async fn statement(&self, text: &str) -> Result<Statement, Error> {
        let known = self
            .statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(text)
            .cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(text).await?;
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Sends all steps in one go and gives the rows of each. A step that cannot even be sent stops those behind it, so
    /// a COMMIT is never sent without everything before it.
    ///
    /// # Errors
    /// The first error in the order of the steps.
    pub async fn pipeline(&self, steps: &[Step<'_>]) -> Result<Vec<Vec<Row>>, Broken> {
        let mut running: Vec<Running<'_>> = Vec::with_capacity(steps.len());
        for step in steps {
            running.push(match step {
                Step::Plain(text) => {
                    Box::pin(async { self.client.batch_execute(text).await.map(|()| Vec::new()) })
                }
                Step::Query(text, params) => {
                    let unsent = |error| Broken {
                        error,
                        is_sent: false,
                    };
                    let statement = self.statement(text).await.map_err(unsent)?;
                    Box::pin(async move {
                        let params: Vec<&(dyn ToSql + Sync)> =
                            params.iter().map(Param::as_sql).collect();
                        self.client.query(&statement, &params).await
                    })
                }
            });
        }
        in_order(running).await
    }
}

/// The first text that a question for one finds.
fn first_text(
    said: &[SimpleQueryMessage],
    read: impl Fn(&SimpleQueryRow) -> Option<&str>,
) -> Option<String> {
    said.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => read(row).map(str::to_owned),
        _ => None,
    })
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;

/// Polls each future once, in order, so that each sends its message; then takes the answers in the same order.
async fn in_order(mut running: Vec<Running<'_>>) -> Result<Vec<Vec<Row>>, Broken> {
    let mut ready: Vec<Option<Vec<Row>>> = Vec::with_capacity(running.len());
    poll_fn(|context| {
        for step in &mut running[ready.len()..] {
            match step.as_mut().poll(context) {
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(rows)) => ready.push(Some(rows)),
                Poll::Pending => ready.push(None),
            }
        }
        Poll::Ready(Ok(()))
    })
    .await
    .map_err(|error| Broken {
        error,
        is_sent: false,
    })?;
    let mut answers = Vec::with_capacity(running.len());
    for (step, ready) in running.into_iter().zip(ready) {
        answers.push(match ready {
            Some(rows) => rows,
            None => step.await.map_err(|error| Broken {
                error,
                is_sent: true,
            })?,
        });
    }
    Ok(answers)
}

/// Moves bytes until the connection ends. A notice is seen before the answer that it belongs to is passed on.
async fn drive(mut connection: Connection<Socket, NoTlsStream>, warned: Arc<AtomicBool>) {
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                tracing::debug!(
                    code = notice.code().code(),
                    "notice of the database: {}",
                    notice.message()
                );
                if *notice.code() == SqlState::WARNING {
                    warned.store(true, Ordering::SeqCst);
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!("a database connection failed: {error}");
                return;
            }
            None => return,
        }
    }
}
