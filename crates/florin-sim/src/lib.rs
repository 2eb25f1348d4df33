//! The simulator: the real engine in a seeded world, and an auditor that believes nothing.
//!
//! # Shape
//!
//! [`executor`] runs everything on one thread in virtual time, in an order that the seed decides. [`world`] starts engine
//! processes over one store in memory ([`faulty`]) and one sandbox ([`line`], [`messenger`]), kills them at commits and
//! calls, and lets recovery work. [`client`] and [`workload`] are merchants, buyers and operators: every operation, every
//! reading route ([`question`]) and every command, with idempotency keys, retries and races. [`auditor`] reads the store's
//! rows, its journal, the processor's book and what clients heard; it shares no code with the domain's decisions.
//! [`sweep`] puts one fault at every commit and every call in turn. [`sabotage`] plants bugs, and [`controls`] fails when
//! the auditor does not find one.
//!
//! # What a seed means
//!
//! The same seed and number of payments give the same trace on every machine: no thread, no system clock, no system
//! randomness decides anything, and no map without an order is walked.
//!
//! Deliberately absent: HTTP, SQL engines, live mode.

pub mod auditor;
pub mod client;
pub mod controls;
pub mod evidence;
pub mod executor;
pub mod fate;
pub mod faulty;
pub mod keyring;
pub mod line;
pub mod messenger;
pub mod question;
pub mod random;
pub mod sabotage;
pub mod scene;
pub mod sweep;
pub mod weather;
pub mod workload;
pub mod world;

pub use evidence::Violation;
pub use sabotage::Sabotage;
pub use workload::{ADMINISTERED, PERFORMED, READ};
pub use world::{Plan, Report, run};
