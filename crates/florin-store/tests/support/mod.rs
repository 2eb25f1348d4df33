//! What the tests of PostgreSQL stand on: a cluster of their own, a connection that fails on demand, a heavy load.

pub use florin_store::cluster;
pub mod hammer;
pub mod proxy;
