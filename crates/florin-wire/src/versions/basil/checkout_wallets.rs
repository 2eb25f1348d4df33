//! A checkout session tells which wallets its page shows, and who computes its tax.
//!
//! Deliberately absent: wallets.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_04_30,
    name: "checkout sessions tell their wallets",
    objects: &["checkout.session"],
    added: &["automatic_tax.provider", "wallet_options"],
    ..Change::NOTHING
};
