//! A presented card shows its product, its wallet, the network transaction and whether it was stored offline.
//!
//! Deliberately absent: cards that were not presented.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "presented cards show product, wallet and network transaction",
    objects: &["charge", "payment_method", "setup_attempt"],
    added: &[
        "payment_method_details.card_present.brand_product",
        "payment_method_details.card_present.network_transaction_id",
        "payment_method_details.card_present.offline.type",
        "payment_method_details.card_present.wallet",
        "payment_method_details.interac_present.network_transaction_id",
        "card_present.brand_product",
        "card_present.offline",
        "card_present.wallet",
        "card.generated_from.payment_method_details.card_present.brand_product",
        "card.generated_from.payment_method_details.card_present.network_transaction_id",
        "card.generated_from.payment_method_details.card_present.offline.type",
        "card.generated_from.payment_method_details.card_present.wallet",
    ],
    ..Change::NOTHING
};
