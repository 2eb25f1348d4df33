//! The versions `2022-08-01` and `2022-11-15`.
//!
//! Shape: one module per published change; the list is newest first.
//! Deliberately absent: what was only added, see [`super::y2023`]; and the lists of charges and refunds that older versions show
//! inside of intents and charges. They have to be looked up, which [`super::behaviour`] asks for.

mod attempt_codes;
mod checkout_customers;
mod checkout_items;
mod checkout_shipping;

use super::change::Change;

/// The changes of these releases, newest first.
pub(super) const CHANGES: &[&Change] = &[
    &attempt_codes::CHANGE,
    &checkout_shipping::CHANGE,
    &checkout_items::CHANGE,
    &checkout_customers::CHANGE,
];
