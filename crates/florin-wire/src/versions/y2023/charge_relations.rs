//! A charge names no account that it was sent to beside its transfer.
//!
//! Deliberately absent: its dispute, which older versions name as well. It has to be looked up, which [`super::super::behaviour`]
//! asks for.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2023_08_16,
    name: "charges name no destination",
    objects: &["charge"],
    restored: &["destination"],
    ..Change::NOTHING
};
