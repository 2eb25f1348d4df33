//! What is committed together, and what may become of it.

use florin_base::{Millis, Scope};
use florin_domain::changes::{Changes, Job};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything that one decision wants to be durable, wrapped by the engine.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// What the domain decided.
    pub changes: Changes,
    /// The idempotency key of the request: taken, or finished with its reply.
    pub claim: Option<IdempotencyClaim>,
    /// The job whose effects these are.
    pub finish: Option<Finish>,
    /// Keys, pricing or endpoints change: every process has to notice within a second.
    pub bumps_epoch: bool,
    /// Jobs that are due now are handed back leased to this process.
    pub takes_jobs: bool,
    /// Settling and recovery: never refused for want of room in the queue.
    pub must_not_shed: bool,
}

/// An idempotency key in a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct IdempotencyClaim {
    /// The acting account and mode.
    pub scope: Scope,
    /// The key that the client sent.
    pub key: String,
    /// SHA-256 over method, path, canonical parameters and version.
    pub hash: [u8; 32],
    /// The request that took it.
    pub request: String,
    /// `None` takes the key while the outcome is open; `Some` finishes it.
    pub reply: Option<Reply>,
    /// The key was taken by an earlier commit of the same mutation.
    pub is_held: bool,
    /// The attempt that an open key waits for, so that recovery can finish it.
    pub attempt: Option<String>,
}

/// A saved answer. It is replayed byte for byte and never rendered again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body. Sealed by the vault when it holds a secret.
    pub body: Vec<u8>,
    /// The data key that sealed the body; empty when it is in clear.
    pub key_id: String,
}

/// What is known of an idempotency key.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedClaim {
    /// The hash that it was first used with.
    pub hash: [u8; 32],
    /// The request that took it.
    pub request: String,
    /// The attempt that it waits for.
    pub attempt: Option<String>,
    /// The reply, once there is one.
    pub reply: Option<Reply>,
}

/// The end of a job, or its next due time. Refused when another process holds the job by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Finish {
    /// The job.
    pub job: String,
    /// The fence under which it was leased.
    pub fence: i64,
    /// `None` ends the job, `Some` lets it wait until then.
    pub again: Option<Millis>,
}

/// A job in this process's hands.
#[derive(Clone, Debug, PartialEq)]
pub struct LeasedJob {
    /// The job.
    pub job: Job,
    /// The fence that its finish must carry.
    pub fence: i64,
}

/// Why a store operation did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// A record was changed by somebody else, or a job's lease was lost: decide again.
    Conflict,
    /// A unique key or an idempotency key is taken.
    Claimed {
        /// Which kind of key; `idempotency` for idempotency keys.
        space: String,
    },
    /// A balance would fall under its floor.
    Floor,
    /// The queue is full, the disk is full, or the database does not answer: nothing happened, try later.
    Unavailable(String),
    /// Nobody knows whether the commit happened.
    InDoubt(String),
    /// The database holds something that this release cannot read.
    Corrupt(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Conflict => f.write_str("the record was changed meanwhile"),
            StoreError::Claimed { space } => write!(f, "the {space} key is taken"),
            StoreError::Floor => f.write_str("the balance is too low"),
            StoreError::Unavailable(why) => write!(f, "the database is not available: {why}"),
            StoreError::InDoubt(why) => write!(f, "the outcome of the commit is unknown: {why}"),
            StoreError::Corrupt(why) => {
                write!(f, "the database holds what this release cannot read: {why}")
            }
        }
    }
}

impl std::error::Error for StoreError {}
