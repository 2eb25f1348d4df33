//! The pure decisions of Florin.
//!
//! A decision takes what was loaded, a command and a context (the time and fresh ids) and returns either a
//! [`refusal::Refusal`] or [`changes::Changes`], perhaps with a request for a processor. Nothing here does I/O,
//! reads a clock, draws randomness or is `async`; nothing here knows a table, a wire format or HTTP.

pub mod accounts;
pub mod cards;
pub mod catalog;
pub mod changes;
pub mod checkout;
pub mod context;
pub mod customer_session;
pub mod customers;
pub mod ledger;
pub mod methods;
pub mod payments;
pub mod processor;
pub mod record;
pub mod refusal;
pub mod transitions;
pub mod webhooks;

pub use changes::{Changes, Draft};
pub use context::Context;
pub use methods::MethodType;
pub use record::{Entity, Kind, Record, RecordKey, Versioned};
pub use refusal::Refusal;
