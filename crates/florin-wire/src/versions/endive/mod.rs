//! The endive release: `2026-09-30` and `2026-10-28`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: the Checkout Session, which is not among the proven objects.

mod account_capabilities;
mod account_details;
mod card_mandate;
mod card_mandate_india;
mod commerce_indicator;
mod credential_usage;
mod dispute_submission;
mod method_details;
mod method_types_param;
mod method_update;
mod payment_record;
mod platform_rejection;
mod refund_references;
mod reject_reason;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &account_details::D2026_10_28,
    &credential_usage::CHANGE,
    &refund_references::CHANGE,
    &dispute_submission::CHANGE,
    &account_capabilities::D2026_10_28,
    &payment_record::CHANGE,
    &commerce_indicator::CHANGE,
    &card_mandate::CHANGE,
    &card_mandate_india::CHANGE,
    &method_types_param::CHANGE,
    &method_update::CHANGE,
    &reject_reason::CHANGE,
    &platform_rejection::CHANGE,
    &account_details::D2026_09_30,
    &method_details::D2026_09_30,
    &account_capabilities::D2026_09_30,
];
