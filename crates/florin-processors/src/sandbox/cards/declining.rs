//! Cards whose charges are refused.
//!
//! A card that the issuer declines cannot be attached to a customer either; `chargeCustomerFail` exists to decline
//! afterwards. Deliberately absent: cards that fail only a check or only their authentication.

use super::declines::{
    Decline, EXPIRED_CARD, FRAUDULENT, GENERIC, INCORRECT_CVC, INSUFFICIENT_FUNDS, LOST_CARD,
    PROCESSING_ERROR, STOLEN_CARD, VELOCITY_EXCEEDED,
};
use super::{AttachRule, ChargeRule, Check, Risk, Rules, TestCard};

/// The rows of this file.
pub(super) static ROWS: &[TestCard] = &[
    TestCard::visa(
        "4000000000000002",
        &["visa_chargeDeclined", "chargeDeclined"],
    )
    .rules(declines(&GENERIC)),
    TestCard::visa(
        "4000000000009995",
        &[
            "visa_chargeDeclinedInsufficientFunds",
            "chargeDeclinedInsufficientFunds",
        ],
    )
    .rules(declines(&INSUFFICIENT_FUNDS)),
    TestCard::visa(
        "4000000000009987",
        &["visa_chargeDeclinedLostCard", "chargeDeclinedLostCard"],
    )
    .rules(declines(&LOST_CARD)),
    TestCard::visa(
        "4000000000009979",
        &["visa_chargeDeclinedStolenCard", "chargeDeclinedStolenCard"],
    )
    .rules(declines(&STOLEN_CARD)),
    TestCard::visa(
        "4000000000006975",
        &[
            "visa_chargeDeclinedVelocityLimitExceeded",
            "chargeDeclinedVelocityLimitExceeded",
        ],
    )
    .rules(declines(&VELOCITY_EXCEEDED)),
    TestCard::visa(
        "4000000000000069",
        &[
            "visa_chargeDeclinedExpiredCard",
            "chargeDeclinedExpiredCard",
        ],
    )
    .rules(declines(&EXPIRED_CARD)),
    TestCard::visa(
        "4000000000000127",
        &[
            "visa_chargeDeclinedIncorrectCvc",
            "chargeDeclinedIncorrectCvc",
        ],
    )
    .rules(Rules {
        charge: ChargeRule::DeclineIfCvcSent(&INCORRECT_CVC),
        cvc: Check::Fail,
        ..declines(&INCORRECT_CVC)
    }),
    TestCard::visa(
        "4000000000000119",
        &[
            "visa_chargeDeclinedProcessingError",
            "chargeDeclinedProcessingError",
        ],
    )
    .rules(declines(&PROCESSING_ERROR)),
    // The risk rules stop a charge, not the saving of a card, so this one attaches.
    TestCard::visa(
        "4100000000000019",
        &[
            "radarBlock",
            "visa_chargeDeclinedFraudulent",
            "chargeDeclinedFraudulent",
        ],
    )
    .rules(Rules {
        charge: ChargeRule::BlockByRisk(&FRAUDULENT),
        risk: Risk::Highest,
        ..Rules::DEFAULT
    }),
    TestCard::visa(
        "4000000000000341",
        &["chargeCustomerFail", "visa_chargeCustomerFail"],
    )
    .rules(attaches_then_declines(&GENERIC)),
];

/// Cards published as tokens without a number. They carry the number of the card that they vary.
pub(super) static NAME_ONLY: &[TestCard] = &[
    TestCard::visa("4000000000000341", &["visa_chargeCustomerFailLostCard"])
        .rules(attaches_then_declines(&LOST_CARD)),
    TestCard::visa("4000000000000341", &["visa_chargeCustomerFailStolenCard"])
        .rules(attaches_then_declines(&STOLEN_CARD)),
    TestCard::visa(
        "4000000000009995",
        &["visa_debit_chargeDeclinedInsufficientFunds"],
    )
    .funding("debit")
    .rules(declines(&INSUFFICIENT_FUNDS)),
];

const fn declines(decline: &'static Decline) -> Rules {
    Rules {
        charge: ChargeRule::Decline(decline),
        attach: AttachRule::DeclineOnAttach,
        ..Rules::DEFAULT
    }
}

const fn attaches_then_declines(decline: &'static Decline) -> Rules {
    Rules {
        charge: ChargeRule::Decline(decline),
        ..Rules::DEFAULT
    }
}
