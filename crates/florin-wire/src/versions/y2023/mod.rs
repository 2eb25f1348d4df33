//! The version `2023-08-16`. What `2023-10-16` changed are codes of requirements of accounts, which Florin has none of.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: members that were only added. Down to `2023-10-16` the chain takes them away; recordings show that older
//! versions are sent them, so that below it only what breaks a client is undone.

mod automatic_methods;
mod charge_relations;
mod product_attributes;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &automatic_methods::CHANGE,
    &charge_relations::CHANGE,
    &product_attributes::CHANGE,
];
