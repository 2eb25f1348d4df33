//! Cards whose charges succeed and then do something: they are disputed, refunded late, or settle at once.
//!
//! Deliberately absent: the evidence texts that win or lose a dispute, which are not a property of the card.

use super::{BalanceRule, DisputeKind, DisputeRule, Eligibility, RefundRule, Rules, TestCard};

/// The Visa code of fraud with the card absent.
const VISA_FRAUD: Option<&str> = Some("10.4");

/// The rows of this file.
pub(super) static ROWS: &[TestCard] = &[
    TestCard::visa("4000000000000259", &["createDispute"]).rules(disputed(FRAUD)),
    TestCard::visa("4000000000002685", &["createDisputeProductNotReceived"]).rules(disputed(
        DisputeRule {
            reason: "product_not_received",
            network_reason_code: Some("13.1"),
            ..FRAUD
        },
    )),
    TestCard::visa("4000000000001976", &["createDisputeInquiry"]).rules(disputed(DisputeRule {
        kind: DisputeKind::Inquiry,
        // An inquiry names the category of the claim without the condition behind the dot.
        network_reason_code: Some("10"),
        ..FRAUD
    })),
    TestCard::visa("4000000000005423", &["createIssuerFraudRecord"]).rules(disputed(DisputeRule {
        kind: DisputeKind::EarlyFraudWarning { fraud_type: "misc" },
        network_reason_code: None,
        ..FRAUD
    })),
    TestCard::visa("4000000404000079", &["createMultipleDisputes"]).rules(disputed(DisputeRule {
        kind: DisputeKind::Multiple(2),
        ..FRAUD
    })),
    TestCard::visa("4000000404000038", &["createCe3EligibleDispute"])
        .rules(disputed(open_to(Eligibility::VisaCompellingEvidence3))),
    TestCard::visa("4000008400000779", &["createComplianceDispute"])
        .rules(disputed(compliance(Eligibility::VisaCompliance))),
    TestCard::mastercard("5105008400000002", &["createMastercardComplianceDispute"])
        .rules(disputed(compliance(Eligibility::MastercardCompliance))),
    TestCard::visa(
        "4000000001000043",
        &["createAutoRepresentmentEligibleDispute"],
    )
    .rules(disputed(open_to(Eligibility::AutomaticRepresentment))),
    // Without an enrolment in a prevention programme, which the sandbox does not offer, these are plain disputes.
    TestCard::visa("4000000404004816", &["createRapidDisputeResolutionDispute"])
        .rules(disputed(open_to(Eligibility::Prevention))),
    TestCard::visa("4000000404005649", &["createCe3BlockDispute"])
        .rules(disputed(open_to(Eligibility::Prevention))),
    TestCard::mastercard("5105000300000018", &["createEthocaAlert"]).rules(disputed(DisputeRule {
        network_reason_code: Some("4837"),
        ..open_to(Eligibility::Prevention)
    })),
    TestCard::visa("4000000000007726", &["pendingRefund"]).rules(Rules {
        refund: RefundRule::PendingThenSucceeds,
        ..Rules::DEFAULT
    }),
    TestCard::visa("4000000000005126", &["refundFail"]).rules(Rules {
        refund: RefundRule::SucceedsThenFails {
            reason: "expired_or_canceled_card",
        },
        ..Rules::DEFAULT
    }),
    TestCard::visa("4000000000000077", &["bypassPending"]).rules(AVAILABLE_AT_ONCE),
    TestCard::visa("4000003720000278", &["bypassPendingInternational"])
        .country("IE")
        .rules(AVAILABLE_AT_ONCE),
    TestCard::visa("4000000000000093", &["domesticPricing"]),
];

/// A chargeback for fraud on a Visa card.
const FRAUD: DisputeRule = DisputeRule {
    reason: "fraudulent",
    kind: DisputeKind::Dispute,
    network_reason_code: VISA_FRAUD,
    eligibility: None,
};

const AVAILABLE_AT_ONCE: Rules = Rules {
    balance: BalanceRule::BypassPending,
    ..Rules::DEFAULT
};

const fn disputed(dispute: DisputeRule) -> Rules {
    Rules {
        dispute: Some(dispute),
        ..Rules::DEFAULT
    }
}

const fn open_to(eligibility: Eligibility) -> DisputeRule {
    DisputeRule {
        eligibility: Some(eligibility),
        ..FRAUD
    }
}

const fn compliance(eligibility: Eligibility) -> DisputeRule {
    DisputeRule {
        reason: "noncompliant",
        kind: DisputeKind::Compliance,
        network_reason_code: None,
        eligibility: Some(eligibility),
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::super::tests::rules_of;
    use super::*;

    #[test]
    fn disputes_are_the_published_ones() {
        let warning = DisputeKind::EarlyFraudWarning { fraud_type: "misc" };
        for (alias, reason, kind, eligibility) in [
            ("createDispute", "fraudulent", DisputeKind::Dispute, None),
            (
                "createDisputeProductNotReceived",
                "product_not_received",
                DisputeKind::Dispute,
                None,
            ),
            (
                "createDisputeInquiry",
                "fraudulent",
                DisputeKind::Inquiry,
                None,
            ),
            ("createIssuerFraudRecord", "fraudulent", warning, None),
            (
                "createMultipleDisputes",
                "fraudulent",
                DisputeKind::Multiple(2),
                None,
            ),
            (
                "createCe3EligibleDispute",
                "fraudulent",
                DisputeKind::Dispute,
                Some(Eligibility::VisaCompellingEvidence3),
            ),
            (
                "createComplianceDispute",
                "noncompliant",
                DisputeKind::Compliance,
                Some(Eligibility::VisaCompliance),
            ),
            (
                "createMastercardComplianceDispute",
                "noncompliant",
                DisputeKind::Compliance,
                Some(Eligibility::MastercardCompliance),
            ),
            (
                "createAutoRepresentmentEligibleDispute",
                "fraudulent",
                DisputeKind::Dispute,
                Some(Eligibility::AutomaticRepresentment),
            ),
        ] {
            let rule = rules_of(alias).dispute;
            let found = rule.map(|rule| (rule.reason, rule.kind, rule.eligibility));
            assert_eq!(found, Some((reason, kind, eligibility)), "{alias}");
        }
        let network = |alias| {
            rules_of(alias)
                .dispute
                .and_then(|rule| rule.network_reason_code)
        };
        assert_eq!(network("createDispute"), Some("10.4"));
        assert_eq!(network("createDisputeProductNotReceived"), Some("13.1"));
        assert_eq!(network("createDisputeInquiry"), Some("10"));
        assert_eq!(
            all()
                .iter()
                .filter(|card| card.rules.dispute.is_some())
                .count(),
            12
        );
    }

    #[test]
    fn refunds_and_balances_differ_on_four_cards_only() {
        assert_eq!(
            rules_of("pendingRefund").refund,
            RefundRule::PendingThenSucceeds
        );
        let fails = RefundRule::SucceedsThenFails {
            reason: "expired_or_canceled_card",
        };
        assert_eq!(rules_of("refundFail").refund, fails);
        assert_eq!(
            rules_of("bypassPending").balance,
            BalanceRule::BypassPending
        );
        assert_eq!(
            rules_of("bypassPendingInternational").balance,
            BalanceRule::BypassPending
        );
        assert_eq!(rules_of("domesticPricing"), Rules::DEFAULT);
        let special = |rules: &Rules| {
            rules.refund != RefundRule::Instant || rules.balance != BalanceRule::Pending
        };
        assert_eq!(all().iter().filter(|card| special(&card.rules)).count(), 4);
    }
}
