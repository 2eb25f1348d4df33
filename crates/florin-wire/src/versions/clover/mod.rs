//! The clover release: `2025-09-30` to `2026-02-25`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: billing, apart from the discount that a customer carries.

mod account_capabilities;
mod amount_details;
mod bacs_mandate;
mod checkout_branding;
mod company_representative;
mod customer_account;
mod customer_names;
mod discount_source;
mod excluded_method_types;
mod expected_debit_date;
mod hooks;
mod item_quantity;
mod method_details;
mod method_update;
mod payment_details;
mod tax_provider;
mod transfer_data;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &bacs_mandate::CHANGE,
    &method_details::D2026_02_25,
    &amount_details::ERROR,
    &item_quantity::CHANGE,
    &customer_account::CHANGE,
    &transfer_data::CHANGE,
    &expected_debit_date::CHANGE,
    &account_capabilities::D2025_12_15,
    &hooks::CHANGE,
    &method_details::D2025_11_17,
    &amount_details::CHANGE,
    &payment_details::CHANGE,
    &excluded_method_types::CHANGE,
    &tax_provider::CHANGE,
    &company_representative::CHANGE,
    &method_details::D2025_10_29,
    &customer_names::CHANGE,
    &checkout_branding::CHANGE,
    &discount_source::CHANGE,
    &method_update::CHANGE,
    &method_details::D2025_09_30,
    &account_capabilities::D2025_09_30,
];
