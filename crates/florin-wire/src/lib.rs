//! The wire of Florin: how bytes become checked parameters, and how values become bytes.
//!
//! A request body goes through three steps: [`form`] or [`json`] turn bytes into a raw tree, the table
//! of [`schema`] checks the tree and types it, and the caller reads [`Params`]. A reply is a
//! [`Node`], or a [`serde_json::Value`] where something changes it; [`json::print()`] lays both out. A failure is a
//! [`WireError`].
//! Deliberately absent: every domain type, HTTP itself (headers, routing), and any state.

pub mod canonical;
pub mod error;
pub mod form;
pub mod json;
pub mod limits;
mod node;
pub mod object;
mod place;
mod print;
pub mod schema;
pub mod versions;

pub use canonical::canonical;
pub use error::{ErrorType, WireError};
pub use form::parse_form;
pub use json::{parse_json, print};
pub use node::Node;
pub use place::hide_numbers;
pub use schema::{Operation, Params, Policy, Table, is_email};
