//! A part of the balance may be set aside for refunds and disputes, and each entry names its part.
//!
//! Deliberately absent: the movement of money between the parts.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_05_28,
    name: "balances are kept in parts",
    objects: &["balance", "balance_transaction"],
    added: &["refund_and_dispute_prefunding", "balance_type"],
    ..Change::NOTHING
};
