//! Instructions for a bank transfer name the holder, the bank and their addresses.
//!
//! Deliberately absent: the account numbers, which were there before.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2024_11_20: Change = Change {
    version: ApiVersion::Acacia2024_11_20,
    name: "addresses for transfers over the American schemes",
    objects: &["payment_intent"],
    added: &[
        "next_action.display_bank_transfer_instructions.financial_addresses[].aba.account_holder_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].aba.account_holder_name",
        "next_action.display_bank_transfer_instructions.financial_addresses[].aba.account_type",
        "next_action.display_bank_transfer_instructions.financial_addresses[].aba.bank_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].swift.account_holder_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].swift.account_holder_name",
        "next_action.display_bank_transfer_instructions.financial_addresses[].swift.account_type",
        "next_action.display_bank_transfer_instructions.financial_addresses[].swift.bank_address",
    ],
    ..Change::NOTHING
};

pub(super) const D2024_12_18: Change = Change {
    version: ApiVersion::Acacia2024_12_18,
    name: "addresses for transfers over the other schemes",
    objects: &["payment_intent"],
    added: &[
        "next_action.display_bank_transfer_instructions.financial_addresses[].spei.account_holder_name",
        "next_action.display_bank_transfer_instructions.financial_addresses[].iban.account_holder_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].iban.bank_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].sort_code.account_holder_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].sort_code.bank_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].spei.account_holder_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].spei.bank_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].zengin.account_holder_address",
        "next_action.display_bank_transfer_instructions.financial_addresses[].zengin.bank_address",
    ],
    ..Change::NOTHING
};
