//! The operations: what each request loads before the domain decides, one struct per operation.

mod catalog;
mod charges;
mod checkout;
mod confirmation_tokens;
mod customers;
mod domains;
mod endpoints;
mod front;
mod intents;
mod methods;
mod payment_links;
mod refunds;
mod setups;
mod sources;

pub use catalog::{
    CreatePrice, CreateProduct, CreateShippingRate, CreateTaxRate, DeleteProduct, UpdatePrice,
    UpdateProduct, UpdateShippingRate, UpdateTaxRate,
};
pub use charges::{CaptureCharge, CreateCharge, UpdateCharge};
pub use checkout::{
    AbandonSession, ChooseSession, CreateSession, ExpireSession, ItemWish, LineWish, PressSession,
    PriceWish, ProductWish, RecoverSession, ShippingWish, UpdateSession,
};
pub use confirmation_tokens::CreateConfirmationToken;
pub use customers::{CreateCustomer, DeleteCustomer, UpdateCustomer};
pub use domains::{CreateDomain, UpdateDomain};
pub use endpoints::{CreateEndpoint, DeleteEndpoint, UpdateEndpoint};
pub use front::{CancelFrontPayment, CreateFrontPayment, RefundFrontPayment};
pub use intents::{
    AnswerIntentChallenge, CancelIntent, CaptureIntent, ConfirmIntent, CreateIntent,
    IncrementIntent, UpdateIntent,
};
pub use methods::{
    AttachMethod, CreateConfiguration, CreateMethod, CreateToken, DetachMethod,
    UpdateConfiguration, UpdateMethod,
};
pub use payment_links::{CreateLink, LinkTerms, UpdateLink};
pub use refunds::{CancelRefund, CreateRefund, RefundOf, UpdateRefund};
pub use setups::{CancelSetup, ConfirmSetup, CreateSetup, UpdateSetup};
pub use sources::CreateSource;

use crate::caller::Caller;
use crate::step::{Decided, Halt, Step};
pub(crate) use checkout::expire_session;
pub(crate) use endpoints::RollSecret;
pub use florin_domain::checkout::{Choice, Collected, Press};
use std::future::Future;
use std::pin::Pin;

/// Every operation by the name of its struct: the simulator performs them all.
pub const OPERATIONS: &[&str] = &[
    "AbandonSession",
    "AnswerIntentChallenge",
    "AttachMethod",
    "CancelFrontPayment",
    "CancelIntent",
    "CancelRefund",
    "CancelSetup",
    "CaptureCharge",
    "CaptureIntent",
    "ChooseSession",
    "ConfirmIntent",
    "ConfirmSetup",
    "CreateCharge",
    "CreateConfiguration",
    "CreateConfirmationToken",
    "CreateCustomer",
    "CreateDomain",
    "CreateEndpoint",
    "CreateFrontPayment",
    "CreateIntent",
    "CreateLink",
    "CreateMethod",
    "CreatePrice",
    "CreateProduct",
    "CreateRefund",
    "CreateSession",
    "CreateSetup",
    "CreateShippingRate",
    "CreateSource",
    "CreateTaxRate",
    "CreateToken",
    "DeleteCustomer",
    "DeleteEndpoint",
    "DeleteProduct",
    "DetachMethod",
    "ExpireSession",
    "IncrementIntent",
    "PressSession",
    "RecoverSession",
    "RefundFrontPayment",
    "UpdateCharge",
    "UpdateConfiguration",
    "UpdateCustomer",
    "UpdateDomain",
    "UpdateEndpoint",
    "UpdateIntent",
    "UpdateLink",
    "UpdateMethod",
    "UpdatePrice",
    "UpdateProduct",
    "UpdateRefund",
    "UpdateSession",
    "UpdateSetup",
    "UpdateShippingRate",
    "UpdateTaxRate",
];

/// The future of an operation.
pub type OperationFuture<'a> = Pin<Box<dyn Future<Output = Result<Decided, Halt>> + Send + 'a>>;

/// One operation with its command.
pub trait Operation: Send + Sync {
    /// The object whose requests wait for each other, if it exists already.
    fn object(&self) -> Option<&str> {
        None
    }

    /// Whether an issuer may be asked for a card that a buyer brought.
    fn tries_a_card(&self) -> bool {
        false
    }

    /// Loads, decides, and leaves the changes in the step. May run more than once.
    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a>;
}
