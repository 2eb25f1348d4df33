//! The transfer of a payment intent may have a description, metadata and details of its own.
//!
//! Deliberately absent: the transfer.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_05_27,
    name: "transfer data describes the transfer",
    objects: &["payment_intent"],
    added: &[
        "transfer_data.description",
        "transfer_data.metadata",
        "transfer_data.payment_data",
    ],
    ..Change::NOTHING
};
