//! The client against real servers on loopback.
//!
//! Shape: `stage` holds the servers, the resolver and the dialler that stand in for the world;
//! `certificate` makes certificates; the other modules are the tests. Deliberately absent: any
//! contact with another machine. Public addresses appear, but the dialler turns them to loopback.

mod answers;
mod attacks;
mod certificate;
mod reuse;
mod secure;
mod stage;
