//! The simulator: the real engine in a seeded world, and an auditor that believes nothing.
//!
//! # Shape
//!
//! [`executor`] runs everything on one thread in virtual time, in an order that the seed decides. [`world`] starts engine
//! processes over one store in memory ([`faulty`]) and one sandbox ([`line`]), kills them at commits and calls, and lets
//! recovery work. [`client`] and [`workload`] are the merchants: every operation of the engine, with idempotency keys,
//! retries and races. [`auditor`] reads the store's rows, its journal, the processor's book and what clients heard; it
//! shares no code with the domain's decisions. [`sabotage`] plants bugs that it must find.
//!
//! # What a seed means
//!
//! The same seed and number of payments give the same trace on every machine: no thread, no system clock, no system
//! randomness decides anything, and no map without an order is walked.
//!
//! Deliberately absent: HTTP, SQL engines, live mode.

pub mod auditor;
pub mod client;
pub mod evidence;
pub mod executor;
pub mod faulty;
pub mod line;
pub mod random;
pub mod sabotage;
pub mod scene;
pub mod weather;
pub mod workload;
pub mod world;

pub use evidence::Violation;
pub use sabotage::Sabotage;
pub use workload::PERFORMED;
pub use world::{Plan, Report, run};
