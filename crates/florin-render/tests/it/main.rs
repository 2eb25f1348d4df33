//! The tests of the bridge: one binary, one file per direction.
//!
//! With the variable `FLORIN_WIRE_SPEC` set to a description of the newest version, the objects are also checked
//! against it; without it those tests say that they were not run.

mod errors;
mod events;
mod expansion;
mod money;
mod objects;
mod params;
mod receipts;
mod samples;
mod schema;
mod sessions;
mod shown;
mod sold;
