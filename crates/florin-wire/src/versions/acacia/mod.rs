//! The acacia release: `2024-09-30` to `2025-02-24`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: a change of `2024-09-30`, which touched none of the proven objects.

mod account_capabilities;
mod account_groups;
mod adaptive_pricing;
mod advice_code;
mod bank_addresses;
mod business_figures;
mod checkout_discounts;
mod collected_information;
mod company_declarations;
mod dispute_enhanced_evidence;
mod mandate_reference_prefix;
mod method_details;
mod network_codes;
mod network_transaction_id;
mod person_authorizer;
mod refund_decline_codes;
mod refund_next_action;
mod regulated_status;
mod source_allow_redisplay;
mod target_date;
mod tax_rate_amounts;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &collected_information::CHANGE,
    &target_date::CHANGE,
    &advice_code::CHANGE,
    &company_declarations::CHANGE,
    &method_details::D2025_01_27,
    &checkout_discounts::CHANGE,
    &account_capabilities::D2025_01_27,
    &dispute_enhanced_evidence::COMPLIANCE,
    &bank_addresses::D2024_12_18,
    &network_codes::CHANGE,
    &mandate_reference_prefix::CHANGE,
    &regulated_status::CHANGE,
    &network_transaction_id::CHANGE,
    &source_allow_redisplay::CHANGE,
    &business_figures::CHANGE,
    &method_details::D2024_12_18,
    &person_authorizer::CHANGE,
    &refund_decline_codes::CHANGE,
    &bank_addresses::D2024_11_20,
    &adaptive_pricing::CHANGE,
    &account_groups::CHANGE,
    &dispute_enhanced_evidence::CHANGE,
    &refund_next_action::CHANGE,
    &tax_rate_amounts::CHANGE,
    &account_capabilities::D2024_10_28,
];
