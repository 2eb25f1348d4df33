//! The dahlia release: `2026-03-25` to `2026-08-26`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: the types of decimal numbers, which are strings on the wire as before.

mod account_capabilities;
mod allowed_method_types;
mod checkout_ui_mode;
mod company_addresses;
mod dispute_card_network;
mod dispute_compliance;
mod flow_directions;
mod funding_source_group;
mod integration_identifier;
mod item_metadata;
mod managed_payments;
mod mandate_amount;
mod method_details;
mod product_tax;
mod refund_payer;
mod settlement_speed;
mod setup_attempt_moto;
mod transaction_link;
mod transfer_data_details;

use super::change::Change;

/// The changes of this release, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &funding_source_group::CHANGE,
    &allowed_method_types::CHANGE,
    &refund_payer::CHANGE,
    &dispute_card_network::CHANGE,
    &company_addresses::CHANGE,
    &method_details::D2026_07_29,
    &transaction_link::CHANGE,
    &dispute_compliance::CHANGE,
    &method_details::D2026_06_24,
    &transfer_data_details::CHANGE,
    &method_details::D2026_05_27,
    &account_capabilities::D2026_05_27,
    &managed_payments::CHANGE,
    &product_tax::CHANGE,
    &setup_attempt_moto::CHANGE,
    &mandate_amount::CHANGE,
    &method_details::D2026_04_22,
    &account_capabilities::D2026_04_22,
    &flow_directions::CHANGE,
    &checkout_ui_mode::CHANGE,
    &integration_identifier::CHANGE,
    &item_metadata::CHANGE,
    &settlement_speed::CHANGE,
    &account_capabilities::D2026_03_25,
];
