//! The basil release: `2025-03-31` to `2025-08-27`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: the refund objects that partial captures and cancellations once made, which is behaviour.

mod account_capabilities;
mod billing_tax_id;
mod business_facts;
mod cancellation_expired;
mod checkout_origin;
mod checkout_permissions;
mod checkout_shipping;
mod checkout_wallets;
mod event_context;
mod excluded_method_types;
mod hosted_method_save;
mod method_details;
mod method_update;
mod payment_intent_invoice;
mod payout_days;
mod prefunding;
mod presentment_details;
mod price_usage;
mod refund_decline_codes;
mod refund_pending_reason;
mod released_amount;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &excluded_method_types::CHANGE,
    &method_details::D2025_08_27,
    &method_details::D2025_07_30,
    &checkout_origin::CHANGE,
    &payout_days::CHANGE,
    &account_capabilities::D2025_06_30,
    &prefunding::CHANGE,
    &refund_decline_codes::CHANGE,
    &method_details::D2025_05_28,
    &account_capabilities::D2025_05_28,
    &billing_tax_id::CHANGE,
    &checkout_wallets::CHANGE,
    &refund_pending_reason::CHANGE,
    &event_context::CHANGE,
    &business_facts::CHANGE,
    &business_facts::PERSON,
    &payment_intent_invoice::CHANGE,
    &cancellation_expired::CHANGE,
    &released_amount::CHANGE,
    &presentment_details::CHANGE,
    &checkout_permissions::CHANGE,
    &checkout_shipping::CHANGE,
    &price_usage::CHANGE,
    &method_update::CHANGE,
    &hosted_method_save::CHANGE,
    &method_details::D2025_03_31,
    &account_capabilities::D2025_03_31,
];
