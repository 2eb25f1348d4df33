//! The table against the published facts: numbers, names, and what each special card does.

use super::*;
use std::collections::HashSet;

fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            match at % 2 {
                0 => digit,
                _ if digit > 4 => 2 * digit - 9,
                _ => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The rules of a named card; the name is part of the failure.
pub(super) fn rules_of(alias: &str) -> Rules {
    by_alias(alias)
        .map(|card| card.rules)
        .unwrap_or_else(|| panic!("no card {alias}"))
}

#[test]
fn every_number_is_well_formed_and_found() {
    assert!(luhn_holds("4242424242424242") && !luhn_holds("4242424242424241"));
    let mut seen = HashSet::new();
    for card in all() {
        assert!((14..=19).contains(&card.number.len()), "{}", card.number);
        assert!(
            card.number.bytes().all(|byte| byte.is_ascii_digit()),
            "{}",
            card.number
        );
        assert!(luhn_holds(card.number), "{}", card.number);
        assert!(seen.insert(card.number), "{} twice", card.number);
        assert!(by_number(card.number).is_some_and(|found| std::ptr::eq(found, card)));
    }
    assert!(by_number("4242424242424241").is_none());
    assert!(by_number("").is_none());
}

#[test]
fn every_name_is_unique_and_found_as_token_too() {
    let mut seen = HashSet::new();
    for card in all().iter().chain(name_only()) {
        for alias in card.aliases {
            assert!(seen.insert(*alias), "{alias} twice");
            assert!(
                by_alias(alias).is_some_and(|found| std::ptr::eq(found, card)),
                "{alias}"
            );
            let token = format!("tok_{alias}");
            assert!(
                by_token(&token).is_some_and(|found| std::ptr::eq(found, card)),
                "{token}"
            );
        }
    }
    assert_eq!(seen.len(), 145);
    for absent in ["pm_card_visa", "tok_visa", "Visa", ""] {
        assert!(by_alias(absent).is_none(), "{absent}");
    }
    for absent in ["visa", "tok_", "tok_nothing", "pm_card_visa"] {
        assert!(by_token(absent).is_none(), "{absent}");
    }
}

#[test]
fn each_table_has_all_its_rows() {
    let sizes = TABLES.map(<[TestCard]>::len);
    assert_eq!(sizes, [28, 63, 10, 16, 16, 17]);
    assert_eq!(all().len(), 150);
    assert_eq!(name_only().len(), 3);
    assert!(
        name_only()
            .iter()
            .all(|card| by_number(card.number).is_some())
    );
}

#[test]
fn plain_tables_only_succeed() {
    for card in brands::ROWS.iter().chain(countries::ROWS) {
        let expected = match card.brand {
            "amex" if card.number == "378282246310005" => Rules {
                three_ds: ThreeDs::NotSupported,
                ..Rules::DEFAULT
            },
            _ => Rules::DEFAULT,
        };
        assert_eq!(card.rules, expected, "{}", card.number);
    }
}

#[test]
fn brand_agrees_with_the_number() {
    for card in all() {
        let expected = match &card.number[..2] {
            "34" | "37" => "amex",
            "30" | "36" => "diners",
            "35" => "jcb",
            "62" => "unionpay",
            "60" | "65" => "discover",
            "50" => "unknown",
            two if two.starts_with('4') => "visa",
            _ => "mastercard",
        };
        assert_eq!(card.brand, expected, "{}", card.number);
        assert!(["credit", "debit", "prepaid"].contains(&card.funding));
        assert!(
            card.country.len() == 2 && card.country.bytes().all(|byte| byte.is_ascii_uppercase())
        );
        assert_eq!(
            card.networks.contains(&card.brand),
            card.brand != "unknown",
            "{}",
            card.number
        );
    }
}

#[test]
fn a_country_card_is_named_after_its_country() {
    for card in countries::ROWS {
        for alias in card.aliases {
            assert_eq!(alias[..2].to_ascii_uppercase(), card.country, "{alias}");
        }
    }
    let countries: HashSet<&str> = countries::ROWS.iter().map(|card| card.country).collect();
    assert_eq!(countries.len(), 57);
    assert_eq!(
        by_token("tok_us").map(|card| card.number),
        Some("4242424242424242")
    );
    assert_eq!(
        by_alias("de").map(|card| card.number),
        Some("4000002760000016")
    );
    assert_eq!(by_alias("gb_debit").map(|card| card.funding), Some("debit"));
}

#[test]
fn co_branded_cards_name_the_domestic_network_first() {
    for (alias, networks) in [
        ("visa_cartesBancaires", ["cartes_bancaires", "visa"]),
        (
            "mastercard_cartesBancaires",
            ["cartes_bancaires", "mastercard"],
        ),
        ("visa_debit_eftposAuCoBranded", ["eftpos_au", "visa"]),
        (
            "mastercard_debit_eftposAuCoBranded",
            ["eftpos_au", "mastercard"],
        ),
    ] {
        assert_eq!(
            by_alias(alias).map(|card| card.networks),
            Some(&networks[..]),
            "{alias}"
        );
    }
    assert_eq!(
        all().iter().filter(|card| card.networks.len() > 1).count(),
        4
    );
}

/// A recorded decline: number suffix, code, reason, advice, network code, network advice, parameter.
type Recorded = (&'static str, [&'static str; 6]);

const RECORDED: [Recorded; 8] = [
    (
        "0002",
        [
            "card_declined",
            "generic_decline",
            "try_again_later",
            "01",
            "",
            "",
        ],
    ),
    (
        "9995",
        [
            "card_declined",
            "insufficient_funds",
            "try_again_later",
            "51",
            "02",
            "",
        ],
    ),
    (
        "9987",
        [
            "card_declined",
            "lost_card",
            "do_not_try_again",
            "41",
            "01",
            "",
        ],
    ),
    (
        "9979",
        [
            "card_declined",
            "stolen_card",
            "do_not_try_again",
            "43",
            "01",
            "",
        ],
    ),
    (
        "0127",
        [
            "incorrect_cvc",
            "incorrect_cvc",
            "confirm_card_data",
            "N7",
            "03",
            "cvc",
        ],
    ),
    (
        "0069",
        [
            "expired_card",
            "expired_card",
            "confirm_card_data",
            "54",
            "03",
            "exp_month",
        ],
    ),
    (
        "6975",
        [
            "card_declined",
            "card_velocity_exceeded",
            "try_again_later",
            "61",
            "02",
            "",
        ],
    ),
    (
        "0119",
        [
            "processing_error",
            "processing_error",
            "try_again_later",
            "06",
            "",
            "",
        ],
    ),
];

#[test]
fn declines_carry_the_recorded_fields() {
    for (suffix, expected) in RECORDED {
        let number = format!("400000000000{suffix}");
        let rules = by_number(&number)
            .map(|card| card.rules)
            .unwrap_or(Rules::DEFAULT);
        let Some(decline) = rules.charge.decline(true) else {
            panic!("{number} does not decline");
        };
        let found = [
            decline.code,
            decline.decline_code,
            decline.advice_code.unwrap_or_default(),
            decline.network_decline_code.unwrap_or_default(),
            decline.network_advice_code.unwrap_or_default(),
            decline.param.unwrap_or_default(),
        ];
        assert_eq!(found, expected, "{number}");
        assert_eq!(rules.attach, AttachRule::DeclineOnAttach, "{number}");
    }
}

#[test]
fn messages_are_the_ones_that_clients_compare() {
    for (alias, message) in [
        ("chargeDeclined", "Your card was declined."),
        (
            "chargeDeclinedInsufficientFunds",
            "Your card has insufficient funds.",
        ),
        ("chargeDeclinedExpiredCard", "Your card has expired."),
        (
            "chargeDeclinedIncorrectCvc",
            "Your card's security code is incorrect.",
        ),
        (
            "chargeDeclinedProcessingError",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
        ("radarBlock", "Your card was declined."),
    ] {
        let decline = rules_of(alias).charge.decline(true);
        assert_eq!(
            decline.map(|decline| decline.message),
            Some(message),
            "{alias}"
        );
    }
}

#[test]
fn old_and_new_names_of_a_decline_mean_one_card() {
    for alias in [
        "chargeDeclined",
        "chargeDeclinedInsufficientFunds",
        "chargeDeclinedLostCard",
        "chargeDeclinedStolenCard",
        "chargeDeclinedVelocityLimitExceeded",
        "chargeDeclinedExpiredCard",
        "chargeDeclinedIncorrectCvc",
        "chargeDeclinedProcessingError",
        "chargeDeclinedFraudulent",
        "chargeCustomerFail",
    ] {
        let (old, new) = (by_alias(alias), by_alias(&format!("visa_{alias}")));
        assert!(
            old.is_some_and(|card| card.rules.charge != ChargeRule::Approve),
            "{alias}"
        );
        assert!(
            old.zip(new)
                .is_some_and(|(old, new)| std::ptr::eq(old, new)),
            "{alias}"
        );
    }
}

#[test]
fn an_incorrect_cvc_needs_a_cvc() {
    let charge = rules_of("chargeDeclinedIncorrectCvc").charge;
    assert!(charge.decline(false).is_none());
    assert!(rules_of("chargeDeclined").charge.decline(false).is_some());
    assert!(rules_of("visa").charge.decline(true).is_none());
}

#[test]
fn customer_fail_cards_attach_and_then_decline() {
    for (alias, reason) in [
        ("chargeCustomerFail", "generic_decline"),
        ("visa_chargeCustomerFailLostCard", "lost_card"),
        ("visa_chargeCustomerFailStolenCard", "stolen_card"),
    ] {
        let rules = rules_of(alias);
        assert_eq!(rules.attach, AttachRule::Allow, "{alias}");
        let found = rules
            .charge
            .decline(true)
            .map(|decline| decline.decline_code);
        assert_eq!(found, Some(reason), "{alias}");
    }
    let refused = all()
        .iter()
        .filter(|card| card.rules.attach == AttachRule::DeclineOnAttach);
    assert_eq!(refused.count(), 8);
}

#[test]
fn a_blocked_card_never_reaches_the_network() {
    let rules = rules_of("radarBlock");
    let ChargeRule::BlockByRisk(decline) = rules.charge else {
        panic!("not blocked");
    };
    assert_eq!(
        (decline.code, decline.decline_code),
        ("card_declined", "fraudulent")
    );
    assert_eq!(
        (decline.network_decline_code, decline.network_advice_code),
        (None, None)
    );
    assert_eq!(rules.risk, Risk::Highest);
}

#[test]
fn checks_and_risk_are_the_published_ones() {
    use Check::{Fail, Pass, Unavailable};
    for (alias, checks, risk) in [
        ("visa", [Pass, Pass, Pass], Risk::Normal),
        ("cvcCheckFail", [Fail, Pass, Pass], Risk::Normal),
        ("avsFail", [Pass, Fail, Fail], Risk::Normal),
        ("avsLine1Fail", [Pass, Fail, Pass], Risk::Normal),
        ("avsZipFail", [Pass, Pass, Fail], Risk::Normal),
        (
            "avsUnchecked",
            [Pass, Unavailable, Unavailable],
            Risk::Normal,
        ),
        (
            "cvcCheckFailElevatedRisk",
            [Fail, Pass, Pass],
            Risk::Elevated,
        ),
        ("avsZipFailElevatedRisk", [Pass, Pass, Fail], Risk::Elevated),
        ("riskLevelHighest", [Pass, Pass, Pass], Risk::Highest),
        ("riskLevelElevated", [Pass, Pass, Pass], Risk::Elevated),
    ] {
        let rules = rules_of(alias);
        assert_eq!([rules.cvc, rules.line1, rules.zip], checks, "{alias}");
        assert_eq!(rules.risk, risk, "{alias}");
        assert_eq!(rules.charge, ChargeRule::Approve, "{alias}");
    }
    for (alias, signal) in [
        ("highFraudDisputeScore", RiskSignal::FraudDisputeScore),
        ("highEfwScore", RiskSignal::EarlyFraudWarningScore),
        ("radarDynamicRiskThreshold", RiskSignal::DynamicThreshold),
        ("freeTrialAbuseBlock", RiskSignal::FreeTrialAbuse),
        ("adaptive3dsChallenge", RiskSignal::AdaptiveThreeDs),
    ] {
        assert_eq!(rules_of(alias).signal, Some(signal), "{alias}");
    }
}
