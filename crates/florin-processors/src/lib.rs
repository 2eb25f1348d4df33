//! Processors: the adapters that carry a request to whoever moves the money, and the contract that they share.
//!
//! # Shape
//!
//! `contract` is what the engine sees of any adapter: [`Processor`], [`Secrets`], [`Inquiry`]. `sealed` is the one form in
//! which a card number is stored and opened. [`Registry`] says which adapter serves which mode. One folder per adapter:
//! [`sandbox`] in this process, and [`remote`] for the same sandbox in a process of its own.
//!
//! # Invariants
//!
//! 1. What became of a call is data, never an error or a panic. What nobody knows is `Unknown` and never a decline.
//! 2. Calls with one reference are done once.
//! 3. A card number leaves the vault only inside a call and appears in no request, outcome or log.
//! 4. A simulation never serves live mode.
//!
//! The suite in `tests/contract` holds every adapter to the first three.
//!
//! Deliberately absent: records, the choice between several processors, retries, and time-outs (the engine has the clock).

mod contract;
mod registry;
pub mod remote;
pub mod sandbox;
pub mod sealed;

pub use contract::{
    CardTraits, Effects, Inquiry, InquiryFuture, NoticeError, Processor, ProcessorFuture,
    ProcessorNotice, PublishedCard, Secrets,
};
pub use registry::Registry;
pub use remote::RemoteSandbox;
pub use sandbox::Sandbox;
