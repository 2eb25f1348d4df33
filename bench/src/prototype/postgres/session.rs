//! One connection: statements that are prepared once, and pipelines whose steps go out together.
//!
//! Shape: the same use of the driver as `florin-store/src/postgres/session.rs`. Deliberately absent: deadlines, other
//! hosts, connecting anew.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

use super::sql;

/// One parameter, mostly an array for a whole column.
pub struct Param<'a>(Box<dyn ToSql + Sync + Send + 'a>);

impl<'a> Param<'a> {
    /// Any value that the driver knows.
    pub fn new(value: impl ToSql + Sync + Send + 'a) -> Self {
        Param(Box::new(value))
    }

    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        &*self.0
    }
}

/// One statement of a pipeline.
pub enum Step<'a> {
    /// Without parameters or rows: BEGIN, COMMIT.
    Plain(&'static str),
    /// A prepared statement.
    Query(&'static str, Vec<Param<'a>>),
}

/// One connection.
pub struct Session {
    client: Client,
    statements: Mutex<HashMap<&'static str, Statement>>,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// Those of the driver and of the server.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("A database connection failed: {error}");
            }
        });
        client.simple_query(sql::GREETING).await?;
        Ok(Self {
            client,
            statements: Mutex::default(),
        })
    }

    /// Runs a statement without parameters.
    ///
    /// # Errors
    /// The error of the database.
    pub async fn plain(&self, text: &str) -> Result<(), Error> {
        self.client.batch_execute(text).await
    }

    /// One prepared statement and its rows.
    ///
    /// # Errors
    /// The error of the database.
    pub async fn rows(
        &self,
        text: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        let statement = self.statement(text).await?;
        self.client.query(&statement, params).await
    }

    async fn statement(&self, text: &'static str) -> Result<Statement, Error> {
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
            .insert(text, statement.clone());
        Ok(statement)
    }

    /// Sends all steps in one go and gives the rows of each.
    ///
    /// # Errors
    /// The first error in the order of the steps.
    pub async fn pipeline(&self, steps: &[Step<'_>]) -> Result<Vec<Vec<Row>>, Error> {
        let mut running: Vec<Running<'_>> = Vec::with_capacity(steps.len());
        for step in steps {
            running.push(match step {
                Step::Plain(text) => Box::pin(async move {
                    let done = self.client.batch_execute(text).await;
                    done.map(|()| Vec::new())
                }),
                Step::Query(text, params) => {
                    let statement = self.statement(text).await?;
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

type Running<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;

/// Polls each future once, in order, so that each sends its message; then takes the answers in the same order.
async fn in_order(mut running: Vec<Running<'_>>) -> Result<Vec<Vec<Row>>, Error> {
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
    .await?;
    let mut answers = Vec::with_capacity(running.len());
    for (step, ready) in running.into_iter().zip(ready) {
        answers.push(match ready {
            Some(rows) => rows,
            None => step.await?,
        });
    }
    Ok(answers)
}
