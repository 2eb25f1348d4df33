//! A payout schedule may name several days.
//!
//! Deliberately absent: the single anchors, which stay.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_06_30,
    name: "payout schedules name several days",
    objects: &["account"],
    added: &[
        "settings.payouts.schedule.monthly_payout_days",
        "settings.payouts.schedule.weekly_payout_days",
    ],
    ..Change::NOTHING
};
