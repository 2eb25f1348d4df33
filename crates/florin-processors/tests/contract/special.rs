//! Outcomes in full, where the golden table shows them in short.

use crate::world::{ACCOUNT, World, later, payment, published, verification};
use florin_base::Scope;
use florin_domain::cards::{Check, Checks};
use florin_domain::processor::{
    Approval, Authentication, ChallengeResult, Decline, Notice, Outcome, ProcessorRequest, Risk,
    Verb,
};
use florin_processors::{Inquiry, Processor, Sandbox, Secrets};
use florin_vault::{Brand, Cvc};

fn approved(outcome: Outcome) -> Approval {
    match outcome {
        Outcome::Approved(approval) => approval,
        other => panic!("not approved: {other:?}"),
    }
}

fn call(request: &ProcessorRequest) -> Outcome {
    World::new().call(&Sandbox::inside(), request)
}

#[test]
fn an_approval_in_full() {
    let approval = approved(call(&payment(&published("visa"))));
    let code = approval.authorization_code.clone().expect("a code");
    let network = approval.network_transaction_id.clone().expect("an id");
    assert!(
        code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()),
        "{code}"
    );
    assert!(
        network.len() == 15 && network.bytes().all(|byte| byte.is_ascii_digit()),
        "{network}"
    );
    let checks = Checks {
        line1: Check::Pass,
        postal_code: Check::Pass,
        cvc: Check::Pass,
    };
    let expected = Approval {
        authorization_code: Some(code),
        network_transaction_id: Some(network),
        checks,
        ..Approval::default()
    };
    assert_eq!(approval, expected);
}

#[test]
fn a_decline_in_full() {
    let checks = Checks {
        line1: Check::Pass,
        postal_code: Check::Pass,
        cvc: Check::Pass,
    };
    let expected = Decline {
        code: "card_declined".to_owned(),
        decline_code: Some("insufficient_funds".to_owned()),
        advice_code: Some("try_again_later".to_owned()),
        network_decline_code: Some("51".to_owned()),
        network_advice_code: Some("02".to_owned()),
        param: None,
        message: "Your card has insufficient funds.".to_owned(),
        risk: Risk::Normal,
        blocked: false,
        checks,
    };
    let outcome = call(&payment(&published("chargeDeclinedInsufficientFunds")));
    assert_eq!(outcome, Outcome::Declined(expected));
}

#[test]
fn codes_belong_to_the_payment_and_not_to_the_step() {
    let card = published("visa");
    let codes = |request: &ProcessorRequest| {
        let approval = approved(call(request));
        (approval.authorization_code, approval.network_transaction_id)
    };
    let first = codes(&payment(&card));
    for verb in [Verb::Capture, Verb::Increment, Verb::Void, Verb::Refund] {
        assert_eq!(codes(&later(&card, verb, "n")), first, "{}", verb.name());
    }
    let mut other = payment(&card);
    other.reference = "ch_other".to_owned();
    let second = codes(&other);
    assert!(second.0 != first.0 && second.1 != first.1);
}

#[test]
fn a_challenge_is_completed_with_either_answer() {
    let card = published("authenticationRequired");
    assert_eq!(call(&payment(&card)), Outcome::ActionRequired);
    let mut complete = later(&card, Verb::Complete, "c");
    assert_eq!(
        call(&complete),
        Outcome::ActionRequired,
        "without an answer it stays open"
    );
    complete.terms.challenge = Some(ChallengeResult::Authenticated);
    let expected = Authentication {
        result: "authenticated".to_owned(),
        flow: Some("challenge".to_owned()),
        version: "2.2.0".to_owned(),
    };
    assert_eq!(approved(call(&complete)).authentication, Some(expected));
    for (amount, code) in [
        (1_000, "payment_intent_authentication_failure"),
        (0, "setup_intent_authentication_failure"),
    ] {
        complete.amount = amount;
        complete.terms.challenge = Some(ChallengeResult::Failed);
        let Outcome::Declined(decline) = call(&complete) else {
            panic!("{code}");
        };
        assert_eq!((decline.code.as_str(), decline.decline_code), (code, None));
        assert!(!decline.message.is_empty());
    }
}

#[test]
fn a_set_up_after_its_challenge_follows_the_rule_of_set_ups() {
    let card = published("threeDSecureRequiredChargeDeclined");
    assert_eq!(call(&verification(&card)), Outcome::ActionRequired);
    let mut complete = verification(&card);
    complete.verb = Verb::Complete;
    complete.terms.challenge = Some(ChallengeResult::Authenticated);
    assert!(
        matches!(call(&complete), Outcome::Approved(_)),
        "a set-up takes no money"
    );
    complete.amount = 1_000;
    assert!(
        matches!(call(&complete), Outcome::Declined(_)),
        "a payment does"
    );
}

#[test]
fn nobody_is_challenged_over_the_telephone() {
    let mut request = payment(&published("authenticationRequired"));
    request.terms.moto = true;
    assert_eq!(approved(call(&request)).authentication, None);
}

#[test]
fn a_payment_without_the_buyer_is_never_challenged() {
    let mut request = payment(&published("authenticationRequired"));
    request.terms.off_session = true;
    let Outcome::Declined(decline) = call(&request) else {
        panic!("not declined");
    };
    assert_eq!(decline.code, "authentication_required");
    assert_eq!(
        decline.checks.cvc,
        Check::Unchecked,
        "the network was not asked"
    );
}

#[test]
fn a_blocked_payment_says_so() {
    let Outcome::Declined(decline) = call(&payment(&published("radarBlock"))) else {
        panic!("not declined");
    };
    assert!(decline.blocked);
    assert_eq!(decline.risk, Risk::Highest);
    let Outcome::Declined(decline) = call(&payment(&published("chargeDeclined"))) else {
        panic!("not declined");
    };
    assert!(!decline.blocked);
}

#[test]
fn disputes_and_warnings_come_with_the_money_and_not_before() {
    let notice = |reason: &str, inquiry, code: &str| Notice::Dispute {
        reason: reason.to_owned(),
        inquiry,
        network_reason_code: Some(code.to_owned()),
    };
    for (name, expected) in [
        ("createDispute", vec![notice("fraudulent", false, "10.4")]),
        (
            "createDisputeInquiry",
            vec![notice("fraudulent", true, "10")],
        ),
        (
            "createMultipleDisputes",
            vec![notice("fraudulent", false, "10.4"); 2],
        ),
        (
            "createIssuerFraudRecord",
            vec![Notice::FraudWarning {
                fraud_type: "misc".to_owned(),
            }],
        ),
    ] {
        let card = published(name);
        let mut request = payment(&card);
        assert_eq!(approved(call(&request)).notices, expected, "{name}");
        request.terms.capture = false;
        assert_eq!(approved(call(&request)).notices, Vec::new(), "{name}");
        let capture = later(&card, Verb::Capture, "x1");
        assert_eq!(approved(call(&capture)).notices, expected, "{name}");
    }
}

#[test]
fn refunds_with_a_second_word_are_told_it_by_an_inquiry() {
    let mut world = World::new();
    let sandbox = Sandbox::inside().with_refund_wait_ms(70);
    for digits in ["4000000000007726", "4000000000005126"] {
        let card = world.seal(digits);
        let request = later(&card, Verb::Refund, "r1");
        let (now, then) = (
            world.call(&sandbox, &request),
            world.inquire(&sandbox, &request),
        );
        if digits.ends_with("7726") {
            assert_eq!(now, Outcome::Pending { ask_after_ms: 70 });
            assert!(
                matches!(then, Inquiry::Known(Outcome::Approved(_))),
                "{then:?}"
            );
        } else {
            assert_eq!(approved(now).ask_after_ms, Some(70));
            let Inquiry::Known(Outcome::Declined(decline)) = then else {
                panic!("{then:?}");
            };
            assert_eq!(decline.code, "expired_or_canceled_card");
        }
    }
}

#[test]
fn a_security_code_that_is_handed_over_counts_as_given() {
    let mut world = World::new();
    let card = world.seal("4000000000000127");
    let mut request = payment(&card);
    request.terms.cvc_given = false;
    let sandbox = Sandbox::inside();
    let outcome = world.call(&sandbox, &request);
    assert_eq!(approved(outcome).checks.cvc, Check::NotProvided);
    let secrets = Secrets {
        cvc: Cvc::parse("123", Brand::Visa).ok(),
        ..world.secrets(&card)
    };
    let outcome = crate::world::at_once(sandbox.call(&request, secrets));
    assert!(matches!(outcome, Outcome::Declined(decline) if decline.code == "incorrect_cvc"));
    let scope = Scope::test(ACCOUNT);
    let attach = |given| sandbox.may_attach(&scope, &card, given, world.secrets(&card));
    assert!(attach(true).is_some() && attach(false).is_none());
}

/// Two names share the number of a third card and decline for reasons of their own.
#[test]
fn a_name_without_a_number_of_its_own_keeps_its_behaviour() {
    let sandbox = Sandbox::inside();
    for (name, reason) in [
        ("chargeCustomerFail", "generic_decline"),
        ("visa_chargeCustomerFailLostCard", "lost_card"),
        ("visa_chargeCustomerFailStolenCard", "stolen_card"),
    ] {
        let card = sandbox.published(name).expect("published");
        let source = published(&card.name);
        let Outcome::Declined(decline) = call(&payment(&source)) else {
            panic!("{name}");
        };
        assert_eq!(decline.decline_code.as_deref(), Some(reason), "{name}");
        assert!(
            matches!(call(&verification(&source)), Outcome::Approved(_)),
            "{name}"
        );
    }
}
