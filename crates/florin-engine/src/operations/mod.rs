//! The operations: what each request loads before the domain decides, one struct per operation.

mod charges;
mod customers;
mod endpoints;
mod intents;
mod methods;
mod refunds;
mod setups;

pub use charges::{CaptureCharge, CreateCharge, UpdateCharge};
pub use customers::{CreateCustomer, DeleteCustomer, UpdateCustomer};
pub use endpoints::{CreateEndpoint, DeleteEndpoint, UpdateEndpoint};
pub use intents::{
    AnswerIntentChallenge, CancelIntent, CaptureIntent, ConfirmIntent, CreateIntent,
    IncrementIntent, UpdateIntent,
};
pub use methods::{AttachMethod, CreateMethod, CreateToken, DetachMethod, UpdateMethod};
pub use refunds::{CancelRefund, CreateRefund, RefundOf, UpdateRefund};
pub use setups::{CancelSetup, ConfirmSetup, CreateSetup, UpdateSetup};

use crate::mutation::Caller;
use crate::step::{Decided, Halt, Step};
pub(crate) use endpoints::RollSecret;
use std::future::Future;
use std::pin::Pin;

/// Every operation by the name of its struct: the simulator performs them all.
pub const OPERATIONS: &[&str] = &[
    "AnswerIntentChallenge",
    "AttachMethod",
    "CancelIntent",
    "CancelRefund",
    "CancelSetup",
    "CaptureCharge",
    "CaptureIntent",
    "ConfirmIntent",
    "ConfirmSetup",
    "CreateCharge",
    "CreateCustomer",
    "CreateEndpoint",
    "CreateIntent",
    "CreateMethod",
    "CreateRefund",
    "CreateSetup",
    "CreateToken",
    "DeleteCustomer",
    "DeleteEndpoint",
    "DetachMethod",
    "IncrementIntent",
    "UpdateCharge",
    "UpdateCustomer",
    "UpdateEndpoint",
    "UpdateIntent",
    "UpdateMethod",
    "UpdateRefund",
    "UpdateSetup",
];

/// The future of an operation.
pub type OperationFuture<'a> = Pin<Box<dyn Future<Output = Result<Decided, Halt>> + Send + 'a>>;

/// One operation with its command.
pub trait Operation: Send + Sync {
    /// The object whose requests wait for each other, if it exists already.
    fn object(&self) -> Option<&str> {
        None
    }

    /// Loads, decides, and leaves the changes in the step. May run more than once.
    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a>;
}
