//! An instantly available balance tells what is left of it for each destination after fees.
//!
//! Deliberately absent: the amounts themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "instant balances show the net per destination",
    objects: &["balance"],
    added: &["instant_available[].net_available"],
    ..Change::NOTHING
};
