//! Cards that fail a check or look risky. Their charges are approved unless the merchant's rules object.
//!
//! Deliberately absent: the rules, and the card that is always blocked (it is among the declining ones).

use super::{ChallengeUi, Check, Lookup, Risk, RiskSignal, Rules, TestCard, ThreeDs};

/// The rows of this file.
pub(super) static ROWS: &[TestCard] = &[
    TestCard::visa("4000000000000101", &["cvcCheckFail"]).rules(Rules {
        cvc: Check::Fail,
        ..Rules::DEFAULT
    }),
    TestCard::visa("4000000000000010", &["avsFail"]).rules(Rules {
        line1: Check::Fail,
        zip: Check::Fail,
        ..Rules::DEFAULT
    }),
    TestCard::visa("4000000000000028", &["avsLine1Fail"]).rules(Rules {
        line1: Check::Fail,
        ..Rules::DEFAULT
    }),
    TestCard::visa("4000000000000036", &["avsZipFail"]).rules(Rules {
        zip: Check::Fail,
        ..Rules::DEFAULT
    }),
    // The name says unchecked; what the checks answer is that they are not available.
    TestCard::visa("4000000000000044", &["avsUnchecked"]).rules(Rules {
        line1: Check::Unavailable,
        zip: Check::Unavailable,
        ..Rules::DEFAULT
    }),
    TestCard::visa("4000058400307872", &["cvcCheckFailElevatedRisk"]).rules(Rules {
        cvc: Check::Fail,
        ..risk(Risk::Elevated)
    }),
    TestCard::visa("4000058400306072", &["avsZipFailElevatedRisk"]).rules(Rules {
        zip: Check::Fail,
        ..risk(Risk::Elevated)
    }),
    TestCard::visa("4000000000004954", &["riskLevelHighest"]).rules(risk(Risk::Highest)),
    TestCard::visa("4000000000009235", &["riskLevelElevated"]).rules(risk(Risk::Elevated)),
    TestCard::visa("4000008400000407", &["highFraudDisputeScore"])
        .rules(signal(RiskSignal::FraudDisputeScore)),
    TestCard::visa("4000008400000159", &["highEfwScore"])
        .rules(signal(RiskSignal::EarlyFraudWarningScore)),
    TestCard::visa("4000008400001017", &["radarDynamicRiskThreshold"])
        .rules(signal(RiskSignal::DynamicThreshold)),
    TestCard::visa("4001858821843804", &["freeTrialAbuseBlock"])
        .rules(signal(RiskSignal::FreeTrialAbuse)),
    // Once the control is on, its wish must meet a card that can be challenged.
    TestCard::visa("4000008405600003", &["adaptive3dsChallenge"]).rules(Rules {
        three_ds: ThreeDs::Optional(Lookup::Challenge(ChallengeUi::Page)),
        ..signal(RiskSignal::AdaptiveThreeDs)
    }),
    TestCard::visa("4000000000001208", &[]).rules(signal(RiskSignal::Captcha)),
    TestCard::visa("4000000000003725", &[]).rules(signal(RiskSignal::Captcha)),
];

const fn risk(risk: Risk) -> Rules {
    Rules {
        risk,
        ..Rules::DEFAULT
    }
}

const fn signal(signal: RiskSignal) -> Rules {
    Rules {
        signal: Some(signal),
        ..Rules::DEFAULT
    }
}
