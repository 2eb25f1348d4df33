//! The vocabulary that every other room shares: assets, ids, time and named limits.
//!
//! Everything here is a plain value. Deliberately absent: I/O, clocks, randomness (both come in as values or
//! through [`ids::FreshIds`]), and anything that knows a wire format, a table or a processor.

pub mod assets;
pub mod currency;
pub mod ids;
pub mod limits;
pub mod network;
pub mod scope;
pub mod time;

pub use assets::Asset;
pub use ids::{FreshIds, Id};
pub use network::Network;
pub use scope::Scope;
pub use time::{Day, Millis, Timestamp};
