//! The two unnamed versions of 2024: `2024-04-10` and `2024-06-20`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: the default capture method of `2024-04-10`, which is behaviour.

mod account_capabilities;
mod allow_redisplay;
mod card_authorization_code;
mod card_present_increments;
mod card_present_locales;
mod card_present_network;
mod checkout_fields;
mod debit_options;
mod dispute_case_type;
mod dispute_method_types;
mod fee_source;
mod invoice_template;
mod method_details;
mod net_available;
mod person_terms;
mod product_features;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &card_authorization_code::CHANGE,
    &card_present_network::CHANGE,
    &invoice_template::CHANGE,
    &dispute_case_type::CHANGE,
    &method_details::D2024_06_20,
    &debit_options::MANDATE,
    &debit_options::FILTERS,
    &person_terms::CHANGE,
    &allow_redisplay::CHANGE,
    &card_present_locales::CHANGE,
    &net_available::CHANGE,
    &dispute_method_types::CHANGE,
    &fee_source::CHANGE,
    &checkout_fields::CHANGE,
    &method_details::D2024_04_10,
    &product_features::CHANGE,
    &account_capabilities::D2024_04_10,
    &card_present_increments::CHANGE,
];
